/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors as RFC 9457 problem documents. This is the one place that knows which HTTP status a code has.
 */
#pragma once

#include "broker/api/answer.h"

/** The HTTP status of @error. */
guint problem_status(const GError *error);

/** Makes @answer the problem document of @error. What is not of our error domain is logged, and shown without
 * its message. */
void problem_set(Answer *answer, const GError *error);

/** As problem_set(), with a @status that says more than the code does (405, 415). */
void problem_set_status(Answer *answer, const GError *error, guint status);
