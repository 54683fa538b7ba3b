/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose certificate is good enough: for the server that the user named, the system's certificate authorities
 * or a file of his, or the one certificate that he chose to trust; for a host's relay, the CA and the
 * identity that the server named. Owns the decision for console connections; asks nobody.
 */
#pragma once

#include <gio/gio.h>

typedef struct PeerTrust PeerTrust;

/**
 * Trust for the server itself, as ApiClient has it: only the certificate with the SHA-256 @pin (nullable,
 * hexadecimal), else its name by the authorities of @ca_file (PEM), else by those of the system. Fails with
 * CARAWAY_ERROR_CONFIG when the file cannot be used.
 */
PeerTrust *peer_trust_new_server(const char *ca_file, const char *pin,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Trust for a relay whose certificate chain ends in @ca_pem and carries @identity ("relay/kvm1",
 * docs/protocols.md section 1); its DNS name does not matter. Fails with CARAWAY_ERROR_UNTRUSTED.
 */
PeerTrust *peer_trust_new_relay(const char *ca_pem, const char *identity,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** One more owner of @trust. */
PeerTrust *peer_trust_ref(PeerTrust *trust);

/** One owner of @trust (nullable) less. */
void peer_trust_unref(PeerTrust *trust);

/** A client connection over @base (transfer none) to @host that this trust judges; not yet shaken hands. */
GTlsConnection *peer_trust_wrap(PeerTrust *trust, GIOStream *base, const char *host, guint16 port,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerTrust, peer_trust_unref)
