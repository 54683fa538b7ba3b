/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of an HTTP answer as text. Pure: values in, text out.
 */
#pragma once

#include "broker/api/answer.h"

/** What the answer's connection adds. */
typedef struct {
  const char *date; /**< as in the header Date */
  gboolean is_last; /**< the connection ends with it */
  gboolean chunked; /**< of a stream */
} AnswerHeadFacts;

/** The head of @answer (transfer full), with the empty line at its end. */
char *answer_head_text(const Answer *answer, const AnswerHeadFacts *facts);
