/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sign-in that began as clients are told of it: its token in the body or in the cookie, whose it is and how
 * it stands to the second factor.
 */
#pragma once

#include "broker/api/answer.h"
#include "broker/api/api_context.h"
#include "broker/service/people/sign_in_entry.h"

#include <json-glib/json-glib.h>

/** Adds the members of @sign_in to the object that @builder is in, or sets the cookie of @answer. */
void sign_in_answer_add(const ApiContext *context, Answer *answer, JsonBuilder *builder,
                        const SignIn *sign_in, gboolean by_cookie);

/** Answers with @sign_in alone. */
void sign_in_answer_set(const ApiContext *context, Answer *answer, const SignIn *sign_in, gboolean by_cookie);
