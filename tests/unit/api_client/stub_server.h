/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server over TLS on loopback, in a thread of its own, so that waiting and main-loop callers are tested
 * alike. Owns a self-signed certificate for 127.0.0.1, made anew for each server.
 */
#pragma once

#include <libsoup/soup.h>

typedef struct StubServer StubServer;

/** Starts a server whose every request goes to @handler with @data, on the server's thread. */
StubServer *stub_server_new(SoupServerCallback handler, gpointer data);

/** "127.0.0.1:PORT" (transfer none). */
const char *stub_server_address(StubServer *server);

/** The PEM file of its certificate, which is its own CA (transfer none). */
const char *stub_server_ca_file(StubServer *server);

/** The fingerprint of its certificate (transfer full). */
char *stub_server_fingerprint(StubServer *server);

/** Answers @message with @status and @json (or another text of @type). */
void stub_server_answer(SoupServerMessage *message, guint status, const char *type, const char *text);

/** Stops the server, removes its files. */
void stub_server_free(StubServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StubServer, stub_server_free)
