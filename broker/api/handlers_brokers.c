/* SPDX-License-Identifier: Apache-2.0 */
/* The brokers of the installation, and what one asks of another. */
#include "broker/api/machine_handlers.h"
#include "broker/api/views.h"
#include "broker/service/cluster/broker_directory.h"
#include "broker/service/desktops/desktop_admin.h"

static void
view_broker(JsonBuilder *builder, gconstpointer value)
{
  const BrokerRow *row = value;
  json_builder_begin_object(builder);
  view_text(builder, "name", row->name);
  view_text(builder, "address", row->address);
  view_text(builder, "version", row->version);
  view_bool(builder, "alive", row->is_alive);
  view_bool(builder, "keeper", row->is_keeper);
  view_number(builder, "hosts", row->links);
  view_time(builder, "started", row->started_us);
  view_time(builder, "seen", row->seen_us);
  json_builder_end_object(builder);
}

/* They are few: a page is cut from all. */
static GPtrArray *
cut_page(GPtrArray *rows, const Page *page, const char **ret_next)
{
  guint limit = page->limit != 0 ? page->limit : PAGE_LIMIT_DEFAULT;
  GPtrArray *cut = g_ptr_array_new();
  *ret_next = NULL;
  for (guint i = 0; i < rows->len; i++) {
    const BrokerRow *row = g_ptr_array_index(rows, i);
    if (page->cursor != NULL && g_strcmp0(row->name, page->cursor) <= 0)
      continue;
    if (cut->len == limit) {
      *ret_next = ((BrokerRow *)g_ptr_array_index(cut, limit - 1))->name;
      break;
    }
    g_ptr_array_add(cut, (gpointer)row);
  }
  return cut;
}

gboolean
handle_brokers(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"limit", "cursor", NULL};
  Page page;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error))
    return FALSE;
  g_autoptr(GPtrArray) rows = broker_directory_list(context->services, error);
  if (rows == NULL)
    return FALSE;
  const char *next;
  g_autoptr(GPtrArray) cut = cut_page(rows, &page, &next);
  g_autoptr(JsonBuilder) builder = view_page(cut, view_broker, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_internal_boot_log(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  char *text = desktop_admin_boot_log_here(context->services, request_parameter(request, 0), error);
  if (text == NULL)
    return FALSE;
  answer_set_text(answer, 200, "text/plain; charset=utf-8", text);
  return TRUE;
}
