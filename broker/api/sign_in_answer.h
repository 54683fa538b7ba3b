/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client is told of a sign-in that began, by whichever proof.
 */
#pragma once

#include "broker/api/answer.h"
#include "broker/api/api_context.h"
#include "broker/service/people/sign_in_entry.h"

/** Makes @answer that of @sign_in: its token in the body, or @by_cookie in a cookie. */
void sign_in_answer_set(const ApiContext *context, Answer *answer, const SignIn *sign_in, gboolean by_cookie);
