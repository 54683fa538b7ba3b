/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second factor at a terminal: asking for codes, keeping the token of a sign-in that was proven by one,
 * and drawing a QR code.
 */
#pragma once

#include "broker/ctl/ctl_context.h"
#include "common/api_client/api_request.h"

/** Asks for a code and proves the pending sign-in in @answer, that of a login, with it; at a terminal a wrong
 * one is asked for again. Returns the answer with the sign-in that is good (transfer full). */
ApiAnswer *ctl_factor_prove(CtlContext *context, const ApiAnswer *answer,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Remembers the token in @answer. */
gboolean ctl_factor_keep_token(CtlContext *context, const ApiAnswer *answer,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The squares of @rows (of texts of 0 and 1) for a terminal, black on white with the margin that readers
 * need (transfer full). */
char *ctl_factor_draw(JsonArray *rows);
