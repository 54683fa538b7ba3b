/* SPDX-License-Identifier: Apache-2.0 */
/* An entry as a hostile directory may send it: its name, then attributes and values in turn, parted by line
 * feeds. Whatever it says, an identity that comes of it is one value each, and no group is outside of the
 * base. */
#include "broker/auth/ldap/ldap_entry.h"
#include "broker/auth/ldap/ldap_groups.h"
#include "broker/auth/ldap/ldap_text.h"

#include <stdint.h>
#include <string.h>

#define NOW_US (20000 * 24 * 3600 * (gint64)G_USEC_PER_SEC)
#define BASE   "dc=x"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static gboolean
ask(gpointer data, const char *dn, char **ret_name, GPtrArray *found, GError **error)
{
  const LdapEntry *entry = data;
  *ret_name = ldap_entry_text(entry, "cn", 0);
  for (guint i = 0; i < MIN(ldap_entry_count(entry, "memberOf"), 50); i++) {
    g_autofree char *group = ldap_entry_text(entry, "memberOf", i);
    if (group != NULL)
      g_ptr_array_add(found, ldap_group_new(group, NULL));
  }
  return TRUE;
}

static LdapEntry *
read_entry(const uint8_t *data, size_t size)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (const uint8_t *at = data, *end = data + size; at <= end;) {
    const uint8_t *line = memchr(at, '\n', (size_t)(end - at));
    const uint8_t *stop = line != NULL ? line : end;
    g_ptr_array_add(parts, g_bytes_new(at, (gsize)(stop - at)));
    at = stop + 1;
  }
  gsize length;
  const char *first = g_bytes_get_data(g_ptr_array_index(parts, 0), &length);
  g_autofree char *dn = g_strndup(first, length);
  LdapEntry *entry = ldap_entry_new(dn);
  for (guint i = 1; i + 1 < parts->len; i += 2) {
    first = g_bytes_get_data(g_ptr_array_index(parts, i), &length);
    g_autofree char *attribute = g_strndup(first, length);
    const char *value = g_bytes_get_data(g_ptr_array_index(parts, i + 1), &length);
    ldap_entry_add(entry, attribute, value, length);
  }
  return entry;
}

static void
check_identity(const LdapEntry *entry, gboolean is_guid)
{
  const LdapSettings settings = {.name_attribute = (char *)"uid",
                                 .full_name_attribute = (char *)"cn",
                                 .id_attribute = (char *)(is_guid ? "objectGUID" : "entryUUID"),
                                 .id_is_guid = is_guid};
  g_autoptr(ExternalIdentity) identity = ldap_entry_identity(entry, &settings, "corp", NULL);
  if (identity == NULL)
    return;
  g_autofree char *value = ldap_text_id_filter_value(identity->external_id, is_guid);
  g_assert_nonnull(value);
  g_assert_null(strpbrk(value, "()*"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *reason;
  g_autoptr(LdapEntry) entry = read_entry(data, size);
  (void)ldap_entry_is_closed(entry, NOW_US, &reason);
  (void)ldap_entry_needs_password(entry);
  check_identity(entry, FALSE);
  check_identity(entry, TRUE);
  const LdapGroupsBounds bounds = {.base = BASE, .depth = 3, .limit = 40, .by_reading = TRUE};
  g_auto(GStrv) groups = ldap_groups_collect(entry->dn, &bounds, ask, entry, NULL, NULL);
  for (char **group = groups; *group != NULL; group++)
    if (strchr(*group, '=') != NULL)
      g_assert_true(ldap_text_dn_is_within(*group, BASE));
  g_autofree char *filter = ldap_text_fill("(uid={user})", LDAP_TEXT_USER, entry->dn);
  g_assert_true(ldap_text_filter_is_valid(filter, NULL));
  return 0;
}
