/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL contexts for the console engine, made from the files that a joined machine holds. TLS 1.2 or later,
 * ALPN http/1.1. A server context asks for a client certificate and accepts none; one that does not end in
 * the given CA fails the handshake. Owns nothing after the call.
 */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>

/**
 * A context that serves with @certificate_file (PEM chain, leaf first) and @key_file. @client_ca_file
 * (nullable): the CA of peers' certificates; without it none is asked for. Fails with CARAWAY_ERROR_CONFIG.
 * (transfer full)
 */
SSL_CTX *tls_context_new_server(const char *certificate_file, const char *key_file,
                                const char *client_ca_file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * A context that presents @certificate_file and @key_file and accepts servers whose chain ends in @ca_file;
 * the caller still checks whose certificate it is. Fails with CARAWAY_ERROR_CONFIG. (transfer full)
 */
SSL_CTX *tls_context_new_client(const char *certificate_file, const char *key_file, const char *ca_file,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Reads certificate and key of @context, made above, anew from their files: new connections show them, those
 * that are open go on. What cannot be used changes nothing: CARAWAY_ERROR_CONFIG. From any thread. */
gboolean tls_context_reload(SSL_CTX *context, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What OpenSSL says went wrong last in this thread, as text (transfer full); its queue is emptied. */
char *tls_context_error_text(void);
