/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The portal's own refusals as problem documents (RFC 9457) in the shape of the API (docs/protocols.md,
 * section 7), and the one table that maps error codes to HTTP statuses here.
 */
#pragma once

#include "common/base/error.h"

#include <libsoup/soup.h>

/** The HTTP status of @code. */
guint problem_status(CarawayErrorCode code);

/** The problem document for @code with the sentence @detail (transfer full). */
char *problem_document(CarawayErrorCode code, const char *detail);

/** Answers @message with the problem document for @code and @detail, and with its headers. */
void problem_answer(SoupServerMessage *message, CarawayErrorCode code, const char *detail);
