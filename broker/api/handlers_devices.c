/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, as an administrator keeps them. */
#include "broker/api/device_handlers.h"
#include "broker/api/device_views.h"
#include "broker/service/devices/device_admin.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define NAME_MAX_BYTES 255
#define TEXT_MAX_BYTES 1000
#define DEVICES        "/api/v1/devices/"

static gboolean
answer_device(Answer *answer, Device *device)
{
  if (device == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_device(builder, device);
  answer_set_json(answer, 200, builder);
  answer_set_version(answer, device->version);
  device_free(device);
  return TRUE;
}

gboolean
handle_devices(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const NAMES[] = {"pending", "limit", "cursor", NULL};
  Page page;
  gboolean pending = FALSE;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error) ||
      !request_query_truth(request, "pending", &pending, error))
    return FALSE;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) devices = device_admin_list(context->services, pending, &page, &next, error);
  if (devices == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(devices, view_device, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_device(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return answer_device(answer, device_admin_get(context->services, request_parameter(request, 0), error));
}

/* A pool of null is none. */
static gboolean
read_settings(JsonObject *body, DeviceSettings *settings, GError **error)
{
  if (!json_get_optional_string(body, "description", TEXT_MAX_BYTES, &settings->description, error) ||
      !json_get_optional_string(body, "pool", NAME_MAX_BYTES, &settings->pool, error))
    return FALSE;
  if (settings->pool == NULL && json_object_has_member(body, "pool"))
    settings->pool = "";
  return TRUE;
}

gboolean
handle_approve_device(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"name", "group", "description", "pool", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *name = body != NULL ? json_get_string(body, "name", NAME_MAX_BYTES, error) : NULL;
  const char *group = NULL;
  DeviceSettings settings = DEVICE_SETTINGS_NONE;
  gint64 version = 0;
  if (name == NULL || !json_get_optional_string(body, "group", NAME_MAX_BYTES, &group, error) ||
      !read_settings(body, &settings, error) || !request_version(request, &version, error))
    return FALSE;
  if (!answer_device(answer,
                     device_admin_approve(context->services, request->caller, request_parameter(request, 0),
                                          name, group, &settings, version, error)))
    return FALSE;
  g_autofree char *location = g_strconcat(DEVICES, name, NULL);
  answer_set_header(answer, "Location", location);
  return TRUE;
}

gboolean
handle_change_device(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"description", "pool", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  DeviceSettings settings = DEVICE_SETTINGS_NONE;
  gint64 version = 0;
  if (body == NULL || !read_settings(body, &settings, error) || !request_version(request, &version, error))
    return FALSE;
  return answer_device(answer, device_admin_change(context->services, request->caller,
                                                   request_parameter(request, 0), &settings, version, error));
}

gboolean
handle_reject_device(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  gint64 version = 0;
  if (!request_check_no_members(request, error) || !request_version(request, &version, error))
    return FALSE;
  return answer_device(answer, device_admin_reject(context->services, request->caller,
                                                   request_parameter(request, 0), version, error));
}

gboolean
handle_revoke_device(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  gint64 version = 0;
  if (!request_check_no_members(request, error) || !request_version(request, &version, error))
    return FALSE;
  return answer_device(answer, device_admin_revoke(context->services, request->caller,
                                                   request_parameter(request, 0), version, error));
}

gboolean
handle_delete_device(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return device_admin_delete(context->services, request->caller, request_parameter(request, 0), error);
}
