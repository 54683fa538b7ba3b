/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log: its rows, their export, and whether it is unbroken. */
#include "broker/api/audit_handlers.h"

#include "broker/api/views.h"
#include "broker/service/audit/audit_export.h"
#include "broker/service/audit/audit_verification.h"
#include "broker/service/audit_log.h"
#include "common/base/error.h"
#include "common/base/text.h"

#include <string.h>

#define TEXT_MAX_BYTES 255

/* The time @name of the query; @ret_us stays when there is none. */
static gboolean
read_time(const Request *request, const char *name, gint64 *ret_us, GError **error)
{
  const char *text = request_query(request, name);
  if (text == NULL)
    return TRUE;
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, utc);
  if (time == NULL || g_date_time_to_unix(time) < 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” is a time like 2026-01-31T08:00:00Z.",
                name);
    return FALSE;
  }
  *ret_us = g_date_time_to_unix(time) * G_USEC_PER_SEC;
  return TRUE;
}

static gboolean
read_text(const Request *request, const char *name, const char **ret_text, GError **error)
{
  *ret_text = request_query(request, name);
  if (*ret_text == NULL || (strlen(*ret_text) <= TEXT_MAX_BYTES && text_is_plain(*ret_text)))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
              "“%s” has at most %d bytes of text without control characters.", name, TEXT_MAX_BYTES);
  return FALSE;
}

static gboolean
read_result(const Request *request, int *ret_succeeded, GError **error)
{
  const char *text = request_query(request, "result");
  if (text == NULL)
    return TRUE;
  *ret_succeeded = g_str_equal(text, "ok") ? 1 : 0;
  if (*ret_succeeded == 1 || g_str_equal(text, "refused"))
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“result” is ok or refused.");
  return FALSE;
}

static gboolean
read_filter(const Request *request, AuditFilter *filter, GError **error)
{
  *filter = AUDIT_FILTER_ALL;
  return read_text(request, "actor", &filter->actor, error) &&
         read_text(request, "action", &filter->action, error) &&
         read_text(request, "object", &filter->object, error) &&
         read_text(request, "code", &filter->code, error) &&
         read_text(request, "text", &filter->text, error) &&
         read_result(request, &filter->succeeded, error) &&
         read_time(request, "from", &filter->from_us, error) &&
         read_time(request, "to", &filter->to_us, error);
}

gboolean
handle_audit(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const names[] = {"limit", "cursor", "actor", "action", "object", "code",
                                      "text",  "result", "from",  "to",     NULL};
  Page page;
  AuditFilter filter;
  if (!request_check_query(request, names, error) || !request_page(request, &page, error) ||
      !read_filter(request, &filter, error))
    return FALSE;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) entries = audit_log_find(context->services, &filter, &page, &next, error);
  if (entries == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(entries, view_audit_entry, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_audit_export(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const names[] = {"from", "to", "cursor", NULL};
  gint64 from_us = 0, to_us = G_MAXINT64;
  if (!request_check_query(request, names, error) || !read_time(request, "from", &from_us, error) ||
      !read_time(request, "to", &to_us, error))
    return FALSE;
  char *lines =
      audit_export_lines(context->services, from_us, to_us, request_query(request, "cursor"), error);
  if (lines == NULL)
    return FALSE;
  answer_set_text(answer, 200, "application/x-ndjson", lines);
  return TRUE;
}

static void
view_chain(JsonBuilder *builder, gconstpointer value)
{
  const AuditChainReport *chain = value;
  json_builder_begin_object(builder);
  view_text(builder, "broker", chain->broker);
  view_number(builder, "rows", chain->progress.rows);
  view_number(builder, "seals", chain->progress.seals);
  view_number(builder, "unsealed", chain->progress.unsealed);
  view_time(builder, "first", chain->progress.first_us);
  view_time(builder, "last", chain->progress.last_us);
  view_number(builder, "seal", chain->progress.number);
  view_number(builder, "generation", chain->progress.generation);
  view_text(builder, "hash", chain->hash);
  view_number(builder, "trimmed_rows", chain->trimmed_rows);
  view_time(builder, "trimmed", chain->trimmed_us);
  json_builder_end_object(builder);
}

static void
view_key(JsonBuilder *builder, gconstpointer value)
{
  const AuditKey *key = value;
  json_builder_begin_object(builder);
  view_text(builder, "id", key->id);
  view_text(builder, "broker", key->broker);
  view_text(builder, "public_key", key->public_key);
  json_builder_end_object(builder);
}

static void
view_break(JsonBuilder *builder, const AuditBreak *broken)
{
  json_builder_begin_object(builder);
  view_text(builder, "broker", broken->broker);
  view_number(builder, "seal", broken->seal);
  view_number(builder, "row", broken->row_id);
  view_text(builder, "reason", broken->reason);
  json_builder_end_object(builder);
}

static void
view_report(JsonBuilder *builder, const AuditReport *report)
{
  json_builder_begin_object(builder);
  view_bool(builder, "unbroken", report->broken.reason == NULL);
  json_builder_set_member_name(builder, "break");
  if (report->broken.reason != NULL)
    view_break(builder, &report->broken);
  else
    json_builder_add_null_value(builder);
  view_list(builder, "chains", report->chains, view_chain);
  view_list(builder, "keys", report->keys, view_key);
  view_text(builder, "next", report->next);
  json_builder_end_object(builder);
}

gboolean
handle_audit_verify(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const names[] = {"cursor", NULL};
  if (!request_check_query(request, names, error))
    return FALSE;
  g_autoptr(AuditReport) report =
      audit_verification_run(context->services, request_query(request, "cursor"), error);
  if (report == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_report(builder, report);
  answer_set_json(answer, 200, builder);
  return TRUE;
}
