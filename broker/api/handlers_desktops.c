/* SPDX-License-Identifier: Apache-2.0 */
/* What administrators do to desktops: whose they are, whether they run, which machines become some. */
#include "broker/api/desktop_handlers.h"
#include "broker/api/views.h"
#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/desktops/desktop_owner.h"
#include "common/base/json.h"

#define NAME_MAX_BYTES 255

static gboolean
answer_desktop(Answer *answer, guint status, Desktop *desktop)
{
  g_autoptr(Desktop) shown = desktop;
  if (shown == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_desktop(builder, shown);
  answer_set_json(answer, status, builder);
  return TRUE;
}

gboolean
handle_assign_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"user", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *user = body != NULL ? json_get_string(body, "user", NAME_MAX_BYTES, error) : NULL;
  return user != NULL && answer_desktop(answer, 200,
                                        desktop_owner_assign(context->services, request->caller,
                                                             request_parameter(request, 0), user, error));
}

gboolean
handle_unassign_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return desktop_owner_unassign(context->services, request->caller, request_parameter(request, 0), error);
}

gboolean
handle_adopt_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"host", "domain", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *host = body != NULL ? json_get_string(body, "host", NAME_MAX_BYTES, error) : NULL;
  const char *domain = host != NULL ? json_get_string(body, "domain", NAME_MAX_BYTES, error) : NULL;
  return domain != NULL &&
         answer_desktop(answer, 202,
                        desktop_owner_adopt(context->services, request->caller, request_parameter(request, 0),
                                            host, domain, error));
}

static gboolean
power(const ApiContext *context, const Request *request, DesktopPower what, Answer *answer, GError **error)
{
  return request_check_no_members(request, error) &&
         answer_desktop(answer, 202,
                        desktop_admin_power(context->services, request->caller, request_parameter(request, 0),
                                            what, error));
}

gboolean
handle_start_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return power(context, request, DESKTOP_POWER_START, answer, error);
}

gboolean
handle_shut_down_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return power(context, request, DESKTOP_POWER_SHUT_DOWN, answer, error);
}

gboolean
handle_restart_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return power(context, request, DESKTOP_POWER_RESTART, answer, error);
}

gboolean
handle_reset_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return power(context, request, DESKTOP_POWER_RESET, answer, error);
}
