/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out, and one's own account. */
#include "broker/api/handlers.h"
#include "broker/api/sign_in_answer.h"
#include "broker/api/sign_in_token.h"
#include "broker/api/views.h"
#include "broker/service/people/sign_in.h"
#include "common/base/json.h"

#define NAME_MAX_BYTES     255
#define PASSWORD_MAX_BYTES 1024

gboolean
handle_login(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"user", "password", "cookie", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *user = body != NULL ? json_get_string(body, "user", NAME_MAX_BYTES, error) : NULL;
  const char *password = user != NULL ? json_get_string(body, "password", PASSWORD_MAX_BYTES, error) : NULL;
  gboolean by_cookie = FALSE;
  if (password == NULL || !json_get_optional_bool(body, "cookie", FALSE, &by_cookie, error))
    return FALSE;
  g_autoptr(SignIn) sign_in = sign_in_begin(context->services, user, password, request->address, error);
  if (sign_in == NULL)
    return FALSE;
  sign_in_answer_set(context, answer, sign_in, by_cookie);
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
  g_autoptr(JsonBuilder) builder = json_builder_new();
  view_me(builder, user);
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
