/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the body of an HTTP/1.1 request ends, RFC 9112 sections 6 and 7, read strictly: one length in plain
 * digits or one "chunked", never both, and whatever two readers could understand differently is refused. A
 * decoder takes the body piece by piece; it keeps no bytes. Bounding the body is its user's business.
 */
#pragma once

#include "common/net/http_head.h"

typedef enum {
  HTTP_BODY_AT_CONTENT, /**< of a body with a length, or of a chunk */
  HTTP_BODY_AT_SIZE,
  HTTP_BODY_AT_EXTENSION,
  HTTP_BODY_AT_SIZE_LF,
  HTTP_BODY_AT_CHUNK_CR,
  HTTP_BODY_AT_CHUNK_LF,
  HTTP_BODY_AT_TRAILER, /**< at the start of a line of it */
  HTTP_BODY_IN_TRAILER,
  HTTP_BODY_AT_TRAILER_LF,
  HTTP_BODY_AT_LAST_LF,
  HTTP_BODY_AT_END,
} HttpBodyPlace;

typedef struct {
  gboolean is_chunked;
  guint64 length; /**< of a body that is not chunked */
  HttpBodyPlace place;
  guint64 remaining; /**< bytes of the content or of the chunk */
  guint digits;      /**< of the chunk's size so far */
  guint extra;       /**< bytes of extensions and trailers so far */
} HttpBody;

typedef enum {
  HTTP_BODY_MORE, /**< all bytes were used up */
  HTTP_BODY_DATA, /**< content at `data` */
  HTTP_BODY_BAD,
  HTTP_BODY_DONE, /**< the message ends here */
} HttpBodyEventKind;

typedef struct {
  HttpBodyEventKind kind;
  gsize used;       /**< bytes of the input that this event took */
  const char *data; /**< in the input */
  gsize size;
} HttpBodyEvent;

/** The body that the request's @head announces; FALSE when it can be understood in two ways, or as one that
 * this server does not take (another transfer coding than chunked). */
gboolean http_body_begin(const HttpHead *head, HttpBody *ret_body) G_GNUC_WARN_UNUSED_RESULT;

/** Takes from @bytes up to the next event; call it again with what is left. After BAD and DONE there are no
 * more. */
HttpBodyEvent http_body_next(HttpBody *body, const char *bytes, gsize size);
