/* SPDX-License-Identifier: Apache-2.0 */
/* Where people may come from, and whether that works. */
#include "broker/api/admin_handlers.h"
#include "broker/api/views.h"
#include "broker/service/people/authenticator_test.h"
#include "broker/service/people/sign_in_methods.h"
#include "common/base/json.h"

#define NAME_MAX_BYTES     255
#define PASSWORD_MAX_BYTES 1024

static void
view_authenticator(JsonBuilder *builder, gconstpointer value)
{
  const Authenticator *authenticator = value;
  json_builder_begin_object(builder);
  view_text(builder, "name", authenticator->name);
  view_text(builder, "label", authenticator->label);
  view_text(builder, "kind", authenticator_kind_name(authenticator->kind));
  view_number(builder, "recheck_s", authenticator->recheck_s);
  json_builder_end_object(builder);
}

gboolean
handle_authenticators(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(GPtrArray) methods = sign_in_methods_list(context->services);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_list(builder, "items", methods, view_authenticator);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_test_authenticator(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"user", "password", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *user = body != NULL ? json_get_string(body, "user", NAME_MAX_BYTES, error) : NULL;
  const char *password = user != NULL ? json_get_string(body, "password", PASSWORD_MAX_BYTES, error) : NULL;
  if (password == NULL)
    return FALSE;
  answer->is_to_wait = !request->is_patient;
  if (answer->is_to_wait)
    return TRUE;
  g_autoptr(GPtrArray) steps = authenticator_test_run(context->services, request->caller,
                                                      request_parameter(request, 0), user, password, error);
  if (steps == NULL)
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "items");
  view_rules(builder, steps);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}
