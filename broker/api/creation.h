/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creating requests that carry an Idempotency-Key: the first answer is given again to whoever repeats the
 * request, at any broker, also after the one that did it died. Owns that order of things; the work itself is
 * the route's handler.
 */
#pragma once

#include "broker/api/api_context.h"
#include "broker/api/request.h"

/** Runs the handler of @request into @answer, errors included. */
typedef void (*CreationWork)(const ApiContext *context, const Request *request, Answer *answer);

/** The answer to @request, whose caller was checked and which has a key (transfer full). */
Answer *creation_run(const ApiContext *context, Request *request, CreationWork work);
