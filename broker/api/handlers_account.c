/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out, and one's own account. */
#include "broker/api/handlers.h"
#include "broker/api/sign_in_answer.h"
#include "broker/api/sign_in_token.h"
#include "broker/api/views.h"
#include "broker/service/people/second_factor.h"
#include "broker/service/people/sign_in.h"
#include "broker/service/people/sign_in_methods.h"
#include "broker/service/rights/rights.h"
#include "common/base/json.h"

#define NAME_MAX_BYTES     255
#define CODE_MAX_BYTES     64
#define PASSWORD_MAX_BYTES 1024
#define DEVICE_MAX_BYTES   256

/* A sign-in that may wait for a directory goes on where waiting keeps nobody else; so does what only takes as
 * long. NULL without failure when it goes on there. */
static SignIn *
sign_in(const ApiContext *context, const Request *request, const char *user, const char *password,
        const char *code, const char *device, Answer *answer, GError **error)
{
  const SignInOrigin origin = {.address = request->address,
                               .device = device != NULL ? device : request->device,
                               .client = request->client};
  gboolean may_wait;
  if (!sign_in_may_wait(context->services, user, &may_wait, error))
    return NULL;
  answer->is_to_wait = may_wait && !request->is_patient;
  if (answer->is_to_wait)
    return NULL;
  if (request->is_patient && !may_wait) {
    sign_in_pretend(context->services, user, error);
    return NULL;
  }
  GError *problem = NULL;
  SignIn *begun = sign_in_begin_with_code(context->services, user, password, code, &origin, &problem);
  answer->is_to_wait =
      begun == NULL && !request->is_patient && sign_in_is_to_pretend(context->services, problem);
  if (answer->is_to_wait)
    g_error_free(problem);
  else if (begun == NULL)
    g_propagate_error(error, problem);
  return begun;
}

gboolean
handle_login(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"user", "password", "code", "cookie", "device", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *user = body != NULL ? json_get_string(body, "user", NAME_MAX_BYTES, error) : NULL;
  const char *password = user != NULL ? json_get_string(body, "password", PASSWORD_MAX_BYTES, error) : NULL;
  const char *code = NULL, *device = NULL;
  gboolean by_cookie = FALSE;
  if (password == NULL || !json_get_optional_string(body, "code", CODE_MAX_BYTES, &code, error) ||
      !json_get_optional_bool(body, "cookie", FALSE, &by_cookie, error) ||
      !json_get_optional_string(body, "device", DEVICE_MAX_BYTES, &device, error))
    return FALSE;
  g_autoptr(SignIn) begun = sign_in(context, request, user, password, code, device, answer, error);
  if (begun == NULL)
    return answer->is_to_wait;
  sign_in_answer_set(context, answer, begun, by_cookie);
  return TRUE;
}

static void
view_method(JsonBuilder *builder, gconstpointer value)
{
  const Authenticator *method = value;
  json_builder_begin_object(builder);
  view_text(builder, "name", method->name);
  view_text(builder, "label", method->label);
  view_text(builder, "kind", authenticator_kind_name(method->kind));
  json_builder_end_object(builder);
}

gboolean
handle_sign_in_methods(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(GPtrArray) methods = sign_in_methods_list(context->services);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_list(builder, "items", methods, view_method);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_logout(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  if (!request_check_no_members(request, error) || !sign_in_end(context->services, request->caller, error))
    return FALSE;
  if (request->by_cookie) {
    g_autofree char *cookie = sign_in_token_cookie("", 0);
    answer_set_header(answer, "Set-Cookie", cookie);
  }
  return TRUE;
}

gboolean
handle_me(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autoptr(User) user = sign_in_user(context->services, request->caller, error);
  if (user == NULL)
    return FALSE;
  FactorStanding standing = second_factor_standing(request->caller);
  g_autoptr(Access) access = factor_standing_is_pending(standing)
                                 ? NULL /* what there would be to do is nobody's to know yet */
                                 : rights_read_now(context->services, request->caller, NULL);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_me(builder, user, access, standing);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

gboolean
handle_change_password(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"old", "new", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *old = body != NULL ? json_get_string(body, "old", PASSWORD_MAX_BYTES, error) : NULL;
  const char *new = old != NULL ? json_get_string(body, "new", PASSWORD_MAX_BYTES, error) : NULL;
  return new != NULL &&sign_in_change_password(context->services, request->caller, old, new, error);
}
