/* SPDX-License-Identifier: Apache-2.0 */
/* The second factor: one's own, and taking away that of somebody who lost it. */
#include "broker/api/factor_handlers.h"
#include "broker/api/qr_matrix.h"
#include "broker/api/sign_in_answer.h"
#include "broker/api/views.h"
#include "broker/service/people/recovery_codes.h"
#include "broker/service/people/second_factor.h"
#include "common/base/json.h"

#define CODE_MAX_BYTES     64
#define PASSWORD_MAX_BYTES 1024

gboolean
handle_second_factor(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  FactorState state;
  if (!second_factor_state(context->services, request->caller, &state, error))
    return FALSE;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_text(builder, "standing", factor_standing_name(second_factor_standing(request->caller)));
  view_bool(builder, "enabled", state.enabled);
  view_bool(builder, "required", state.required);
  view_time(builder, "since", state.since_us);
  view_number(builder, "recovery_codes_left", state.recovery_left);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
  return TRUE;
}

/* What asks a directory for a password goes on where waiting keeps nobody else. */
static gboolean
look_whether_to_wait(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  gboolean may_wait = FALSE;
  if (!request->is_patient && !second_factor_may_wait(context->services, request->caller, &may_wait, error))
    return FALSE;
  answer->is_to_wait = may_wait;
  return TRUE;
}

static void
answer_draft(Answer *answer, const FactorDraft *draft)
{
  g_auto(GStrv) rows = qr_matrix(draft->uri);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_text(builder, "secret", draft->secret);
  view_text(builder, "uri", draft->uri);
  view_texts(builder, "qr", (const char *const *)rows);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
}

gboolean
handle_begin_second_factor(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  static const char *const MEMBERS[] = {"password", "code", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *password = NULL;
  const char *code = NULL;
  if (body == NULL || !json_get_optional_string(body, "password", PASSWORD_MAX_BYTES, &password, error) ||
      !json_get_optional_string(body, "code", CODE_MAX_BYTES, &code, error) ||
      !look_whether_to_wait(context, request, answer, error))
    return FALSE;
  if (answer->is_to_wait)
    return TRUE;
  g_autoptr(FactorDraft) draft =
      second_factor_begin(context->services, request->caller, password, code, request->public_host, error);
  if (draft == NULL)
    return FALSE;
  answer_draft(answer, draft);
  return TRUE;
}

/* The one member "code" of the body (transfer full; secret_free()). */
static char *
read_code(const Request *request, GError **error)
{
  static const char *const MEMBERS[] = {"code", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  return body != NULL ? g_strdup(json_get_string(body, "code", CODE_MAX_BYTES, error)) : NULL;
}

static void
answer_codes(const ApiContext *context, const Request *request, Answer *answer, GStrv codes,
             const SignIn *sign_in)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  view_texts(builder, "recovery_codes", (const char *const *)codes);
  if (sign_in != NULL)
    sign_in_answer_add(context, answer, builder, sign_in, request->by_cookie);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
}

gboolean
handle_confirm_second_factor(const ApiContext *context, const Request *request, Answer *answer,
                             GError **error)
{
  g_autofree char *code = read_code(request, error);
  g_autoptr(SignIn) sign_in = NULL;
  GStrv codes = code != NULL ? second_factor_confirm(context->services, request->caller, code,
                                                     request->device, &sign_in, error)
                             : NULL;
  if (codes == NULL)
    return FALSE;
  answer_codes(context, request, answer, codes, sign_in);
  recovery_codes_free(codes);
  return TRUE;
}

gboolean
handle_verify_second_factor(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autofree char *code = read_code(request, error);
  g_autoptr(SignIn) sign_in =
      code != NULL ? second_factor_verify(context->services, request->caller, code, request->device, error)
                   : NULL;
  if (sign_in == NULL)
    return FALSE;
  sign_in_answer_set(context, answer, sign_in, request->by_cookie);
  return TRUE;
}

gboolean
handle_renew_recovery_codes(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  g_autofree char *code = read_code(request, error);
  GStrv codes =
      code != NULL ? second_factor_renew_recovery(context->services, request->caller, code, error) : NULL;
  if (codes == NULL)
    return FALSE;
  answer_codes(context, request, answer, codes, NULL);
  recovery_codes_free(codes);
  return TRUE;
}

gboolean
handle_turn_off_second_factor(const ApiContext *context, const Request *request, Answer *answer,
                              GError **error)
{
  static const char *const MEMBERS[] = {"password", "code", NULL};
  g_autoptr(JsonObject) body = request_body(request, MEMBERS, error);
  const char *code = body != NULL ? json_get_string(body, "code", CODE_MAX_BYTES, error) : NULL;
  const char *password = NULL;
  if (code == NULL || !json_get_optional_string(body, "password", PASSWORD_MAX_BYTES, &password, error) ||
      !look_whether_to_wait(context, request, answer, error))
    return FALSE;
  return answer->is_to_wait ||
         second_factor_turn_off(context->services, request->caller, password, code, error);
}

gboolean
handle_reset_second_factor(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  return second_factor_reset(context->services, request->caller, request_parameter(request, 0), error);
}
