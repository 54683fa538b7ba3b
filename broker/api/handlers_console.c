/* SPDX-License-Identifier: Apache-2.0 */
/* Grants and connection files: what opens a console, and where the client goes with it. */
#include "broker/api/client_address.h"
#include "broker/api/console_view.h"
#include "broker/api/handlers.h"
#include "broker/api/machine_handlers.h"
#include "broker/api/viewer_file.h"
#include "broker/api/views.h"
#include "broker/service/connect/console_access.h"
#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#include <string.h>

#define REDEEM_SECRET_MAX 60

static gboolean
read_take_over(const Request *request, const char *const *members, JsonObject **ret_body,
               gboolean *ret_take_over, GError **error)
{
  g_autoptr(JsonObject) body = request_body(request, members, error);
  if (body == NULL || !json_get_optional_bool(body, "take_over", FALSE, ret_take_over, error))
    return FALSE;
  *ret_body = g_steal_pointer(&body);
  return TRUE;
}

gboolean
handle_grant(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"viewer", "take_over", NULL};
  g_autoptr(JsonObject) body = NULL;
  gboolean take_over = FALSE;
  if (!read_take_over(request, MEMBERS, &body, &take_over, error))
    return FALSE;
  const char *name = json_get_string(body, "viewer", 16, error);
  Viewer viewer;
  if (name == NULL || !console_view_read_viewer(name, &viewer, error))
    return FALSE;
  g_autoptr(ConsoleAccess) access = console_access_create(
      context->services, request->caller, request_parameter(request, 0), viewer, take_over, error);
  if (access == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  console_view_add(builder, context, request, access);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

/* Through a portal the file points at the portal, whose public certificate is not necessarily ours: then the
 * viewer asks its own authorities. */
gboolean
handle_viewer_file(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"take_over", NULL};
  g_autoptr(JsonObject) body = NULL;
  gboolean take_over = FALSE;
  if (!read_take_over(request, MEMBERS, &body, &take_over, error))
    return FALSE;
  g_autoptr(ConsoleAccess) access = console_access_create(
      context->services, request->caller, request_parameter(request, 0), VIEWER_VV, take_over, error);
  if (access == NULL)
    return FALSE;
  g_autofree char *host = NULL;
  guint16 port = 0;
  g_autofree char *subject = NULL;
  if (!request->by_portal || !client_address_split(request->public_host, &host, &port)) {
    g_free(host);
    host = g_strdup(access->relay_address);
    port = access->relay_port;
    subject = g_strconcat("CN=", access->host, NULL);
  } else if (request->portal_is_misnamed) {
    subject = g_strconcat("CN=", request->peer->name, NULL);
  }
  g_autofree char *title = g_strdup_printf("%s – %s", access->pool_name, access->desktop_name);
  ViewerFile file = {.host = host,
                     .tls_port = port,
                     .password = access->password,
                     .ca_pem = request->portal_has_own_ca ? NULL : authority_ca_pem(context->authority),
                     .host_subject = subject,
                     .title = title};
  answer_set_text(answer, 200, "application/x-virt-viewer", viewer_file_text(&file));
  g_autofree char *disposition = g_strdup_printf("attachment; filename=\"%s.vv\"", access->desktop_name);
  answer_set_header(answer, "Content-Disposition", disposition);
  return TRUE;
}

gboolean
handle_redeem(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"password", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *password = body != NULL ? json_get_string(body, "password", REDEEM_SECRET_MAX, error) : NULL;
  if (password == NULL)
    return FALSE;
  char *grant = console_access_redeem(context->services, password, identity_role_name(request->peer->role),
                                      request->peer->name, error);
  if (grant == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_text(builder, "grant", grant);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  secret_free(grant);
  return TRUE;
}
