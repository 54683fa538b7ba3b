/* SPDX-License-Identifier: Apache-2.0 */
#include "client/display/peer_trust.h"

#include "common/api_client/api_trust.h"
#include "common/base/error.h"
#include "common/net/identity.h"

struct PeerTrust {
  gatomicrefcount references;
  GTlsDatabase *database; /* server */
  GTlsCertificate *ca;    /* relay */
  char *identity;         /* relay */
};

static PeerTrust *
peer_trust_new(void)
{
  PeerTrust *trust = g_new0(PeerTrust, 1);
  g_atomic_ref_count_init(&trust->references);
  return trust;
}

PeerTrust *
peer_trust_ref(PeerTrust *trust)
{
  g_atomic_ref_count_inc(&trust->references);
  return trust;
}

void
peer_trust_unref(PeerTrust *trust)
{
  if (trust == NULL || !g_atomic_ref_count_dec(&trust->references))
    return;
  g_clear_object(&trust->database);
  g_clear_object(&trust->ca);
  g_free(trust->identity);
  g_free(trust);
}

static GTlsDatabase *
open_database(const char *ca_file, const char *pin, GError **error)
{
  if (pin != NULL)
    return api_trust_pin_database(pin);
  if (ca_file == NULL)
    return g_tls_backend_get_default_database(g_tls_backend_get_default());
  /* GIO wants an absolute path. */
  g_autofree char *absolute = g_canonicalize_filename(ca_file, NULL);
  return g_tls_file_database_new(absolute, error);
}

PeerTrust *
peer_trust_new_server(const char *ca_file, const char *pin, GError **error)
{
  g_autoptr(GError) cause = NULL;
  g_autoptr(GTlsDatabase) database = open_database(ca_file, pin, &cause);
  if (database == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "cannot use the certificate authorities of %s: %s", ca_file != NULL ? ca_file : "the system",
                cause != NULL ? cause->message
                              : "there are none; install ca-certificates and glib-networking");
    return NULL;
  }
  PeerTrust *trust = peer_trust_new();
  trust->database = g_steal_pointer(&database);
  return trust;
}

PeerTrust *
peer_trust_new_relay(const char *ca_pem, const char *identity, GError **error)
{
  g_autoptr(GError) cause = NULL;
  g_autoptr(GTlsCertificate) ca = g_tls_certificate_new_from_pem(ca_pem, -1, &cause);
  if (ca == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                "the server named a relay without a usable CA: %s", cause->message);
    return NULL;
  }
  PeerTrust *trust = peer_trust_new();
  trust->ca = g_steal_pointer(&ca);
  trust->identity = g_strdup(identity);
  return trust;
}

static gboolean
is_relay(const PeerTrust *trust, GTlsCertificate *certificate)
{
  if (g_tls_certificate_verify(certificate, NULL, trust->ca) != 0)
    return FALSE;
  g_autoptr(Identity) identity = identity_from_certificate(certificate, NULL);
  return identity != NULL && identity_is(identity, trust->identity);
}

static gboolean
on_accept_certificate(GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags problems,
                      gpointer user_data)
{
  const PeerTrust *trust = user_data;
  return trust->ca != NULL && is_relay(trust, certificate);
}

static void
release_trust(gpointer trust, GClosure *closure)
{
  peer_trust_unref(trust);
}

GTlsConnection *
peer_trust_wrap(PeerTrust *trust, GIOStream *base, const char *host, guint16 port, GError **error)
{
  g_autoptr(GSocketConnectable) name = g_network_address_new(host, port);
  g_autoptr(GIOStream) stream = g_tls_client_connection_new(base, name, error);
  if (stream == NULL)
    return NULL;
  GTlsConnection *connection = G_TLS_CONNECTION(stream);
  /* A relay's trust has no database, so that GIO finds every certificate wanting and asks our handler,
   * always. */
  g_tls_connection_set_database(connection, trust->database);
  g_signal_connect_data(connection, "accept-certificate", G_CALLBACK(on_accept_certificate),
                        peer_trust_ref(trust), release_trust, 0);
  return G_TLS_CONNECTION(g_steal_pointer(&stream));
}
