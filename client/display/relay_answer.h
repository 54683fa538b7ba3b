/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a relay or portal answers to CONNECT (docs/protocols.md section 3): 200 and then SPICE, or a refusal
 * with a problem document. Pure codec, bounded.
 */
#pragma once

#include <glib.h>

#define RELAY_ANSWER_MAX_HEAD (8 * 1024)
#define RELAY_ANSWER_MAX_BODY (32 * 1024)

typedef enum {
  RELAY_ANSWER_MORE,    /**< not complete yet */
  RELAY_ANSWER_OPEN,    /**< SPICE follows */
  RELAY_ANSWER_REFUSED, /**< an error of CARAWAY_ERROR that says why */
} RelayAnswerKind;

/**
 * Reads the answer of @server ("desk.example.org:443", for sentences) in the first @size bytes at @bytes, all
 * that came so far; @at_end: nothing more will. On RELAY_ANSWER_OPEN @ret_used is the length of the answer.
 * On RELAY_ANSWER_REFUSED @ret_refusal is set (transfer full): the code and detail of the problem document,
 * CARAWAY_ERROR_PROTOCOL for what is no answer.
 */
RelayAnswerKind relay_answer_parse(const char *server, const char *bytes, gsize size, gboolean at_end,
                                   gsize *ret_used, GError **ret_refusal);
