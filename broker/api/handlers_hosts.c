/* SPDX-License-Identifier: Apache-2.0 */
/* Taking hosts out of service and back. */
#include "broker/api/host_handlers.h"
#include "broker/api/views.h"
#include "broker/service/hosts/host_admin.h"

static gboolean
set_duty(const ApiContext *context, const Request *request, HostDutyEvent event, Answer *answer,
         GError **error)
{
  if (!request_check_no_members(request, error))
    return FALSE;
  g_autoptr(Host) host =
      host_admin_set_duty(context->services, request->caller, request_parameter(request, 0), event, error);
  if (host == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_host(builder, host);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_drain_host(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return set_duty(context, request, HOST_DUTY_EVENT_DRAIN, answer, error);
}

gboolean
handle_maintain_host(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return set_duty(context, request, HOST_DUTY_EVENT_MAINTAIN, answer, error);
}

gboolean
handle_activate_host(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return set_duty(context, request, HOST_DUTY_EVENT_ACTIVATE, answer, error);
}
