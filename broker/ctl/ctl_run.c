/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_run.h"

#include "broker/ctl/ctl_explanation.h"
#include "broker/ctl/ctl_render.h"
#include "broker/ctl/ctl_request.h"
#include "broker/ctl/ctl_terminal.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define EXIT_USAGE  2
#define PAGE_SIZE   500
#define MAX_CURSOR  4096
#define MAX_ENTRIES 1000000

static int
fail(const GError *error)
{
  g_autofree char *sentence = text_escape(error->message);
  g_printerr("carawayctl: %s (%s)\n", sentence, error_stable_name(error));
  const char *const *reasons = error_get_reasons(error);
  for (; reasons != NULL && *reasons != NULL; reasons++) {
    g_autofree char *reason = text_escape(*reasons);
    g_printerr("  - %s\n", reason);
  }
  return EXIT_FAILURE;
}

static int
fail_usage(const GError *error, const CtlArguments *arguments)
{
  g_autofree char *sentence = text_escape(error->message);
  g_printerr("carawayctl: %s\n", sentence);
  if (arguments != NULL && arguments->command != NULL) {
    g_autofree char *usage = ctl_command_usage(arguments->noun, arguments->command);
    g_printerr("Usage: %s\n", usage);
  }
  g_printerr("Try “carawayctl --help” or “carawayctl NOUN --help”.\n");
  return EXIT_USAGE;
}

static gint64
row_limit(const CtlContext *context, const CtlCommand *command)
{
  const char *limit = ctl_arguments_option(context->arguments, "limit");
  gint64 wanted = limit != NULL ? g_ascii_strtoll(limit, NULL, 10) : command->default_limit;
  return wanted > 0 ? MIN(wanted, MAX_ENTRIES) : MAX_ENTRIES;
}

/* Adds a page to @items; @ret_cursor is where the next one begins, NULL after the last. */
static gboolean
fetch_page(CtlContext *context, ApiRequest *request, gint64 limit, JsonArray *items, char **ret_cursor,
           GError **error)
{
  g_autoptr(ApiAnswer) answer = api_client_call(context->client, request, NULL, error);
  if (answer == NULL)
    return FALSE;
  if (answer->object == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The server answered with nothing to list.");
    return FALSE;
  }
  JsonArray *page = json_get_array(answer->object, "items", G_MAXUINT, error);
  const char *cursor = NULL;
  if (page == NULL || !json_get_optional_string(answer->object, "next", MAX_CURSOR, &cursor, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length(page) && json_array_get_length(items) < limit; i++)
    json_array_add_element(items, json_node_copy(json_array_get_element(page, i)));
  gboolean is_last = json_array_get_length(items) >= limit;
  *ret_cursor = is_last ? NULL : g_strdup(cursor);
  return TRUE;
}

gboolean
ctl_run_list(CtlContext *context, const CtlCommand *command, ApiRequest *request, GError **error)
{
  gint64 limit = row_limit(context, command);
  g_autofree char *page_size = g_strdup_printf("%" G_GINT64_FORMAT, MIN(limit, PAGE_SIZE));
  api_request_add_query(request, "limit", page_size);
  g_autofree char *first_path = g_strdup(request->path);
  g_autofree char *cursor = NULL;
  g_autoptr(JsonObject) list = json_object_new();
  JsonArray *items = json_array_new();
  json_object_set_array_member(list, "items", items);
  do {
    if (cursor != NULL) {
      g_free(request->path);
      request->path = g_strdup(first_path);
      api_request_add_query(request, "cursor", cursor);
    }
    g_clear_pointer(&cursor, g_free);
    if (!fetch_page(context, request, limit, items, &cursor, error))
      return FALSE;
  } while (cursor != NULL);
  g_autofree char *table = ctl_render_table(command->columns, items);
  if (context->arguments->is_json)
    ctl_context_tell(context, list, "");
  else
    fputs(table, stdout);
  return TRUE;
}

static gboolean
show_items(CtlContext *context, const CtlCommand *command, const ApiAnswer *answer, GError **error)
{
  JsonArray *items = json_get_array(answer->object, "items", G_MAXUINT, error);
  if (items == NULL)
    return FALSE;
  g_autofree char *table = ctl_render_table(command->columns, items);
  if (context->arguments->is_json)
    ctl_context_tell(context, answer->object, "");
  else
    fputs(table, stdout);
  return TRUE;
}

static void
show_rules(CtlContext *context, const ApiAnswer *answer)
{
  g_autofree char *text = ctl_explanation_text(answer->object);
  if (context->arguments->is_json)
    ctl_context_tell(context, answer->object, "");
  else
    fputs(text, stdout);
}

static gboolean
show_answer(CtlContext *context, const CtlCommand *command, const ApiAnswer *answer, GError **error)
{
  if (command->show == CTL_SHOW_DONE) {
    g_autofree char *sentence = ctl_command_fill(command->done, context->arguments->positionals);
    ctl_context_tell(context, answer->object, sentence);
    return TRUE;
  }
  if (answer->object == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The server answered with nothing to show.");
    return FALSE;
  }
  if (command->show == CTL_SHOW_RULES) {
    show_rules(context, answer);
    return TRUE;
  }
  if (command->show == CTL_SHOW_ITEMS)
    return show_items(context, command, answer, error);
  ctl_context_show(context, command->columns, answer->object);
  return TRUE;
}

static gboolean
send_row(CtlContext *context, const CtlCommand *command, ApiRequest *request, GError **error)
{
  if (!ctl_context_open(context, error))
    return FALSE;
  if (command->show == CTL_SHOW_LIST)
    return ctl_run_list(context, command, request, error);
  g_autoptr(ApiAnswer) answer = api_client_call(context->client, request, NULL, error);
  return answer != NULL && show_answer(context, command, answer, error);
}

static int
run_row(CtlContext *context, const CtlCommand *command)
{
  g_autoptr(GError) error = NULL;
  char *password = NULL;
  if (command->new_password_member != NULL)
    password = ctl_terminal_new_password(&error);
  else if (command->password_member != NULL)
    password = ctl_terminal_password("Password", &error);
  if (error != NULL)
    return fail(error);
  g_autoptr(ApiRequest) request = ctl_request_build(context->arguments, password, &error);
  secret_free(password);
  if (request == NULL)
    return fail_usage(error, context->arguments);
  return send_row(context, command, request, &error) ? EXIT_SUCCESS : fail(error);
}

static int
run_command(CtlContext *context, const CtlCommand *command)
{
  if (command->run == NULL)
    return run_row(context, command);
  g_autoptr(GError) error = NULL;
  return command->run(context, command, &error) ? EXIT_SUCCESS : fail(error);
}

/* 0 to go on. */
static int
ask_before_harm(const CtlArguments *arguments)
{
  if (arguments->command->confirm == NULL || arguments->is_agreed)
    return EXIT_SUCCESS;
  g_autofree char *filled = ctl_command_fill(arguments->command->confirm, arguments->positionals);
  g_autofree char *question = text_escape(filled);
  if (!ctl_terminal_is_interactive()) {
    g_printerr("carawayctl: %s There is no terminal to answer at: add --yes.\n", question);
    return EXIT_USAGE;
  }
  if (ctl_terminal_confirm(question))
    return EXIT_SUCCESS;
  g_printerr("Nothing was done.\n");
  return EXIT_FAILURE;
}

static void
print_information(const CtlNoun *nouns, const CtlArguments *arguments)
{
  g_autofree char *text = NULL;
  if (arguments->wants_version)
    text = g_strdup("carawayctl " CARAWAY_VERSION "\n");
  else if (arguments->wants_words)
    text = ctl_command_words(nouns);
  else
    text = ctl_command_help(nouns, arguments->noun, arguments->command);
  fputs(text, stdout);
}

int
ctl_run(const CtlNoun *nouns, char *const *words)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CtlArguments) arguments = ctl_arguments_parse(nouns, words, &error);
  if (arguments == NULL)
    return fail_usage(error, NULL);
  if (arguments->wants_help || arguments->wants_version || arguments->wants_words) {
    print_information(nouns, arguments);
    return EXIT_SUCCESS;
  }
  int refused = ask_before_harm(arguments);
  if (refused != EXIT_SUCCESS)
    return refused;
  g_autoptr(CtlState) state = ctl_state_load(&error);
  if (state == NULL)
    return fail(error);
  CtlContext context = {arguments, state, NULL};
  int code = run_command(&context, arguments->command);
  g_clear_object(&context.client);
  return code;
}
