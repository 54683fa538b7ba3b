/* SPDX-License-Identifier: Apache-2.0 */
/* The sign-ins of an account. */
#include "broker/api/account_handlers.h"
#include "broker/api/views.h"
#include "broker/service/people/sign_in_list.h"

static void
view_sign_in(JsonBuilder *builder, gconstpointer value)
{
  const ListedSignIn *sign_in = value;
  json_builder_begin_object(builder);
  view_text(builder, "id", sign_in->id);
  view_text(builder, "method", sign_in->method);
  view_text(builder, "client", sign_in->client);
  view_text(builder, "address", sign_in->address);
  view_time(builder, "created", sign_in->created_us);
  view_time(builder, "last_used", sign_in->used_us);
  view_time(builder, "expires", sign_in->expires_us);
  view_bool(builder, "current", sign_in->is_current);
  json_builder_end_object(builder);
}

static gboolean
answer_list(const ApiContext *context, const Request *request, const char *user, Answer *answer,
            GError **error)
{
  g_autoptr(GPtrArray) sign_ins = sign_in_list(context->services, request->caller, user, error);
  if (sign_ins == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = view_page(sign_ins, view_sign_in, NULL);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_sign_ins(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return answer_list(context, request, NULL, answer, error);
}

gboolean
handle_end_other_sign_ins(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return sign_in_list_end_all(context->services, request->caller, NULL, error);
}

gboolean
handle_end_sign_in(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return sign_in_list_end(context->services, request->caller, request_parameter(request, 0), error);
}

gboolean
handle_user_sign_ins(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return answer_list(context, request, request_parameter(request, 0), answer, error);
}

gboolean
handle_end_user_sign_ins(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return sign_in_list_end_all(context->services, request->caller, request_parameter(request, 0), error);
}
