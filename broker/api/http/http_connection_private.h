/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of an HttpConnection, shared by what its user sees (http_connection.c) and the steps of the
 * conversation (http_connection_steps.c).
 */
#pragma once

#include "broker/api/http/http_connection.h"
#include "common/net/http_body.h"

typedef enum {
  PHASE_HANDSHAKE,
  PHASE_REST,    /* waits for a request */
  PHASE_HEAD,    /* has its first byte */
  PHASE_BODY,    /* has its head */
  PHASE_WORK,    /* the user's turn */
  PHASE_WRITE,   /* the client has to take the answer */
  PHASE_STREAM,  /* an answer that goes on and on */
  PHASE_DISCARD, /* the last answer is written; what still comes is dropped till the client has read it */
} HttpConnectionPhase;

struct HttpConnection {
  TlsSocket *socket; /* NULL once it has ended */
  ReadyWatch *watch;
  Identity *peer;
  X509 *certificate;
  GError *turned_away; /* (nullable) */
  char *address;
  const HttpConnectionEvents *events;
  gpointer user_data;

  HttpConnectionPhase phase;
  gint64 deadline_us, age_limit_us, answered_us;
  gboolean is_open, is_running;
  gboolean is_last; /* no request after this one */

  GByteArray *input; /* (nullable) what was read and not used */
  gsize discarded;

  /* the request at hand */
  guint minor_version;
  gboolean is_head_request;
  HttpBody body;
  gsize body_limit;
  GByteArray *content; /* (nullable) of the body */
  gpointer kept;
  GDestroyNotify free_kept;

  const HttpConnectionStream *stream; /* (nullable) the answer goes on and on */
  gpointer stream_data;
  gboolean is_written; /* of the stream */

  void (*taken)(GIOStream *stream, gpointer user_data); /* (nullable) of an upgrade */
  gpointer taken_data;
};

/** Enters @phase, with its limit of time. */
void http_connection_set_phase(HttpConnection *connection, HttpConnectionPhase phase);

/** Ends @connection. */
void http_connection_end(HttpConnection *connection, gboolean is_cut);

/** Goes on as far as it can; @events are what woke it, 0 if nothing did. */
void http_connection_run(HttpConnection *connection, guint32 events);

/** One step; FALSE when it has to wait. */
gboolean http_connection_step(HttpConnection *connection);
