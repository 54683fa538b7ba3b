/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a handler answers, as values that the main loop turns into HTTP.
 */
#pragma once

#include "broker/api/session_stream.h"

#include <json-glib/json-glib.h>

typedef struct {
  guint status;
  char *content_type;    /**< NULL without a body */
  char *body;            /**< NULL without a body; may hold a secret */
  GHashTable *headers;   /**< name to value */
  GPtrArray *cookies;    /**< (nullable) values of Set-Cookie, which may come several times */
  SessionStream *stream; /**< (nullable) instead of a body: server-sent events */
  gboolean is_to_wait;   /**< no answer yet: the handler runs again where it may wait for others */
} Answer;

/** An answer 204 without a body. */
Answer *answer_new(void);

/** Makes it @status with the JSON that @builder built. */
void answer_set_json(Answer *answer, guint status, JsonBuilder *builder);

/** Adds to a JSON object that it was answered without a working database, with @sentence for people; nothing
 * to other answers. */
void answer_add_degraded(Answer *answer, const char *sentence);

/** Makes it @status with @text (transfer full) of @content_type. */
void answer_set_text(Answer *answer, guint status, const char *content_type, char *text);

/** Makes it one of server-sent events (transfer full). */
void answer_set_stream(Answer *answer, SessionStream *stream);

/** Sets the header @name to @value; control characters in @value become spaces. */
void answer_set_header(Answer *answer, const char *name, const char *value);

/** Adds a header Set-Cookie of @value (transfer full). */
void answer_take_cookie(Answer *answer, char *value);

/** Sets ETag to @version. */
void answer_set_version(Answer *answer, gint64 version);

/** A copy of @answer, which must not be a stream. */
Answer *answer_copy(const Answer *answer);

/** Frees @answer (nullable), wiping its body. A stream that was not taken over is closed: only in
 * its loop then. */
void answer_free(Answer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)
