/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TLS server in a thread of its own that answers CONNECT as a test tells it: 200 and then an echo, or any
 * bytes and the end. Its certificates are made by openssl(1) for the test.
 */
#pragma once

#include <gio/gio.h>

typedef struct FakeRelay FakeRelay;

/** A relay on loopback that answers each request with @answer (copied) and, when it starts with "HTTP/1.1
 * 200", echoes. */
FakeRelay *fake_relay_new(const char *folder, const char *answer);

/** Its port. */
guint16 fake_relay_port(const FakeRelay *relay);

/** The head of the last request it read (transfer full, nullable). */
char *fake_relay_request(FakeRelay *relay);

/** Stops the listening and frees @relay. */
void fake_relay_free(FakeRelay *relay);

/** A folder with ca.pem, other-ca.pem, tls.crt and tls.key of the identity relay/kvm1 (transfer full). */
char *fake_relay_make_certificates(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeRelay, fake_relay_free)
