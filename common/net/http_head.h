/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of an HTTP/1.1 message, RFC 9112, read strictly: CRLF line ends, no folding, no blanks before the
 * colon, no control characters, bounded. It reads heads only; bodies are the business of whoever it was sent
 * to. The texts point into the bytes that were parsed.
 */
#pragma once

#include <glib.h>

#define HTTP_HEAD_MAX        8192
#define HTTP_HEAD_MAX_FIELDS 64

typedef enum {
  HTTP_HEAD_MORE,
  HTTP_HEAD_BAD,
  HTTP_HEAD_TOO_LARGE,
  HTTP_HEAD_DONE,
} HttpHeadParse;

/** A piece of text inside the parsed bytes. */
typedef struct {
  const char *start;
  gsize length;
} HttpText;

typedef struct {
  HttpText method, target; /**< of a request */
  guint status;            /**< of a response */
  guint minor_version;     /**< of HTTP/1 */
  struct {
    HttpText name, value;
  } fields[HTTP_HEAD_MAX_FIELDS];
  guint field_count;
  gsize size; /**< bytes of the head with the empty line at its end */
} HttpHead;

/** Parses a request's head at the start of @bytes. HTTP/1.0 and 1.1 are taken. */
HttpHeadParse http_head_parse_request(const char *bytes, gsize size, HttpHead *ret_head);

/** Parses a response's head at the start of @bytes. */
HttpHeadParse http_head_parse_response(const char *bytes, gsize size, HttpHead *ret_head);

/** Whether @text is exactly @other. */
gboolean http_text_equal(HttpText text, const char *other);

/** The value of field @name (any case) as a copy (transfer full); NULL when it is missing or given twice. */
char *http_head_get(const HttpHead *head, const char *name);

/** How often the field @name (any case) is there. */
guint http_head_count(const HttpHead *head, const char *name);

/** All values of field @name (any case), joined by ", " as RFC 9110 5.3 has it (transfer full); NULL when it
 * is missing. */
char *http_head_join(const HttpHead *head, const char *name);

/** Whether a field @name holds @token in its comma-separated list, in any case. */
gboolean http_head_has_token(const HttpHead *head, const char *name, const char *token);
