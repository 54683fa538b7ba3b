/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine holds to prove who it is and to check others: the folder with ca.pem, identity.pem (leaf and
 * CA), identity.key and, but for the broker, join.json (docs/protocols.md, 1). This module makes keys and
 * requests, writes and reads the folder, and hands out what GIO needs (OpenSSL: tls_context.h). A connection
 * counts as verified only after credentials_check_*() was asked about its peer. Those may be asked from any
 * thread: they use what never changes and the list of what was revoked, which has a lock.
 */
#pragma once

#include "common/net/identity.h"

#include <json-glib/json-glib.h>

typedef struct Credentials Credentials;

/** A new EC P-256 private key in PEM (transfer full; a secret, free with secret_free()). */
char *credentials_make_key(void);

/** A certificate request in PEM (transfer full) for the key @key_pem with the subject CN=@name. */
char *credentials_make_request(const char *key_pem, const char *name,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The content of the folder. Borrowed texts in PEM and JSON. */
typedef struct {
  const char *ca;          /**< PEM */
  const char *certificate; /**< PEM chain, leaf first */
  const char *key;         /**< PEM */
  const char *join;        /**< JSON; nullable */
} CredentialFiles;

/** Writes @files into @folder (made with mode 0700 if need be), each atomically and with mode 0600, join.json
 * last. Run by root, the files are given to the owner of @folder. */
gboolean credentials_save(const char *folder, const CredentialFiles *files,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @folder holds all files that credentials_load() needs. */
gboolean credentials_exist(const char *folder);

/** Whether @folder, when it is there, has none of the mode bits @forbidden (file_guard.h), and its key is its
 * owner's alone; CARAWAY_ERROR_CONFIG with what to do else. */
gboolean credentials_guard(const char *folder, mode_t forbidden, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Reads and checks @folder: the key fits the certificate, the CA signed it, it names a machine.
 * CARAWAY_ERROR_CONFIG with the file's name else. */
Credentials *credentials_load(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Who we are (transfer none). */
const Identity *credentials_identity(const Credentials *credentials);

/** The CA's certificate in PEM (transfer none). */
const char *credentials_ca_pem(const Credentials *credentials);

/** The broker's URL as given to join, e.g. "https://broker:8443" (transfer none); NULL without join.json. */
const char *credentials_broker_url(const Credentials *credentials);

/** The grant keys as of joining, [{"id","public_key"}] (transfer none); NULL without join.json. */
JsonArray *credentials_grant_keys(const Credentials *credentials);

/** Checks the certificate of a peer: signed by our CA, valid now, not revoked, of our installation, of @role.
 * Returns its identity (transfer full), or NULL and CARAWAY_ERROR_UNTRUSTED. @peer is nullable: that is
 * untrusted, too.
 */
Identity *credentials_check_x509(const Credentials *credentials, X509 *peer, IdentityRole role,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As credentials_check_x509(), of any role; @peer is not NULL. */
Identity *credentials_check_peer(const Credentials *credentials, X509 *peer,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether two thirds of the life of our certificate are over. */
gboolean credentials_are_due(const Credentials *credentials);

/** Puts @chain (PEM) for the key @key_pem in the place of our certificate, in the folder and here: new
 * connections show it. It must be ours, for this key, and signed by our authority: CARAWAY_ERROR_UNTRUSTED
 * else, and nothing changes. */
gboolean credentials_renew(Credentials *credentials, const char *chain, const char *key_pem,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Reads the folder anew, which holds another certificate of the same machine. */
gboolean credentials_reload(Credentials *credentials, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the signed list @pem of revoked certificates over (revocations.h); their holders are no peers from
 * then on. @ret_changed (nullable) tells whether it is another than the known one. */
gboolean credentials_take_revocations(Credentials *credentials, const char *pem, gboolean *ret_changed,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As credentials_check_peer(), of a certificate as GIO knows it. */
Identity *credentials_check_certificate(const Credentials *credentials, GTlsCertificate *peer,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Our certificate with its key and CA for GIO and libsoup (transfer none). */
GTlsCertificate *credentials_tls_certificate(const Credentials *credentials);

/** A database that trusts our CA alone, for servers (transfer none): without one, GIO reads the system's
 * authorities for every single connection. It knows nothing of roles: ask credentials_check_certificate() as
 * well. */
GTlsDatabase *credentials_tls_database(const Credentials *credentials);

/** Frees @credentials (nullable). */
void credentials_free(Credentials *credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Credentials, credentials_free)
