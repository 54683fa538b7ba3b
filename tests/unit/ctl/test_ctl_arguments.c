/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_arguments.h"

#include "broker/ctl/ctl_nouns.h"
#include "common/base/error.h"

#include <string.h>

static CtlArguments *
parse(const char *line, GError **error)
{
  g_auto(GStrv) words = NULL;
  g_shell_parse_argv(line[0] != '\0' ? line : "''", NULL, &words, NULL);
  char *none[] = {NULL};
  return ctl_arguments_parse(ctl_nouns(), line[0] != '\0' ? words : none, error);
}

static void
test_words_find_their_places(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CtlArguments) arguments =
      parse("--json pool create office --image=debian --size 5 --channels main,display --yes", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(arguments->noun->name, ==, "pool");
  g_assert_cmpstr(arguments->command->verb, ==, "create");
  g_assert_cmpstr(arguments->positionals[0], ==, "office");
  g_assert_cmpstr(ctl_arguments_option(arguments, "image"), ==, "debian");
  g_assert_cmpstr(ctl_arguments_option(arguments, "size"), ==, "5");
  g_assert_null(ctl_arguments_option(arguments, "spares"));
  g_assert_true(arguments->is_json);
  g_assert_true(arguments->is_agreed);
}

static void
test_words_after_dashes_are_names(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CtlArguments) arguments = parse("user show -- --json", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(arguments->positionals[0], ==, "--json");
  g_assert_false(arguments->is_json);
}

static void
test_noun_that_is_a_command(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CtlArguments) arguments = parse("login --user alice", &error);
  g_assert_no_error(error);
  g_assert_nonnull(arguments->command->run);
}

static void
test_help_needs_no_command(void)
{
  static const char *const lines[] = {"--help",          "user --help", "user add --help", "--version",
                                      "--list-commands", "help",        "help user",       "help user add"};
  for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(CtlArguments) arguments = parse(lines[i], &error);
    g_assert_no_error(error);
    g_assert_true(arguments->wants_help || arguments->wants_version || arguments->wants_words);
  }
}

static void
test_mistakes_are_told(void)
{
  static const struct {
    const char *line, *words;
  } rows[] = {
      {"", "A command is missing"},
      {"user", "A command is missing"},
      {"users list", "no command “users”"},
      {"help users", "no command “users”"},
      {"help help", "no command “help”"},
      {"user fly", "no command “user fly”"},
      {"user show", "NAME is missing"},
      {"user show ''", "An argument is empty"},
      {"user show alice bob", "“bob” is one argument too many"},
      {"user list --size 5", "no option --size"},
      {"user add alice --roles", "--roles needs a value"},
      {"pool set office --size many", "--size needs a whole number"},
      {"pool set office --size 99999999999", "--size needs a whole number"},
      {"pool set office --may-reset maybe", "--may-reset needs yes or no, not “maybe”"},
      {"pool set office --disks 1,big", "--disks needs sizes in MiB"},
      {"pool set office --schedule tomorrow", "“tomorrow” is no rule of a schedule"},
      {"pool explain office", "--user NAME is missing"},
      {"user list --json=yes", "--json takes no value"},
      {"entitlement grant office robot r2", "KIND must be one of user|group"},
      {"session message s1 --title Hello", "--text TEXT is missing"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(CtlArguments) arguments = parse(rows[i].line, &error);
    g_assert_null(arguments);
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
    if (strstr(error->message, rows[i].words) == NULL)
      g_error("“%s” says “%s” and not “%s”", rows[i].line, error->message, rows[i].words);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_arguments/words_find_their_places", test_words_find_their_places);
  g_test_add_func("/ctl_arguments/words_after_dashes_are_names", test_words_after_dashes_are_names);
  g_test_add_func("/ctl_arguments/noun_that_is_a_command", test_noun_that_is_a_command);
  g_test_add_func("/ctl_arguments/help_needs_no_command", test_help_needs_no_command);
  g_test_add_func("/ctl_arguments/mistakes_are_told", test_mistakes_are_told);
  return g_test_run();
}
