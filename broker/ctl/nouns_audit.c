/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log: read, checked, taken away. */
#include "broker/ctl/ctl_audit_file.h"
#include "broker/ctl/ctl_audit_report.h"
#include "broker/ctl/ctl_context.h"
#include "broker/ctl/ctl_nouns.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define CURSOR_MAX 1024

/* One part; @ret_cursor is where the next one begins, NULL after the last. */
static gboolean
verify_part(CtlContext *context, JsonObject *total, char **cursor, GError **error)
{
  g_autoptr(ApiRequest) request = api_request_new("GET", "audit", "verify", NULL);
  if (*cursor != NULL)
    api_request_add_query(request, "cursor", *cursor);
  g_clear_pointer(cursor, g_free);
  g_autoptr(ApiAnswer) answer = api_client_call(context->client, request, NULL, error);
  const char *next = NULL;
  if (answer == NULL)
    return FALSE;
  if (answer->object == NULL) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The server answered with nothing.");
    return FALSE;
  }
  if (!ctl_audit_report_add(total, answer->object, error) ||
      !json_get_optional_string(answer->object, "next", CURSOR_MAX, &next, error))
    return FALSE;
  *cursor = g_strdup(next);
  return TRUE;
}

static gboolean
tell(CtlContext *context, JsonObject *total, GError **error)
{
  g_autofree char *text = ctl_audit_report_text(total);
  if (context->arguments->is_json)
    ctl_context_tell(context, total, "");
  else
    g_print("%s", text);
  if (ctl_audit_report_is_unbroken(total))
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                      "The audit log is not what was sealed; somebody changed the database.");
  return FALSE;
}

static gboolean
verify_file(CtlContext *context, const char *path, GError **error)
{
  const char *keys = ctl_arguments_option(context->arguments, "keys");
  g_autoptr(JsonObject) report = ctl_audit_file_verify(path, keys, error);
  return report != NULL && tell(context, report, error);
}

static gboolean
run_verify(CtlContext *context, const CtlCommand *command, GError **error)
{
  const char *path = ctl_arguments_option(context->arguments, "file");
  if (path != NULL)
    return verify_file(context, path, error);
  if (!ctl_context_open(context, error))
    return FALSE;
  g_autoptr(JsonObject) total = json_object_new();
  g_autofree char *cursor = NULL;
  do
    if (!verify_part(context, total, &cursor, error))
      return FALSE;
  while (cursor != NULL);
  return tell(context, total, error);
}

/* One part of the export; @cursor is where the next one begins, NULL after the last. */
static gboolean
export_part(CtlContext *context, gboolean is_csv, GString *text, char **cursor, GError **error)
{
  static const char *const passed[] = {"from", "to", NULL};
  g_autoptr(ApiRequest) request = api_request_new("GET", "audit", "export", NULL);
  for (const char *const *name = passed; *name != NULL; name++)
    if (ctl_arguments_option(context->arguments, *name) != NULL)
      api_request_add_query(request, *name, ctl_arguments_option(context->arguments, *name));
  if (*cursor != NULL)
    api_request_add_query(request, "cursor", *cursor);
  g_clear_pointer(cursor, g_free);
  request->is_download = TRUE;
  g_autoptr(ApiAnswer) answer = api_client_call(context->client, request, NULL, error);
  if (answer == NULL)
    return FALSE;
  gsize length;
  const char *lines = g_bytes_get_data(answer->bytes, &length);
  return is_csv ? ctl_audit_file_add_csv(text, lines, length, cursor, error)
                : ctl_audit_file_add_lines(text, lines, length, cursor, error);
}

static gboolean
write_parts(CtlContext *context, gboolean is_csv, GOutputStream *file, GError **error)
{
  g_autofree char *cursor = NULL;
  g_autoptr(GString) text = g_string_new(is_csv ? ctl_audit_file_csv_titles : NULL);
  do {
    if (!export_part(context, is_csv, text, &cursor, error) ||
        !g_output_stream_write_all(file, text->str, text->len, NULL, NULL, error))
      return FALSE;
    g_string_truncate(text, 0);
  } while (cursor != NULL);
  return TRUE;
}

/* What stood there before is replaced by the whole of it or not at all. */
static gboolean
write_file(CtlContext *context, gboolean is_csv, GFile *file, GError **error)
{
  g_autoptr(GFileOutputStream) stream = g_file_replace(file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, error);
  if (stream == NULL)
    return FALSE;
  if (write_parts(context, is_csv, G_OUTPUT_STREAM(stream), error))
    return g_output_stream_close(G_OUTPUT_STREAM(stream), NULL, error);
  g_autoptr(GCancellable) cancelled = g_cancellable_new();
  g_cancellable_cancel(cancelled); /* a stream that is only dropped puts the part in its place */
  g_output_stream_close(G_OUTPUT_STREAM(stream), cancelled, NULL);
  return FALSE;
}

static gboolean
run_export(CtlContext *context, const CtlCommand *command, GError **error)
{
  const char *path = context->arguments->positionals[0];
  const char *format = ctl_arguments_option(context->arguments, "format");
  gboolean is_csv = g_strcmp0(format, "csv") == 0;
  if (format != NULL && !is_csv && !g_str_equal(format, "jsonl")) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "A format is jsonl or csv.");
    return FALSE;
  }
  if (!ctl_context_open(context, error))
    return FALSE;
  g_autoptr(GFile) file = g_file_new_for_path(path);
  if (!write_file(context, is_csv, file, error))
    return FALSE;
  g_autofree char *sentence = g_strdup_printf("The audit log was written to %s.", path);
  ctl_context_tell(context, NULL, sentence);
  return TRUE;
}

static const CtlOption verify_options[] = {
    {"file", CTL_TEXT, "FILE", "an exported log instead of the broker's; needs no server"},
    {"keys", CTL_TEXT, "ID:PUBLIC,…", "believe these keys, not those in the file"},
    {NULL},
};

static const CtlOption export_options[] = {
    {"format", CTL_TEXT, "FORMAT", "jsonl, which can be verified, or csv; jsonl when left out"},
    {"from", CTL_TEXT, "TIME", "from this time on, like 2026-01-31T08:00:00Z"},
    {"to", CTL_TEXT, "TIME", "up to this time"},
    {NULL},
};

static const CtlOption list_options[] = {
    {"limit", CTL_NUMBER, "N", "at most N rows"},
    {"actor", CTL_TEXT, "NAME", "what this account or machine did", .query = "actor"},
    {"action", CTL_TEXT, "ACTION", "of this kind, like session.assign", .query = "action"},
    {"object", CTL_TEXT, "OBJECT", "on this, like user/alice", .query = "object"},
    {"code", CTL_TEXT, "CODE", "refused with this code", .query = "code"},
    {"result", CTL_TEXT, "RESULT", "ok or refused", .query = "result"},
    {"from", CTL_TEXT, "TIME", "from this time on, like 2026-01-31T08:00:00Z", .query = "from"},
    {"to", CTL_TEXT, "TIME", "up to this time", .query = "to"},
    {"text", CTL_TEXT, "TEXT", "with this in the object or the detail", .query = "text"},
    {NULL},
};

static const CtlColumn audit_columns[] = {
    {"Time", "time", CTL_TIME}, {"Actor", "actor"},   {"Action", "action"},
    {"Object", "object"},       {"Result", "result"}, {"Code", "code"},
    {"Address", "address"},     {"Detail", "detail"}, {NULL},
};

const CtlCommand ctl_audit_commands[] = {
    {.verb = "list",
     .summary = "List what was done, newest first",
     .options = list_options,
     .method = "GET",
     .path = {"audit"},
     .show = CTL_SHOW_LIST,
     .default_limit = 100,
     .columns = audit_columns},
    {.verb = "verify",
     .summary = "Check that nobody changed the audit log since it was sealed",
     .options = verify_options,
     .run = run_verify},
    {.verb = "export",
     .summary = "Write the sealed part of the audit log to a file",
     .positionals = {{"FILE"}},
     .options = export_options,
     .run = run_export},
    {NULL},
};
