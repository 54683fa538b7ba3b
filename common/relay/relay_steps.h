/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a connection's states: each does what can be done now and says whether anything changed.
 * Private to common/relay; relay_connection.c calls them.
 */
#pragma once

#include "common/relay/relay_connection.h"

/* relay_head.c */

/** HEAD: tells the ways in apart. */
gboolean relay_head_step(RelayConnection *connection);

/** Says yes to a CONNECT or WebSocket request, once. */
void relay_head_accept(RelayConnection *connection);

/** Answers an HTTP request with a problem document. */
void relay_head_send_problem(RelayConnection *connection, CarawayErrorCode code, const char *detail);

/** Answers an HTTP request with a problem document of the status @status. */
void relay_head_send_status(RelayConnection *connection, guint status, CarawayErrorCode code,
                            const char *detail);

/* relay_link.c */

/** CLIENT_LINK: reads the client's link message; as an end point answers it. */
gboolean relay_link_step_message(RelayConnection *connection);

/** CLIENT_TICKET: reads and decrypts the ticket. */
gboolean relay_link_step_ticket(RelayConnection *connection);

/** Links to the server in our own name (end points). */
void relay_link_start_upstream(RelayConnection *connection);

/** UPSTREAM_LINK: reads the server's reply, sends an empty ticket. */
gboolean relay_link_step_reply(RelayConnection *connection);

/** UPSTREAM_RESULT: passes the server's result to the client. */
gboolean relay_link_step_result(RelayConnection *connection);

/** Refuses with what a SPICE client understands at this point of its link. */
void relay_link_refuse(RelayConnection *connection, CarawayErrorCode code);

/* relay_upstream.c */

/** The upstream is @fd (transfer full). */
void relay_upstream_use_fd(RelayConnection *connection, int fd);

/** Connects to @address (an IP address) and @port. */
void relay_upstream_connect(RelayConnection *connection, const char *address, guint16 port);

/** CONNECTING: waits for TCP. */
gboolean relay_upstream_step_connecting(RelayConnection *connection);

/** UPSTREAM_TLS: makes sure who answers, and presents the grant. */
gboolean relay_upstream_step_tls(RelayConnection *connection);

/** UPSTREAM_HEAD: reads the other relay's yes or no. */
gboolean relay_upstream_step_head(RelayConnection *connection);

/* relay_splice.c */

/** Passes the client's own link message on. */
void relay_splice_start_link(RelayConnection *connection);

/** Both are linked: starts moving messages. */
void relay_splice_start_messages(RelayConnection *connection, gboolean mini_header);

/** In front of a message of the server: notes what it means for us. FALSE: more bytes are needed. */
gboolean relay_splice_note_server(RelayConnection *connection);

/** SPLICE_REPLY: passes the server's reply on. */
gboolean relay_splice_step_reply(RelayConnection *connection);

/** SPLICE_MECHANISM: passes the client's choice of authentication on. */
gboolean relay_splice_step_mechanism(RelayConnection *connection);

/** SPLICE_TICKET: passes its ticket on. */
gboolean relay_splice_step_ticket(RelayConnection *connection);

/** SPLICE_RESULT: passes the server's result on. */
gboolean relay_splice_step_result(RelayConnection *connection);

/** SPLICE: moves messages both ways. */
gboolean relay_splice_step_messages(RelayConnection *connection);

/** STREAM: moves bytes both ways. */
gboolean relay_splice_step_stream(RelayConnection *connection);
