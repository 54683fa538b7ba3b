/* SPDX-License-Identifier: Apache-2.0 */
/* Pools, and who is entitled to each. */
#include "broker/api/admin_handlers.h"
#include "broker/api/pool_reading.h"
#include "broker/api/views.h"
#include "broker/service/pools/pool_schedule.h"
#include "broker/service/rights/rights.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define NAME_MAX_BYTES 255

/* A schedule repeats each week; two show any jump of the clock beside an ordinary one. */
#define PREVIEW_HOURS     24
#define PREVIEW_HOURS_MAX (14 * 24)

static void
answer_pool(Answer *answer, guint status, const PoolStatus *pool)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_pool(builder, pool);
  answer_set_json(answer, status, builder);
  answer_set_version(answer, pool->pool->version);
}

gboolean
handle_pools(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"limit", "cursor", "tag", NULL};
  Page page;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error))
    return FALSE;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) pools =
      pool_admin_list(context->services, request_query(request, "tag"), &page, &next, error);
  if (pools == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(pools, view_pool, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

static gboolean
read_settings(const Request *request, gboolean creates, JsonObject **ret_body, PoolReading *reading,
              GError **error)
{
  g_autofree const char **members = pool_reading_members(creates);
  *ret_body = request_body(request, members, error);
  return *ret_body != NULL && pool_reading_read(*ret_body, reading, error);
}

gboolean
handle_create_pool(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(JsonObject) body = NULL;
  g_auto(PoolReading) reading = {0};
  if (!read_settings(request, TRUE, &body, &reading, error) ||
      json_get_string(body, "name", NAME_MAX_BYTES, error) == NULL)
    return FALSE;
  g_autoptr(PoolStatus) pool =
      pool_admin_create(context->services, request->caller, &reading.settings, error);
  if (pool == NULL)
    return FALSE;
  answer_pool(answer, 201, pool);
  g_autofree char *location = g_strconcat("/api/v1/pools/", pool->pool->id, NULL);
  answer_set_header(answer, "Location", location);
  return TRUE;
}

gboolean
handle_pool(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(PoolStatus) pool = pool_admin_get(context->services, request_parameter(request, 0), error);
  if (pool == NULL)
    return FALSE;
  answer_pool(answer, 200, pool);
  return TRUE;
}

gboolean
handle_change_pool(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(JsonObject) body = NULL;
  g_auto(PoolReading) reading = {0};
  gint64 version = 0;
  if (!request_version(request, &version, error) || !read_settings(request, FALSE, &body, &reading, error))
    return FALSE;
  g_autoptr(PoolStatus) pool = pool_admin_change(
      context->services, request->caller, request_parameter(request, 0), &reading.settings, version, error);
  if (pool == NULL)
    return FALSE;
  answer_pool(answer, 200, pool);
  return TRUE;
}

gboolean
handle_delete_pool(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return pool_admin_delete(context->services, request->caller, request_parameter(request, 0), error);
}

/* 0 without one: now. */
static gboolean
read_from(const Request *request, gint64 *ret_from_us, GError **error)
{
  const char *text = request_query(request, "from");
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;
  if (text != NULL && time == NULL) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "“from” must be a time as 2026-11-23T07:00:00Z.");
    return FALSE;
  }
  *ret_from_us = time != NULL ? g_date_time_to_unix(time) * G_USEC_PER_SEC : 0;
  return TRUE;
}

static gboolean
read_hours(const Request *request, guint *ret_hours, GError **error)
{
  const char *text = request_query(request, "hours");
  guint64 hours = PREVIEW_HOURS;
  if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 1, PREVIEW_HOURS_MAX, &hours, NULL)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“hours” must be from 1 to %d.",
                PREVIEW_HOURS_MAX);
    return FALSE;
  }
  *ret_hours = (guint)hours;
  return TRUE;
}

gboolean
handle_pool_schedule(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"from", "hours", NULL};
  gint64 from_us;
  guint hours;
  if (!request_check_query(request, NAMES, error) || !read_from(request, &from_us, error) ||
      !read_hours(request, &hours, error))
    return FALSE;
  g_autoptr(GPtrArray) spans =
      pool_schedule_preview(context->services, request_parameter(request, 0), from_us, hours, error);
  if (spans == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(spans, view_span, NULL);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

/* Whoever says who may use the pool may name anybody; others whom they see. */
static gboolean
may_name(const ApiContext *context, const Request *request, const char *pool, const char *user,
         GError **error)
{
  return rights_check_now(context->services, request->caller, PERMISSION_POOL_ENTITLE, OBJECT_POOL, REACH_ONE,
                          pool, NULL) ||
         rights_check_now(context->services, request->caller, PERMISSION_USER_READ, OBJECT_USER, REACH_ONE,
                          user, error);
}

gboolean
handle_explain_pool(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"user", NULL};
  const char *user = request_query(request, "user");
  if (!request_check_query(request, NAMES, error))
    return FALSE;
  if (user == NULL) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "Say for whom: ?user= with the id or name of an account.");
    return FALSE;
  }
  const char *pool = request_parameter(request, 0);
  g_autoptr(PoolExplanation) explanation = may_name(context, request, pool, user, error)
                                               ? pool_explain(context->services, pool, user, error)
                                               : NULL;
  if (explanation == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_explanation(builder, explanation);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_entitlements(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(GPtrArray) entitlements =
      pool_admin_entitlements(context->services, request_parameter(request, 0), error);
  if (entitlements == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(entitlements, view_entitlement, NULL);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

static gboolean
read_kind(const Request *request, EntitlementKind *ret_kind, GError **error)
{
  if (entitlement_kind_from_name(request_parameter(request, 1), ret_kind))
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
                      "Entitlements are of a “user” or of a “group”.");
  return FALSE;
}

gboolean
handle_entitle(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  EntitlementKind kind;
  return request_check_no_members(request, error) && read_kind(request, &kind, error) &&
         pool_admin_entitle(context->services, request->caller, request_parameter(request, 0), kind,
                            request_parameter(request, 2), error);
}

gboolean
handle_withdraw(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  EntitlementKind kind;
  return read_kind(request, &kind, error) &&
         pool_admin_withdraw(context->services, request->caller, request_parameter(request, 0), kind,
                             request_parameter(request, 2), error);
}
