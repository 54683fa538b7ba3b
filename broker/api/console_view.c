/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/console_view.h"

#include "broker/api/client_address.h"
#include "broker/api/views.h"
#include "common/base/error.h"

gboolean
console_view_read_viewer(const char *name, Viewer *ret_viewer, GError **error)
{
  Viewer viewer;
  if (viewer_from_name(name, &viewer) && viewer != VIEWER_VV) {
    *ret_viewer = viewer;
    return TRUE;
  }
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“viewer” must be native or browser.");
  return FALSE;
}

static void
add_relay(JsonBuilder *builder, const char *site, const char *address, guint16 port, const char *ca,
          const char *identity)
{
  json_builder_begin_object(builder);
  view_text(builder, "site", site);
  view_text(builder, "address", address);
  view_number(builder, "port", port);
  view_text(builder, "ca", ca);
  view_text(builder, "identity", identity);
  json_builder_end_object(builder);
}

static void
add_relays(JsonBuilder *builder, const ApiContext *context, const Request *request,
           const ConsoleAccess *access)
{
  g_autofree char *host = NULL;
  guint16 port = 0;
  json_builder_set_member_name(builder, "relays");
  json_builder_begin_array(builder);
  if (request->by_portal && client_address_split(request->public_host, &host, &port))
    add_relay(builder, "portal", host, port, "", "");
  add_relay(builder, "host", access->relay_address, access->relay_port, authority_ca_pem(context->authority),
            access->relay_identity);
  json_builder_end_array(builder);
}

void
console_view_add(JsonBuilder *builder, const ApiContext *context, const Request *request,
                 const ConsoleAccess *access)
{
  json_builder_begin_object(builder);
  if (access->grant != NULL) {
    view_text(builder, "grant", access->grant);
    add_relays(builder, context, request, access);
  } else {
    view_text(builder, "password", access->password);
    view_text(builder, "path", "/console");
  }
  view_time(builder, "expires", access->expires_us);
  json_builder_end_object(builder);
}
