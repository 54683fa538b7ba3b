/* SPDX-License-Identifier: Apache-2.0 */
/* Images, hosts and desktops as administrators see them. */
#include "broker/api/admin_handlers.h"
#include "broker/api/desktop_handlers.h"
#include "broker/api/host_handlers.h"
#include "broker/api/views.h"
#include "broker/service/desktops/desktop_admin.h"
#include "broker/service/hosts/host_registry.h"
#include "broker/service/hosts/host_removal.h"
#include "broker/service/pools/image_registry.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/wire/join_token.h"

#define NAME_MAX_BYTES 255
#define LIFETIME_MIN_S 60
#define LIFETIME_MAX_S 604800

/* A service that lists one kind of thing. */
typedef GPtrArray *(*Lister)(Services *services, const Page *page, char **ret_next, GError **error);

static gboolean
answer_page(const ApiContext *context, const Request *request, Lister lister, View view, Answer *answer,
            GError **error)
{
  static const char *const NAMES[] = {"limit", "cursor", NULL};
  Page page;
  if (!request_check_query(request, NAMES, error) || !request_page(request, &page, error))
    return FALSE;
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) values = lister(context->services, &page, &next, error);
  if (values == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(values, view, next);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

static void
answer_value(Answer *answer, guint status, View view, gconstpointer value)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view(builder, value);
  answer_set_json(answer, status, builder);
}

gboolean
handle_images(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return answer_page(context, request, image_registry_list, view_image, answer, error);
}

gboolean
handle_register_image(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"name", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *name = body != NULL ? json_get_string(body, "name", NAME_MAX_BYTES, error) : NULL;
  if (name == NULL)
    return FALSE;
  g_autoptr(Image) image = image_registry_register(context->services, request->caller, name, error);
  if (image == NULL)
    return FALSE;
  answer_value(answer, 201, view_image, image);
  return TRUE;
}

gboolean
handle_remove_image(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return image_registry_remove(context->services, request->caller, request_parameter(request, 0), error);
}

gboolean
handle_hosts(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return answer_page(context, request, host_registry_list, view_host, answer, error);
}

gboolean
handle_host(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(Host) host = host_registry_get(context->services, request_parameter(request, 0), error);
  if (host == NULL)
    return FALSE;
  answer_value(answer, 200, view_host, host);
  return TRUE;
}

/* The one parameter of what destroys: also what belongs to somebody. */
static gboolean
read_force(const Request *request, gboolean *ret_force, GError **error)
{
  static const char *const NAMES[] = {"force", NULL};
  return request_check_query(request, NAMES, error) &&
         request_query_truth(request, "force", ret_force, error);
}

gboolean
handle_remove_host(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  gboolean force = FALSE;
  return read_force(request, &force, error) &&
         host_removal_run(context->services, request->caller, request_parameter(request, 0), force, error);
}

gboolean
handle_create_join_token(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"role", "lifetime_s", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *role = body != NULL ? json_get_string(body, "role", 16, error) : NULL;
  gint64 lifetime_s = 0;
  if (role == NULL ||
      !json_get_optional_int(body, "lifetime_s", LIFETIME_MIN_S, LIFETIME_MAX_S, 0, &lifetime_s, error))
    return FALSE;
  g_autoptr(JoinToken) token =
      host_registry_create_join_token(context->services, request->caller, role, lifetime_s, error);
  if (token == NULL)
    return FALSE;
  char *text = join_token_text(role, token->secret, authority_ca_hash(context->authority));
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_text(builder, "token", text);
  view_time(builder, "expires", token->expires_us);
  json_builder_end_object(builder);
  answer_set_json(answer, 201, builder);
  secret_free(text);
  return TRUE;
}

gboolean
handle_desktops(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return answer_page(context, request, desktop_admin_list, view_desktop, answer, error);
}

gboolean
handle_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(Desktop) desktop = desktop_admin_get(context->services, request_parameter(request, 0), error);
  if (desktop == NULL)
    return FALSE;
  answer_value(answer, 200, view_desktop, desktop);
  return TRUE;
}

gboolean
handle_remove_desktop(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  gboolean force = FALSE;
  return read_force(request, &force, error) &&
         desktop_admin_remove(context->services, request->caller, request_parameter(request, 0), force,
                              error);
}

gboolean
handle_boot_log(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  char *text = desktop_admin_boot_log(context->services, request_parameter(request, 0), error);
  if (text == NULL)
    return FALSE;
  answer_set_text(answer, 200, "text/plain; charset=utf-8", text);
  return TRUE;
}
