/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_command.h"

#include <string.h>

#define COLUMN_WIDTH 42

const CtlNoun *
ctl_command_find_noun(const CtlNoun *nouns, const char *name)
{
  for (const CtlNoun *noun = nouns; noun->name != NULL; noun++)
    if (strcmp(noun->name, name) == 0)
      return noun;
  return NULL;
}

const CtlCommand *
ctl_command_find(const CtlNoun *noun, const char *verb)
{
  for (const CtlCommand *command = noun->commands; command->verb != NULL; command++)
    if (strcmp(command->verb, verb) == 0)
      return command;
  return NULL;
}

static void
append_synopsis(GString *text, const CtlNoun *noun, const CtlCommand *command)
{
  g_string_append_printf(text, "%s%s%s", noun->name, command->verb[0] != '\0' ? " " : "", command->verb);
  for (const CtlPositional *positional = command->positionals; positional->name != NULL; positional++)
    g_string_append_printf(text, " %s", positional->choices != NULL ? positional->choices : positional->name);
}

char *
ctl_command_usage(const CtlNoun *noun, const CtlCommand *command)
{
  GString *text = g_string_new("carawayctl ");
  append_synopsis(text, noun, command);
  g_string_append(text, " [OPTIONS]");
  return g_string_free(text, FALSE);
}

static void
append_row(GString *text, const char *left, const char *right)
{
  g_string_append_printf(text, "  %-*s %s\n", COLUMN_WIDTH, left, right);
}

static void
append_noun(GString *text, const CtlNoun *noun)
{
  for (const CtlCommand *command = noun->commands; command->verb != NULL; command++) {
    g_autoptr(GString) left = g_string_new(NULL);
    append_synopsis(left, noun, command);
    append_row(text, left->str, command->summary);
  }
}

static void
append_common_options(GString *text)
{
  g_string_append(text, "\nOptions of every command:\n");
  append_row(text, "--json", "the answer as JSON instead of a table");
  append_row(text, "--yes", "do not ask before doing harm");
  append_row(text, "--help", "this help; so does the word help before a noun or a command");
}

static void
append_options(GString *text, const CtlOption *options)
{
  if (options == NULL)
    return;
  g_string_append(text, "\nOptions:\n");
  for (const CtlOption *option = options; option->name != NULL; option++) {
    g_autofree char *left = option->argument != NULL
                                ? g_strdup_printf("--%s %s", option->name, option->argument)
                                : g_strdup_printf("--%s", option->name);
    g_autofree char *right = g_strconcat(option->help, option->is_required ? " (needed)" : "", NULL);
    append_row(text, left, right);
  }
}

char *
ctl_command_help(const CtlNoun *nouns, const CtlNoun *noun, const CtlCommand *command)
{
  GString *text = g_string_new("Usage: ");
  if (command != NULL) {
    g_autofree char *usage = ctl_command_usage(noun, command);
    g_string_append_printf(text, "%s\n\n%s.\n", usage, command->summary);
    append_options(text, command->options);
  } else if (noun != NULL) {
    g_string_append_printf(text, "carawayctl %s COMMAND [OPTIONS]\n\n%s.\n\nCommands:\n", noun->name,
                           noun->summary);
    append_noun(text, noun);
  } else {
    g_string_append(text, "carawayctl NOUN COMMAND [OPTIONS]\n\nAdministers a Caraway installation.\n\n"
                          "Commands:\n");
    for (noun = nouns; noun->name != NULL; noun++)
      append_noun(text, noun);
  }
  append_common_options(text);
  return g_string_free(text, FALSE);
}

char *
ctl_command_words(const CtlNoun *nouns)
{
  GString *text = g_string_new(NULL);
  for (const CtlNoun *noun = nouns; noun->name != NULL; noun++) {
    for (const CtlCommand *command = noun->commands; command->verb != NULL; command++) {
      g_string_append_printf(text, "%s %s", noun->name, command->verb[0] != '\0' ? command->verb : "-");
      for (const CtlOption *option = command->options; option != NULL && option->name != NULL; option++)
        g_string_append_printf(text, " --%s", option->name);
      g_string_append(text, " --json --yes --help\n");
    }
  }
  return g_string_free(text, FALSE);
}

char *
ctl_command_fill(const char *template, char *const *positionals)
{
  GString *text = g_string_new(NULL);
  guint count = g_strv_length((GStrv)positionals);
  for (const char *c = template; *c != '\0'; c++) {
    guint number = c[0] == '$' && g_ascii_isdigit(c[1]) ? (guint)(c[1] - '0') : 0;
    if (number == 0 || number > count) {
      g_string_append_c(text, *c);
      continue;
    }
    g_string_append(text, positionals[number - 1]);
    c++;
  }
  return g_string_free(text, FALSE);
}
