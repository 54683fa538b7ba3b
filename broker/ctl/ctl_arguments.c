/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_arguments.h"

#include "broker/ctl/ctl_schedule.h"
#include "common/base/error.h"

#include <string.h>

static const CtlOption common_options[] = {
    {"json", CTL_FLAG},    {"yes", CTL_FLAG},           {"help", CTL_FLAG},
    {"version", CTL_FLAG}, {"list-commands", CTL_FLAG}, {NULL},
};

/* The words that are left and what became of those before. */
typedef struct {
  const CtlNoun *nouns;
  char *const *next;
  CtlArguments *arguments;
  GPtrArray *positionals;
  gboolean only_positionals; /* after "--" */
  gboolean asks_for_help;    /* by the word before a noun */
} Parser;

static const CtlOption *
find_in(const CtlOption *options, const char *name)
{
  for (const CtlOption *option = options; option != NULL && option->name != NULL; option++)
    if (strcmp(option->name, name) == 0)
      return option;
  return NULL;
}

static const CtlOption *
find_option(const Parser *parser, const char *name)
{
  const CtlCommand *command = parser->arguments->command;
  const CtlOption *option = command != NULL ? find_in(command->options, name) : NULL;
  return option != NULL ? option : find_in(common_options, name);
}

static gboolean
is_number(const char *value)
{
  gint64 number = 0;
  return g_ascii_string_to_signed(value, 10, G_MININT32, G_MAXINT32, &number, NULL);
}

static gboolean
is_numbers(const char *value)
{
  g_auto(GStrv) numbers = g_strsplit(value, ",", -1);
  for (char **number = numbers; *number != NULL; number++)
    if (!is_number(g_strstrip(*number)))
      return FALSE;
  return TRUE;
}

static gboolean
check_value(const CtlOption *option, const char *value, GError **error)
{
  const char *wanted = NULL;
  if (option->type == CTL_RULES) {
    g_autoptr(JsonObject) rule = ctl_schedule_parse_rule(value, error);
    return rule != NULL;
  }
  if (option->type == CTL_NUMBER && !is_number(value))
    wanted = "a whole number";
  else if (option->type == CTL_TRUTH && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
    wanted = "yes or no";
  else if (option->type == CTL_DISKS && !is_numbers(value))
    wanted = "sizes in MiB with commas between them";
  if (wanted != NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "--%s needs %s, not “%s”.", option->name, wanted,
                value);
  return wanted == NULL;
}

static void
keep_value(CtlArguments *arguments, const CtlOption *option, const char *value)
{
  const char *before = ctl_arguments_option(arguments, option->name);
  char *kept =
      option->type == CTL_RULES && before != NULL ? g_strconcat(before, "\n", value, NULL) : g_strdup(value);
  g_hash_table_replace(arguments->options, g_strdup(option->name), kept);
}

static gboolean
take_option(Parser *parser, const char *word, GError **error)
{
  const char *equals = strchr(word, '=');
  g_autofree char *name = equals != NULL ? g_strndup(word, equals - word) : g_strdup(word);
  const CtlOption *option = find_option(parser, name);
  if (option == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "There is no option --%s here.", name);
    return FALSE;
  }
  const char *value = equals != NULL ? equals + 1 : NULL;
  gboolean is_flag = option->argument == NULL;
  if (is_flag && value != NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "--%s takes no value.", name);
    return FALSE;
  }
  if (is_flag)
    value = "";
  else if (value == NULL && *parser->next != NULL)
    value = *parser->next++;
  if (value == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "--%s needs a value: %s.", name,
                option->argument);
    return FALSE;
  }
  if (!check_value(option, value, error))
    return FALSE;
  keep_value(parser->arguments, option, value);
  return TRUE;
}

static gboolean
take_noun(Parser *parser, const char *word, GError **error)
{
  CtlArguments *arguments = parser->arguments;
  arguments->noun = ctl_command_find_noun(parser->nouns, word);
  if (arguments->noun == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "There is no command “%s”.", word);
    return FALSE;
  }
  arguments->command = ctl_command_find(arguments->noun, "");
  return TRUE;
}

static gboolean
take_verb(Parser *parser, const char *word, GError **error)
{
  CtlArguments *arguments = parser->arguments;
  arguments->command = ctl_command_find(arguments->noun, word);
  if (arguments->command == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "There is no command “%s %s”.",
                arguments->noun->name, word);
  return arguments->command != NULL;
}

static gboolean
take_positional(Parser *parser, const char *word, GError **error)
{
  const CtlPositional *positional = parser->arguments->command->positionals;
  for (guint i = 0; i < parser->positionals->len && positional->name != NULL; i++)
    positional++;
  if (positional->name == NULL || word[0] == '\0') {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                positional->name == NULL ? "“%s” is one argument too many." : "An argument is empty.%s",
                word);
    return FALSE;
  }
  g_auto(GStrv) choices = g_strsplit(positional->choices != NULL ? positional->choices : word, "|", -1);
  if (positional->choices != NULL && !g_strv_contains((const char *const *)choices, word)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "%s must be one of %s, not “%s”.",
                positional->name, positional->choices, word);
    return FALSE;
  }
  g_ptr_array_add(parser->positionals, g_strdup(word));
  return TRUE;
}

static gboolean
take_word(Parser *parser, const char *word, GError **error)
{
  if (!parser->only_positionals && strcmp(word, "--") == 0) {
    parser->only_positionals = TRUE;
    return TRUE;
  }
  if (!parser->only_positionals && g_str_has_prefix(word, "--"))
    return take_option(parser, word + 2, error);
  if (parser->arguments->noun == NULL && !parser->asks_for_help && strcmp(word, "help") == 0) {
    parser->asks_for_help = TRUE;
    return TRUE;
  }
  if (parser->arguments->noun == NULL)
    return take_noun(parser, word, error);
  if (parser->arguments->command == NULL)
    return take_verb(parser, word, error);
  return take_positional(parser, word, error);
}

static gboolean
check_complete(const CtlArguments *arguments, GError **error)
{
  if (arguments->noun == NULL || arguments->command == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "A command is missing.");
    return FALSE;
  }
  const CtlPositional *missing = &arguments->command->positionals[g_strv_length(arguments->positionals)];
  if (missing->name != NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "%s is missing.", missing->name);
    return FALSE;
  }
  const CtlOption *option = arguments->command->options;
  for (; option != NULL && option->name != NULL; option++) {
    if (!option->is_required || ctl_arguments_option(arguments, option->name) != NULL)
      continue;
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "--%s %s is missing.", option->name,
                option->argument);
    return FALSE;
  }
  return TRUE;
}

static void
settle(Parser *parser)
{
  CtlArguments *arguments = parser->arguments;
  g_ptr_array_add(parser->positionals, NULL);
  arguments->positionals = (char **)g_ptr_array_free(g_steal_pointer(&parser->positionals), FALSE);
  arguments->is_json = ctl_arguments_flag(arguments, "json");
  arguments->is_agreed = ctl_arguments_flag(arguments, "yes");
  arguments->wants_help = parser->asks_for_help || ctl_arguments_flag(arguments, "help");
  arguments->wants_version = ctl_arguments_flag(arguments, "version");
  arguments->wants_words = ctl_arguments_flag(arguments, "list-commands");
}

CtlArguments *
ctl_arguments_parse(const CtlNoun *nouns, char *const *words, GError **error)
{
  g_autoptr(CtlArguments) arguments = g_new0(CtlArguments, 1);
  g_autoptr(GPtrArray) positionals = g_ptr_array_new_with_free_func(g_free);
  arguments->options = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  Parser parser = {.nouns = nouns, .next = words, .arguments = arguments, .positionals = positionals};
  while (*parser.next != NULL)
    if (!take_word(&parser, *parser.next++, error))
      return NULL;
  positionals = NULL;
  settle(&parser);
  gboolean wants_no_command = arguments->wants_help || arguments->wants_version || arguments->wants_words;
  if (!wants_no_command && !check_complete(arguments, error))
    return NULL;
  return g_steal_pointer(&arguments);
}

const char *
ctl_arguments_option(const CtlArguments *arguments, const char *name)
{
  return g_hash_table_lookup(arguments->options, name);
}

gboolean
ctl_arguments_flag(const CtlArguments *arguments, const char *name)
{
  return g_hash_table_contains(arguments->options, name);
}

void
ctl_arguments_free(CtlArguments *arguments)
{
  if (arguments == NULL)
    return;
  g_strfreev(arguments->positionals);
  g_clear_pointer(&arguments->options, g_hash_table_unref);
  g_free(arguments);
}
