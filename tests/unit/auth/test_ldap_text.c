/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_text.h"

#include <ldap.h>
#include <string.h>

/* Fault 19: whatever was typed is one value of the filter, and no filter. */
static void
test_no_text_becomes_a_filter(void)
{
  static const char *const TYPED[] = {"*)(uid=*", "*", "a)(|(uid=*",     "\\2a",   "a\\", "(", ")", "&", "!",
                                      "\x01",     "ä", "anna,ou=people", "{user}", "{dn}"};
  for (gsize i = 0; i < G_N_ELEMENTS(TYPED); i++) {
    g_autofree char *filter = ldap_text_fill("(&(objectClass=person)(uid={user}))", LDAP_TEXT_USER, TYPED[i]);
    g_autofree char *value = g_strndup(filter + strlen("(&(objectClass=person)(uid="),
                                       strlen(filter) - strlen("(&(objectClass=person)(uid=") - strlen("))"));
    g_assert_true(g_str_has_suffix(filter, "))"));
    g_assert_null(strpbrk(value, "()*&|!=<>~{}"));
    for (const char *at = value; *at != '\0'; at++)
      g_assert_true(g_ascii_isalnum(*at) ||
                    (*at == '\\' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2])));
  }
}

static void
test_filter_values(void)
{
  g_autofree char *star = ldap_text_filter_value("a*", 2);
  g_assert_cmpstr(star, ==, "a\\2a");
  g_autofree char *zero = ldap_text_filter_value("a\0b", 3);
  g_assert_cmpstr(zero, ==, "a\\00b");
}

/* RFC 4514: what is between is one value, however it is written. */
static void
test_dn_values(void)
{
  static const char *const VALUES[] = {"a,ou=root", "a+cn=b", "#0401",  " a ", "a\\",
                                       "\"a\"",     "a=b",    "a;b<c>", "ä"};
  for (gsize i = 0; i < G_N_ELEMENTS(VALUES); i++) {
    g_autofree char *value = ldap_text_dn_value(VALUES[i]);
    g_autofree char *dn = g_strdup_printf("cn=%s,dc=example", value);
    LDAPDN parsed = NULL;
    g_assert_cmpint(ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3), ==, LDAP_SUCCESS);
    g_assert_nonnull(parsed[0]);
    g_assert_nonnull(parsed[1]);
    g_assert_null(parsed[2]);
    g_assert_null(parsed[0][1]);
    const struct berval *read = &parsed[0][0]->la_value;
    g_assert_cmpmem(read->bv_val, read->bv_len, VALUES[i], strlen(VALUES[i]));
    ldap_dnfree(parsed);
  }
}

static void
test_dn_keys(void)
{
  static const struct {
    const char *dn, *key;
  } ROWS[] = {
      {"CN=Staff,OU=Groups,DC=Example", "cn=staff,ou=groups,dc=example"},
      {"cn=staff, ou=groups , dc=example", "cn=staff,ou=groups,dc=example"},
      {"", NULL},
      {"staff", NULL},
      {"cn=a\xff,dc=example", NULL},
      {"cn=staff,,dc=example", NULL},
      {"cn=staff\\0a,dc=example", NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autofree char *key = ldap_text_dn_key(ROWS[i].dn);
    if (ROWS[i].key == NULL && key != NULL)
      g_assert_null(strchr(key, '\n'));
    else
      g_assert_cmpstr(key, ==, ROWS[i].key);
  }
  g_autofree char *text = g_strnfill(1100, 'a');
  g_autofree char *long_dn = g_strconcat("cn=", text, NULL);
  g_assert_null(ldap_text_dn_key(long_dn));
}

static void
test_within(void)
{
  g_assert_true(ldap_text_dn_is_within("cn=a,ou=groups,dc=x", "ou=groups,dc=x"));
  g_assert_true(ldap_text_dn_is_within("ou=groups,dc=x", "ou=groups,dc=x"));
  g_assert_false(ldap_text_dn_is_within("cn=a,ou=mygroups,dc=x", "groups,dc=x"));
  g_assert_false(ldap_text_dn_is_within("cn=a\\,ou=groups,dc=x", "ou=groups,dc=x"));
  g_assert_false(ldap_text_dn_is_within("dc=x", "ou=groups,dc=x"));
}

static void
test_filters_of_the_configuration(void)
{
  g_assert_true(ldap_text_filter_is_valid("(uid={user})", LDAP_TEXT_USER));
  g_assert_true(ldap_text_filter_is_valid("(|(uid={user})(mail={user}))", LDAP_TEXT_USER));
  static const char *const BAD[] = {"uid={user}",        "(uid={user}", "(uid={user}))",
                                    "(a=b)(uid={user})", "(uid=a)",     ""};
  for (gsize i = 0; i < G_N_ELEMENTS(BAD); i++)
    g_assert_false(ldap_text_filter_is_valid(BAD[i], LDAP_TEXT_USER));
  g_autofree char *anybody = ldap_text_fill_any("(|(uid={user})(mail={user}))", LDAP_TEXT_USER);
  g_assert_cmpstr(anybody, ==, "(|(uid=*)(mail=*))");
}

/* An id comes out as it went in, whatever bytes it has, and different ids stay different. */
static void
test_ids(void)
{
  static const guint8 GUID[] = {0x90, 0x39, 0x5f, 0x19, 0x9a, 0xb5, 0x51, 0x4a,
                                0x9e, 0x96, 0x86, 0xc6, 0x6c, 0xb1, 0x8d, 0x99};
  g_autofree char *guid = ldap_text_id(GUID, sizeof GUID, TRUE);
  g_assert_cmpstr(guid, ==, "195f3990-b59a-4a51-9e96-86c66cb18d99");
  g_autofree char *filter = ldap_text_id_filter_value(guid, TRUE);
  g_assert_cmpstr(filter, ==, "\\90\\39\\5f\\19\\9a\\b5\\51\\4a\\9e\\96\\86\\c6\\6c\\b1\\8d\\99");
  g_assert_null(ldap_text_id(GUID, 15, TRUE));
  g_assert_null(ldap_text_id_filter_value("*", TRUE));
  g_autofree char *bytes = ldap_text_id("\xff\x00*", 3, FALSE);
  g_assert_cmpstr(bytes, ==, "hex:ff002a");
  g_autofree char *back = ldap_text_id_filter_value(bytes, FALSE);
  g_assert_cmpstr(back, ==, "\\ff\\00\\2a");
  g_autofree char *disguised = ldap_text_id("hex:ff002a", 10, FALSE);
  g_assert_cmpstr(disguised, !=, "hex:ff002a");
  g_assert_null(ldap_text_id("", 0, FALSE));
  g_assert_null(ldap_text_id_filter_value("hex:zz", FALSE));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ldap-text/no-text-becomes-a-filter", test_no_text_becomes_a_filter);
  g_test_add_func("/ldap-text/filter-values", test_filter_values);
  g_test_add_func("/ldap-text/dn-values", test_dn_values);
  g_test_add_func("/ldap-text/dn-keys", test_dn_keys);
  g_test_add_func("/ldap-text/within", test_within);
  g_test_add_func("/ldap-text/filters-of-the-configuration", test_filters_of_the_configuration);
  g_test_add_func("/ldap-text/ids", test_ids);
  return g_test_run();
}
