/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_entry.h"

#include "broker/auth/ldap/ldap_text.h"
#include "common/base/error.h"

#include <string.h>

/* [MS-ADTS] section 2.2.16, userAccountControl. */
#define UAC_DISABLED 0x0002

/* FILETIME counts 100 ns since 1601; these two say "never" ([MS-ADA1] accountExpires). */
#define FILETIME_NEVER      0x7FFFFFFFFFFFFFFF
#define FILETIME_TO_1970_US 11644473600000000

#define DAY_US (24 * 60 * 60 * (gint64)G_USEC_PER_SEC)

LdapEntry *
ldap_entry_new(const char *dn)
{
  LdapEntry *entry = g_new0(LdapEntry, 1);
  entry->dn = g_strdup(dn);
  entry->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  return entry;
}

static GPtrArray *
values_of(const LdapEntry *entry, const char *attribute)
{
  g_autofree char *key = g_ascii_strdown(attribute, -1);
  return g_hash_table_lookup(entry->values, key);
}

void
ldap_entry_add(LdapEntry *entry, const char *attribute, const void *bytes, gsize size)
{
  GPtrArray *values = values_of(entry, attribute);
  if (values == NULL) {
    values = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_hash_table_insert(entry->values, g_ascii_strdown(attribute, -1), values);
  }
  if (size <= LDAP_ENTRY_BYTES_MAX && values->len < LDAP_ENTRY_VALUES_MAX)
    g_ptr_array_add(values, g_bytes_new(bytes, size));
}

guint
ldap_entry_count(const LdapEntry *entry, const char *attribute)
{
  const GPtrArray *values = values_of(entry, attribute);
  return values != NULL ? values->len : 0;
}

char *
ldap_entry_text(const LdapEntry *entry, const char *attribute, guint index)
{
  if (index >= ldap_entry_count(entry, attribute))
    return NULL;
  gsize size;
  const char *bytes = g_bytes_get_data(g_ptr_array_index(values_of(entry, attribute), index), &size);
  if (size == 0 || memchr(bytes, '\0', size) != NULL || !g_utf8_validate(bytes, (gssize)size, NULL))
    return NULL;
  return g_strndup(bytes, size);
}

static gboolean
read_number(const LdapEntry *entry, const char *attribute, gint64 *ret_number)
{
  g_autofree char *text = ldap_entry_text(entry, attribute, 0);
  return text != NULL && g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, ret_number, NULL);
}

static gboolean
has_expired(const LdapEntry *entry, gint64 now_us)
{
  gint64 number;
  if (read_number(entry, "accountExpires", &number) && number > 0 && number != FILETIME_NEVER)
    return number / 10 - FILETIME_TO_1970_US <= now_us;
  /* shadow(5): days since 1970; an empty field or -1 is never. */
  return read_number(entry, "shadowExpire", &number) && number >= 0 && number <= now_us / DAY_US;
}

gboolean
ldap_entry_is_closed(const LdapEntry *entry, gint64 now_us, const char **ret_reason)
{
  gint64 number;
  g_autofree char *locked = ldap_entry_text(entry, "nsAccountLock", 0);
  /* draft-behera-ldap-password-policy section 5.3.3: locked till an administrator unlocks it. */
  g_autofree char *locked_time = ldap_entry_text(entry, "pwdAccountLockedTime", 0);
  gboolean disabled = read_number(entry, "userAccountControl", &number) && (number & UAC_DISABLED) != 0;
  if (disabled || (locked != NULL && g_ascii_strcasecmp(locked, "true") == 0)) {
    *ret_reason = "Your account in the directory is disabled; ask your administrator.";
    return TRUE;
  }
  if (locked_time != NULL && g_str_has_prefix(locked_time, "000001010000")) {
    *ret_reason = "Your account in the directory is locked; ask your administrator.";
    return TRUE;
  }
  if (!has_expired(entry, now_us))
    return FALSE;
  *ret_reason = "Your account in the directory has expired; ask your administrator.";
  return TRUE;
}

gboolean
ldap_entry_needs_password(const LdapEntry *entry)
{
  gint64 number;
  g_autofree char *reset = ldap_entry_text(entry, "pwdReset", 0);
  return (read_number(entry, "pwdLastSet", &number) && number == 0) ||
         (reset != NULL && g_ascii_strcasecmp(reset, "true") == 0);
}

static ExternalIdentity *
fail(GError **error, const LdapEntry *entry, const char *attribute, const char *sentence)
{
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The entry %s %s %s.", entry->dn, sentence,
              attribute);
  return NULL;
}

ExternalIdentity *
ldap_entry_identity(const LdapEntry *entry, const LdapSettings *settings, const char *authenticator,
                    GError **error)
{
  g_autofree char *name = ldap_entry_text(entry, settings->name_attribute, 0);
  if (name == NULL)
    return fail(error, entry, settings->name_attribute, "has no text in");
  if (ldap_entry_count(entry, settings->id_attribute) != 1)
    return fail(error, entry, settings->id_attribute, "has not one value in");
  gsize size;
  GBytes *bytes = g_ptr_array_index(values_of(entry, settings->id_attribute), 0);
  const void *data = g_bytes_get_data(bytes, &size);
  g_autofree char *id = ldap_text_id(data, size, settings->id_is_guid);
  if (id == NULL)
    return fail(error, entry, settings->id_attribute, "has what cannot be an id in");
  ExternalIdentity *identity = g_new0(ExternalIdentity, 1);
  identity->authenticator = g_strdup(authenticator);
  identity->external_id = g_steal_pointer(&id);
  identity->user_name = g_steal_pointer(&name);
  identity->full_name = ldap_entry_text(entry, settings->full_name_attribute, 0);
  return identity;
}

void
ldap_entry_free(LdapEntry *entry)
{
  if (entry == NULL)
    return;
  g_free(entry->dn);
  g_hash_table_unref(entry->values);
  g_free(entry);
}
