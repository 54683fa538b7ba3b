/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/external_account_rules.h"

#include "common/base/error.h"

/* Every holder of the name, with and without an account of the id, disabled or not. */
static void
test_every_case(void)
{
  static const struct {
    ExternalNameHolder name_is;
    gboolean exists, disabled;
    ExternalAccountStep step;
    int code; /* of a refusal */
  } ROWS[] = {
      {EXTERNAL_NAME_FREE, FALSE, FALSE, EXTERNAL_ACCOUNT_MAKE, 0},
      {EXTERNAL_NAME_FREE, TRUE, FALSE, EXTERNAL_ACCOUNT_RENAME, 0},
      {EXTERNAL_NAME_FREE, TRUE, TRUE, EXTERNAL_ACCOUNT_REFUSE, CARAWAY_ERROR_BAD_CREDENTIALS},
      {EXTERNAL_NAME_OWN, TRUE, FALSE, EXTERNAL_ACCOUNT_KEEP, 0},
      {EXTERNAL_NAME_OWN, TRUE, TRUE, EXTERNAL_ACCOUNT_REFUSE, CARAWAY_ERROR_BAD_CREDENTIALS},
      {EXTERNAL_NAME_LOCAL, FALSE, FALSE, EXTERNAL_ACCOUNT_REFUSE, CARAWAY_ERROR_CONFLICT},
      {EXTERNAL_NAME_LOCAL, TRUE, FALSE, EXTERNAL_ACCOUNT_REFUSE, CARAWAY_ERROR_CONFLICT},
      {EXTERNAL_NAME_LOCAL, TRUE, TRUE, EXTERNAL_ACCOUNT_REFUSE, CARAWAY_ERROR_BAD_CREDENTIALS},
      {EXTERNAL_NAME_OTHER, FALSE, FALSE, EXTERNAL_ACCOUNT_REFUSE, CARAWAY_ERROR_CONFLICT},
      {EXTERNAL_NAME_OTHER, TRUE, FALSE, EXTERNAL_ACCOUNT_REFUSE, CARAWAY_ERROR_CONFLICT},
      {EXTERNAL_NAME_OTHER, TRUE, TRUE, EXTERNAL_ACCOUNT_REFUSE, CARAWAY_ERROR_BAD_CREDENTIALS},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autoptr(GError) error = NULL;
    const ExternalAccountFacts facts = {.authenticator = "corp",
                                        .name = "anna",
                                        .exists = ROWS[i].exists,
                                        .disabled = ROWS[i].disabled,
                                        .name_is = ROWS[i].name_is};
    g_assert_cmpint(external_account_rules_decide(&facts, &error), ==, ROWS[i].step);
    g_assert_cmpint(error != NULL ? error->code : 0, ==, ROWS[i].code);
  }
}

static void
test_names(void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *name = external_account_rules_name("corp", "Anna.B", &error);
  g_assert_cmpstr(name, ==, "anna.b");
  static const char *const BAD[] = {"", "аnna", "anna b", "anna@example.org", "\xff", "a/b", "-a"};
  for (gsize i = 0; i < G_N_ELEMENTS(BAD); i++) {
    g_assert_null(external_account_rules_name("corp", BAD[i], &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
    g_clear_error(&error);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/external-account-rules/every-case", test_every_case);
  g_test_add_func("/external-account-rules/names", test_names);
  return g_test_run();
}
