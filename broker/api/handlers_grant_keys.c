/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that brokers sign grants with: seen, changed in order, taken back at once. */
#include "broker/api/certificate_handlers.h"
#include "broker/api/views.h"
#include "broker/service/trust/grant_key_admin.h"
#include "common/base/json.h"

#define BROKER_NAME_MAX 63

static void
view_grant_key(JsonBuilder *builder, gconstpointer value)
{
  const GrantKeyRow *row = value;
  json_builder_begin_object(builder);
  view_text(builder, "id", row->id);
  view_text(builder, "broker", row->broker);
  view_text(builder, "state", grant_key_state_name(row->state));
  view_time(builder, "created", row->created_us);
  view_time(builder, "since", row->since_us);
  view_time(builder, "replacement_asked", row->asked_us);
  view_text(builder, "reason", row->state == GRANT_KEY_REVOKED ? row->reason : NULL);
  json_builder_end_object(builder);
}

/* They are few: a page is cut from all. */
static GPtrArray *
cut_page(GPtrArray *rows, const Page *page, const char **ret_next)
{
  guint limit = page->limit != 0 ? page->limit : PAGE_LIMIT_DEFAULT;
  GPtrArray *cut = g_ptr_array_new();
  gboolean is_reached = page->cursor == NULL;
  *ret_next = NULL;
  for (guint i = 0; i < rows->len && *ret_next == NULL; i++) {
    GrantKeyRow *row = g_ptr_array_index(rows, i);
    if (is_reached && cut->len == limit)
      *ret_next = ((GrantKeyRow *)g_ptr_array_index(cut, limit - 1))->id;
    else if (is_reached)
      g_ptr_array_add(cut, row);
    else
      is_reached = g_str_equal(row->id, page->cursor);
  }
  return cut;
}

gboolean
handle_list_grant_keys(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"limit", "cursor", NULL};
  Page page;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error))
    return FALSE;
  g_autoptr(GPtrArray) rows = grant_key_admin_list(context->services, error);
  if (rows == NULL)
    return FALSE;
  const char *next;
  g_autoptr(GPtrArray) cut = cut_page(rows, &page, &next);
  g_autoptr(JsonBuilder) builder = view_page(cut, view_grant_key, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_rotate_grant_keys(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"broker", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *broker = NULL;
  if (body == NULL || !json_get_optional_string(body, "broker", BROKER_NAME_MAX, &broker, error))
    return FALSE;
  g_autoptr(GPtrArray) rows = grant_key_admin_rotate(context->services, request->caller, broker, error);
  if (rows == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(rows, view_grant_key, NULL);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_revoke_grant_key(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"reason", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *reason = NULL;
  if (body == NULL || !json_get_optional_string(body, "reason", GRANT_KEY_REASON_MAX, &reason, error))
    return FALSE;
  g_autoptr(GrantKeyRow) row = grant_key_admin_revoke(context->services, request->caller,
                                                      request_parameter(request, 0), reason, error);
  if (row == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_grant_key(builder, row);
  answer_set_json(answer, 200, builder);
  return TRUE;
}
