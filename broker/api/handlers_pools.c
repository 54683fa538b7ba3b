/* SPDX-License-Identifier: Apache-2.0 */
/* Pools, and who is entitled to each. */
#include "broker/api/admin_handlers.h"
#include "broker/api/views.h"
#include "broker/service/pool_admin.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define NAME_MAX_BYTES        255
#define DESCRIPTION_MAX_BYTES 1000
#define CHANNELS_MAX          16

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
  static const char *const NAMES[] = {"limit", "cursor", NULL};
  Page page;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error))
    return FALSE;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) pools = pool_admin_list(context->services, &page, &next, error);
  if (pools == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(pools, view_pool, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

/* The list "channels" as borrowed texts; NULL without the member. */
static gboolean
read_channels(JsonObject *body, GPtrArray **ret_channels, GError **error)
{
  if (!json_object_has_member(body, "channels"))
    return TRUE;
  JsonArray *array = json_get_array(body, "channels", CHANNELS_MAX, error);
  if (array == NULL)
    return FALSE;
  g_autoptr(GPtrArray) channels = g_ptr_array_new();
  for (guint i = 0; i < json_array_get_length(array); i++) {
    JsonNode *node = json_array_get_element(array, i);
    const char *channel = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
    if (channel == NULL) {
      g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“channels” must be a list of texts.");
      return FALSE;
    }
    g_ptr_array_add(channels, (gpointer)channel);
  }
  g_ptr_array_add(channels, NULL);
  *ret_channels = g_steal_pointer(&channels);
  return TRUE;
}

static gboolean
read_number(JsonObject *body, const char *name, gint64 *ret_number, GError **error)
{
  return json_get_optional_int(body, name, 0, G_MAXINT32, -1, ret_number, error);
}

static gboolean
read_settings(JsonObject *body, PoolSettings *settings, GPtrArray **ret_channels, GError **error)
{
  if (!json_get_optional_string(body, "description", DESCRIPTION_MAX_BYTES, &settings->description, error) ||
      !json_get_optional_string(body, "image", NAME_MAX_BYTES, &settings->image, error) ||
      !json_get_optional_string(body, "account", NAME_MAX_BYTES, &settings->account, error) ||
      !read_number(body, "size", &settings->size, error) ||
      !read_number(body, "spares", &settings->spares, error) ||
      !read_number(body, "vcpus", &settings->vcpus, error) ||
      !read_number(body, "memory_mib", &settings->memory_mib, error) ||
      !read_number(body, "heads", &settings->heads, error) || !read_channels(body, ret_channels, error))
    return FALSE;
  if (*ret_channels != NULL)
    settings->channels = (const char *const *)(*ret_channels)->pdata;
  return TRUE;
}

static gboolean
check_kind(JsonObject *body, GError **error)
{
  const char *kind = NULL;
  if (!json_get_optional_string(body, "kind", NAME_MAX_BYTES, &kind, error))
    return FALSE;
  if (kind == NULL || g_str_equal(kind, "floating"))
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“kind” must be floating.");
  return FALSE;
}

gboolean
handle_create_pool(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"name",  "description", "kind",  "image",   "size",     "spares",
                                        "vcpus", "memory_mib",  "heads", "account", "channels", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  g_autoptr(GPtrArray) channels = NULL;
  PoolSettings settings = POOL_SETTINGS_NONE;
  if (body == NULL || !check_kind(body, error))
    return FALSE;
  settings.name = json_get_string(body, "name", NAME_MAX_BYTES, error);
  if (settings.name == NULL || !read_settings(body, &settings, &channels, error))
    return FALSE;
  g_autoptr(PoolStatus) pool = pool_admin_create(context->services, request->caller, &settings, error);
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
  static const char *const MEMBERS[] = {"description", "image", "size",    "spares",   "vcpus",
                                        "memory_mib",  "heads", "account", "channels", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  g_autoptr(GPtrArray) channels = NULL;
  PoolSettings settings = POOL_SETTINGS_NONE;
  gint64 version = 0;
  if (body == NULL || !request_version(request, &version, error) ||
      !read_settings(body, &settings, &channels, error))
    return FALSE;
  g_autoptr(PoolStatus) pool = pool_admin_change(context->services, request->caller,
                                                 request_parameter(request, 0), &settings, version, error);
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
  return read_kind(request, &kind, error) &&
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
