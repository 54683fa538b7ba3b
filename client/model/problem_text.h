/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the client says when something failed: for each stable error code a headline and a sentence with what
 * to do, in the user's language. Pure. The server's own words stand below these two.
 */
#pragma once

#include "common/base/error.h"

/** The headline for @code, e.g. "No desktop is free" (static, translated). */
const char *problem_text_title(CarawayErrorCode code);

/** What the user can do about @code, a sentence (static, translated). */
const char *problem_text_advice(CarawayErrorCode code);

/**
 * What stands below the advice: the sentence of @error, which is the server's where it refused, its reasons,
 * one a line, and the stable code that an administrator can look up (transfer full).
 */
char *problem_text_detail(const GError *error);

/** The code of @error: its own in our domain; the nearest for errors of GIO and TLS. */
CarawayErrorCode problem_text_code(const GError *error);
