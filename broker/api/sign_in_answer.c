/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/sign_in_answer.h"

#include "broker/api/sign_in_token.h"
#include "broker/api/views.h"
#include "broker/service/rights/rights.h"

static gint64
seconds_till(const ApiContext *context, gint64 time_us)
{
  return MAX((time_us - clock_wall_us(services_time(context->services))) / G_USEC_PER_SEC, 1);
}

void
sign_in_answer_add(const ApiContext *context, Answer *answer, JsonBuilder *builder, const SignIn *sign_in,
                   gboolean by_cookie)
{
  if (by_cookie) {
    answer_take_cookie(answer,
                       sign_in_token_cookie(sign_in->token, seconds_till(context, sign_in->expires_us)));
    if (sign_in->device != NULL)
      answer_take_cookie(answer, sign_in_token_device_cookie(
                                     sign_in->device, seconds_till(context, sign_in->device_expires_us)));
  } else {
    view_text(builder, "token", sign_in->token);
    if (sign_in->device != NULL)
      view_text(builder, "device", sign_in->device);
  }
  json_builder_set_member_name(builder, "user");
  g_autoptr(Caller) caller = caller_new(sign_in->user->id, sign_in->user->name, FALSE, NULL, NULL);
  g_autoptr(Access) access =
      factor_standing_is_pending(sign_in->standing) ? NULL : rights_read_now(context->services, caller, NULL);
  view_me(builder, sign_in->user, access, sign_in->standing);
  view_time(builder, "expires", sign_in->expires_us);
}

void
sign_in_answer_set(const ApiContext *context, Answer *answer, const SignIn *sign_in, gboolean by_cookie)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  sign_in_answer_add(context, answer, builder, sign_in, by_cookie);
  json_builder_end_object(builder);
  answer_set_json(answer, 200, builder);
}
