/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An OpenSSL connection whose handshake is done, as a GIOStream: for what GLib's libraries do with a
 * connection that our own code accepted. It never blocks: its streams are pollable, and are to be used so.
 */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

/** The stream of @tls (transfer full) over the nonblocking socket @fd (transfer full). Closing it says
 * goodbye to the peer without waiting; the descriptor goes with the last reference. To be used in one thread.
 */
GIOStream *tls_stream_new(SSL *tls, int fd);
