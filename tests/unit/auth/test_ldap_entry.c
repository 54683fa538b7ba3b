/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/ldap/ldap_entry.h"

#include "common/base/error.h"

#include <string.h>

#define DAY_US (24 * 60 * 60 * (gint64)G_USEC_PER_SEC)
#define NOW_US (20000 * DAY_US) /* days since 1970 */

static const LdapSettings SETTINGS = {.name_attribute = (char *)"uid",
                                      .full_name_attribute = (char *)"cn",
                                      .id_attribute = (char *)"entryUUID"};

static void
add(LdapEntry *entry, const char *attribute, const char *text)
{
  ldap_entry_add(entry, attribute, text, strlen(text));
}

static void
test_closed(void)
{
  static const struct {
    const char *attribute, *value;
    gboolean is_closed, needs_password;
  } ROWS[] = {
      {"userAccountControl", "512", FALSE, FALSE},
      {"userAccountControl", "514", TRUE, FALSE},
      {"userAccountControl", "no number", FALSE, FALSE},
      {"accountExpires", "0", FALSE, FALSE},
      {"accountExpires", "9223372036854775807", FALSE, FALSE},
      {"accountExpires", "133000000000000000", TRUE, FALSE}, /* in June 2022 */
      {"accountExpires", "160000000000000000", FALSE, FALSE},
      {"shadowExpire", "-1", FALSE, FALSE},
      {"shadowExpire", "19999", TRUE, FALSE},
      {"shadowExpire", "20000", TRUE, FALSE},
      {"shadowExpire", "20001", FALSE, FALSE},
      {"nsAccountLock", "TRUE", TRUE, FALSE},
      {"nsAccountLock", "false", FALSE, FALSE},
      {"pwdAccountLockedTime", "000001010000Z", TRUE, FALSE},
      {"pwdAccountLockedTime", "20260101000000Z", FALSE, FALSE},
      {"pwdLastSet", "0", FALSE, TRUE},
      {"pwdLastSet", "133000000000000000", FALSE, FALSE},
      {"pwdReset", "TRUE", FALSE, TRUE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autoptr(LdapEntry) entry = ldap_entry_new("uid=anna,dc=x");
    const char *reason = NULL;
    add(entry, ROWS[i].attribute, ROWS[i].value);
    g_assert_cmpint(ldap_entry_is_closed(entry, NOW_US, &reason), ==, ROWS[i].is_closed);
    g_assert_true((reason != NULL) == ROWS[i].is_closed);
    g_assert_cmpint(ldap_entry_needs_password(entry), ==, ROWS[i].needs_password);
  }
}

static void
test_identity(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LdapEntry) entry = ldap_entry_new("uid=anna,dc=x");
  add(entry, "UID", "anna");
  add(entry, "cn", "Anna");
  add(entry, "entryuuid", "id-1");
  g_autoptr(ExternalIdentity) identity = ldap_entry_identity(entry, &SETTINGS, "corp", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(identity->user_name, ==, "anna");
  g_assert_cmpstr(identity->external_id, ==, "id-1");
  g_assert_cmpstr(identity->full_name, ==, "Anna");
  add(entry, "entryUUID", "id-2"); /* which of the two is it? */
  g_assert_null(ldap_entry_identity(entry, &SETTINGS, "corp", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
}

static void
test_what_is_no_text(void)
{
  g_autoptr(LdapEntry) entry = ldap_entry_new("uid=anna,dc=x");
  ldap_entry_add(entry, "uid", "an\0na", 5);
  ldap_entry_add(entry, "uid", "\xff", 1);
  ldap_entry_add(entry, "uid", "", 0);
  for (guint i = 0; i < 4; i++)
    g_assert_null(ldap_entry_text(entry, "uid", i));
  g_autoptr(GError) error = NULL;
  add(entry, "entryUUID", "id-1");
  g_assert_null(ldap_entry_identity(entry, &SETTINGS, "corp", &error));
}

static void
test_bounds(void)
{
  g_autoptr(LdapEntry) entry = ldap_entry_new("uid=anna,dc=x");
  for (guint i = 0; i < LDAP_ENTRY_VALUES_MAX + 10; i++)
    add(entry, "memberOf", "cn=a");
  g_assert_cmpuint(ldap_entry_count(entry, "memberof"), ==, LDAP_ENTRY_VALUES_MAX);
  g_autofree char *large = g_strnfill(LDAP_ENTRY_BYTES_MAX + 1, 'a');
  add(entry, "uid", large);
  g_assert_cmpuint(ldap_entry_count(entry, "uid"), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ldap-entry/closed", test_closed);
  g_test_add_func("/ldap-entry/identity", test_identity);
  g_test_add_func("/ldap-entry/what-is-no-text", test_what_is_no_text);
  g_test_add_func("/ldap-entry/bounds", test_bounds);
  return g_test_run();
}
