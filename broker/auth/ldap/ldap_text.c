/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_text.h"

#include "common/base/text.h"

#include <ldap.h>
#include <string.h>

#define DN_MAX_BYTES 1000
#define ID_MAX_BYTES 100
#define GUID_BYTES   16
#define HEX_PREFIX   "hex:"

char *
ldap_text_filter_value(const void *bytes, gsize size)
{
  GString *text = g_string_sized_new(size);
  for (gsize i = 0; i < size; i++) {
    guchar byte = ((const guchar *)bytes)[i];
    if (g_ascii_isalnum(byte))
      g_string_append_c(text, (char)byte);
    else
      g_string_append_printf(text, "\\%02x", byte);
  }
  return g_string_free(text, FALSE);
}

char *
ldap_text_dn_value(const char *value)
{
  GString *text = g_string_new(NULL);
  for (const char *at = value; *at != '\0'; at++) {
    if (g_ascii_isalnum(*at))
      g_string_append_c(text, *at);
    else
      g_string_append_printf(text, "\\%02x", (guchar)*at);
  }
  return g_string_free(text, FALSE);
}

static char *
fill(const char *template, const char *place, const char *escaped)
{
  g_auto(GStrv) parts = g_strsplit(template, place, -1);
  return g_strjoinv(escaped, parts);
}

char *
ldap_text_fill(const char *template, const char *place, const char *value)
{
  g_autofree char *escaped = ldap_text_filter_value(value, strlen(value));
  return fill(template, place, escaped);
}

char *
ldap_text_fill_any(const char *template, const char *place)
{
  return fill(template, place, "*");
}

gboolean
ldap_text_filter_is_valid(const char *template, const char *place)
{
  int depth = 0;
  if (place != NULL && strstr(template, place) == NULL)
    return FALSE;
  for (const char *at = template; *at != '\0'; at++) {
    depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
    if (depth < 0 || (depth == 0 && at[1] != '\0'))
      return FALSE;
  }
  return depth == 0 && *template == '(';
}

char *
ldap_text_dn_key(const char *dn)
{
  char *normal = NULL;
  if (*dn == '\0' || strlen(dn) > DN_MAX_BYTES || !g_utf8_validate(dn, -1, NULL) ||
      ldap_dn_normalize(dn, LDAP_DN_FORMAT_LDAPV3, &normal, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
    return NULL;
  g_autofree char *key = normal != NULL && *normal != '\0' ? g_utf8_strdown(normal, -1) : NULL;
  ldap_memfree(normal);
  return key != NULL && strlen(key) <= DN_MAX_BYTES && text_is_plain(key) ? g_steal_pointer(&key) : NULL;
}

gboolean
ldap_text_dn_is_within(const char *key, const char *base)
{
  gsize length = strlen(key), base_length = strlen(base);
  if (!g_str_has_suffix(key, base))
    return FALSE;
  return length == base_length || (key[length - base_length - 1] == ',' &&
                                   (length - base_length < 2 || key[length - base_length - 2] != '\\'));
}

/* The first three fields of an objectGUID are little-endian ([MS-DTYP] section 2.3.4.2). */
static const guint GUID_ORDER[GUID_BYTES] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

static char *
guid_text(const guchar *bytes)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < GUID_BYTES; i++)
    g_string_append_printf(text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
                           bytes[GUID_ORDER[i]]);
  return g_string_free(text, FALSE);
}

char *
ldap_text_id(const void *bytes, gsize size, gboolean is_guid)
{
  if (is_guid)
    return size == GUID_BYTES ? guid_text(bytes) : NULL;
  if (size == 0 || size > ID_MAX_BYTES)
    return NULL;
  g_autofree char *text = g_strndup(bytes, size);
  if (strlen(text) == size && text_is_plain(text) && !g_str_has_prefix(text, HEX_PREFIX))
    return g_steal_pointer(&text);
  GString *hex = g_string_new(HEX_PREFIX);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf(hex, "%02x", ((const guchar *)bytes)[i]);
  return g_string_free(hex, FALSE);
}

/* Pairs of digits as bytes of a filter; NULL when @digits are not @pairs of them. */
static char *
escape_pairs(const char *digits, const guint *order, gsize pairs)
{
  GString *text = g_string_new(NULL);
  gboolean good = strlen(digits) == pairs * 2 && digits[strspn(digits, "0123456789abcdef")] == '\0';
  for (gsize i = 0; good && i < pairs; i++) {
    gsize at = order != NULL ? order[i] : i;
    g_string_append_printf(text, "\\%c%c", digits[2 * at], digits[2 * at + 1]);
  }
  return g_string_free(text, !good);
}

char *
ldap_text_id_filter_value(const char *id, gboolean is_guid)
{
  if (is_guid) {
    g_auto(GStrv) parts = g_strsplit(id, "-", -1);
    g_autofree char *digits = g_strjoinv("", parts);
    return g_uuid_string_is_valid(id) ? escape_pairs(digits, GUID_ORDER, GUID_BYTES) : NULL;
  }
  if (g_str_has_prefix(id, HEX_PREFIX)) {
    const char *digits = id + strlen(HEX_PREFIX);
    return escape_pairs(digits, NULL, strlen(digits) / 2);
  }
  return ldap_text_filter_value(id, strlen(id));
}
