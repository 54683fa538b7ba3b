/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of a server as tests write them down.
 */
#pragma once

#include "common/api_client/api_request.h"

/** The answer whose body is the JSON object @text (transfer full). */
ApiAnswer *parsed_answer_new(const char *text);
