/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of a client and its HTTP/1.1 conversation (RFC 9112): requests one after another, each with
 * one answer, till one side ends it. Owns the framing, the limits of time, and who is behind the connection;
 * what requests mean is its user's business. In the thread of its loop only.
 */
#pragma once

#include "broker/api/http/ready_set.h"
#include "broker/api/http/tls_socket.h"
#include "common/net/http_head.h"
#include "common/net/identity.h"

typedef struct HttpConnection HttpConnection;

/** Called as the conversation goes; @user_data as given to http_connection_new(). */
typedef struct {
  /** The handshake is done. Returns FALSE to end the connection; keeps who it is by
   * http_connection_set_peer(). */
  gboolean (*greet)(HttpConnection *connection, X509 *certificate, gpointer user_data);
  /** The @head of a request came. Returns TRUE and how long the body may be, or answers, or upgrades. */
  gboolean (*head)(HttpConnection *connection, const HttpHead *head, gsize *ret_body_limit,
                   gpointer user_data);
  /** The request is complete with its @body (nullable, transfer full): to be answered now or later. */
  void (*request)(HttpConnection *connection, GBytes *body, gpointer user_data);
  /** What came is no request, or too long, or of no use: to be answered with @status. */
  void (*refuse)(HttpConnection *connection, guint status, const char *sentence, gpointer user_data);
  /** It rests, or does not any more. */
  void (*rests)(HttpConnection *connection, gboolean rests, gpointer user_data);
  /** It has ended; only references are left. */
  void (*ended)(HttpConnection *connection, gpointer user_data);
} HttpConnectionEvents;

/** Called of an answer that goes on and on. */
typedef struct {
  void (*wrote)(gpointer user_data); /**< all that was given is with the client */
  void (*ended)(gpointer user_data); /**< once: the connection is gone */
} HttpConnectionStream;

/** A connection on @socket (transfer full) from @address, in its handshake; one reference is the caller's.
 * NULL when it cannot be watched. @events are borrowed. */
HttpConnection *http_connection_new(TlsSocket *socket, const char *address, ReadySet *set,
                                    const HttpConnectionEvents *events, gpointer user_data);

/** One more reference. */
HttpConnection *http_connection_ref(HttpConnection *connection);
/** Gives a reference back; the last one frees @connection. */
void http_connection_unref(HttpConnection *connection);

/** Whether it has not ended. */
gboolean http_connection_is_open(const HttpConnection *connection);

/** Whether a request is being worked on, or its answer written. */
gboolean http_connection_is_busy(const HttpConnection *connection);

/** Notes who is behind it: @peer (transfer full) by @certificate. */
void http_connection_set_peer(HttpConnection *connection, Identity *peer, X509 *certificate);

/** Whose certificate was verified (transfer none), NULL for a client without one. */
const Identity *http_connection_peer(const HttpConnection *connection);

/** Nothing is done for whoever is behind it, because of @reason (transfer full). */
void http_connection_turn_away(HttpConnection *connection, GError *reason);

/** Why nothing is done for it (transfer none), NULL for most. */
const GError *http_connection_turned_away(const HttpConnection *connection);

/** Whether the peer's certificate is good for the name or IP address @host. */
gboolean http_connection_peer_has_name(const HttpConnection *connection, const char *host);

/** The client's IP address as text (transfer none). */
const char *http_connection_address(const HttpConnection *connection);

/** Keeps @request for the user, to be freed by @free_func when it is not taken again. */
void http_connection_keep(HttpConnection *connection, gpointer request, GDestroyNotify free_func);

/** What was kept (transfer full). */
gpointer http_connection_take(HttpConnection *connection);

/** Whether this answer is the connection's last: by the client's wish, its age or a request of which not all
 * was read. */
gboolean http_connection_is_last(HttpConnection *connection);

/** This answer is the last. */
void http_connection_set_last(HttpConnection *connection);

/** Microseconds since its last answer was written; G_MAXINT64 before the first. */
gint64 http_connection_since_answer_us(const HttpConnection *connection);

/** Answers with @head, which says whether it is the last, and @body (nullable), which a HEAD request does not
 * get. */
void http_connection_answer(HttpConnection *connection, const char *head, const char *body, gsize body_size);

/** Begins an answer with @head that goes on and on, in chunks unless the client speaks HTTP/1.0. It ends with
 * its connection. */
void http_connection_answer_stream(HttpConnection *connection, const char *head,
                                   const HttpConnectionStream *stream, gpointer user_data);

/** Whether the client understands chunks. */
gboolean http_connection_takes_chunks(const HttpConnection *connection);

/** Sends @text as the next part of the stream; the last one when @is_last. */
void http_connection_send(HttpConnection *connection, const char *text, gboolean is_last);

/** Answers the request whose head has just come with @head, and hands the connection over as a stream: @taken
 * is called once it is written, with the stream (transfer full) or NULL. */
void http_connection_upgrade(HttpConnection *connection, const char *head,
                             void (*taken)(GIOStream *stream, gpointer user_data), gpointer user_data);

/** Ends it if its time is over at @now_us of the monotonic clock. */
void http_connection_check_time(HttpConnection *connection, gint64 now_us);

/** Ends it at once: with a goodbye when it rests, else with a reset. */
void http_connection_abort(HttpConnection *connection);
