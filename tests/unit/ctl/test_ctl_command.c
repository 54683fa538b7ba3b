/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the table themselves: whatever somebody adds must be able to work. */
#include "broker/ctl/ctl_command.h"

#include "broker/ctl/ctl_nouns.h"

#include <json-glib/json-glib.h>
#include <string.h>

static guint
count_positionals(const CtlCommand *command)
{
  guint count = 0;
  while (command->positionals[count].name != NULL)
    count++;
  return count;
}

static void
assert_filled(const CtlNoun *noun, const CtlCommand *command, const char *template)
{
  for (const char *dollar = template; dollar != NULL && (dollar = strchr(dollar, '$')) != NULL; dollar++)
    if ((guint)(dollar[1] - '0') > count_positionals(command))
      g_error("%s %s: “%s” names an argument that there is not", noun->name, command->verb, template);
}

static void
assert_row(const CtlNoun *noun, const CtlCommand *command)
{
  g_test_message("%s %s", noun->name, command->verb);
  g_assert_cmpstr(command->summary, !=, NULL);
  g_assert_true((command->method != NULL) != (command->run != NULL));
  if (command->run == NULL && command->show == CTL_SHOW_DONE)
    g_assert_nonnull(command->done);
  if (command->show != CTL_SHOW_DONE && command->show != CTL_SHOW_RULES)
    g_assert_nonnull(command->columns);
  assert_filled(noun, command, command->done);
  assert_filled(noun, command, command->confirm);
  for (guint i = 0; command->path[i] != NULL; i++)
    assert_filled(noun, command, command->path[i]);
  for (const CtlOption *option = command->options; option != NULL && option->name != NULL; option++)
    g_assert_true((option->argument == NULL) ==
                  (option->type == CTL_FLAG || option->type == CTL_FLAG_OFF || option->type == CTL_NULL));
  if (command->body != NULL) {
    g_autoptr(JsonNode) body = json_from_string(command->body, NULL);
    g_assert_true(JSON_NODE_HOLDS_OBJECT(body));
  }
  if (g_strcmp0(command->method, "DELETE") == 0 && strcmp(command->verb, "remove-member") != 0)
    g_assert_nonnull(command->confirm);
}

static void
test_rows_are_complete(void)
{
  for (const CtlNoun *noun = ctl_nouns(); noun->name != NULL; noun++)
    for (const CtlCommand *command = noun->commands; command->verb != NULL; command++)
      assert_row(noun, command);
}

static void
test_help_names_every_command(void)
{
  g_autofree char *help = ctl_command_help(ctl_nouns(), NULL, NULL);
  for (const CtlNoun *noun = ctl_nouns(); noun->name != NULL; noun++) {
    for (const CtlCommand *command = noun->commands; command->verb != NULL; command++) {
      g_autofree char *usage = ctl_command_usage(noun, command);
      g_autofree char *synopsis = g_strndup(usage + strlen("carawayctl "),
                                            strlen(usage) - strlen("carawayctl ") - strlen(" [OPTIONS]"));
      g_assert_nonnull(strstr(help, synopsis));
      g_assert_nonnull(strstr(help, command->summary));
    }
  }
}

static void
test_help_of_a_command(void)
{
  const CtlNoun *noun = ctl_command_find_noun(ctl_nouns(), "entitlement");
  g_autofree char *help = ctl_command_help(ctl_nouns(), noun, ctl_command_find(noun, "grant"));
  g_assert_true(
      g_str_has_prefix(help, "Usage: carawayctl entitlement grant POOL user|group NAME [OPTIONS]\n"));
  g_assert_nonnull(strstr(help, "--json"));
}

static void
test_words_for_completion(void)
{
  g_autofree char *words = ctl_command_words(ctl_nouns());
  g_assert_nonnull(strstr(words, "login - --server --ca-file --fingerprint --user --json --yes --help\n"));
  g_assert_nonnull(
      strstr(words, "\nuser add --full-name --roles --must-change-password --json --yes --help\n"));
}

static void
test_fill(void)
{
  char *positionals[] = {"a", "$1", NULL};
  g_autofree char *text = ctl_command_fill("$1 $2 $3 $ $x", positionals);
  g_assert_cmpstr(text, ==, "a $1 $3 $ $x");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_command/rows_are_complete", test_rows_are_complete);
  g_test_add_func("/ctl_command/help_names_every_command", test_help_names_every_command);
  g_test_add_func("/ctl_command/help_of_a_command", test_help_of_a_command);
  g_test_add_func("/ctl_command/words_for_completion", test_words_for_completion);
  g_test_add_func("/ctl_command/fill", test_fill);
  return g_test_run();
}
