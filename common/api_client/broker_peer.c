/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/broker_peer.h"

#include "common/base/log.h"

#define CONNECTIONS 16
#define SENT_MARK   "caraway-was-sent"

static gboolean
on_accept_certificate(SoupMessage *message, GTlsCertificate *peer, GTlsCertificateFlags problems,
                      gpointer user_data)
{
  const Credentials *credentials = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(Identity) identity = credentials_check_certificate(credentials, peer, &error);
  if (identity == NULL)
    log_warning("The broker is not trusted: %s", error->message);
  else if (identity->role != IDENTITY_BROKER)
    log_warning("What answers at the broker's address is %s/%s.", identity_role_name(identity->role),
                identity->name);
  return identity != NULL && identity->role == IDENTITY_BROKER;
}

/* libsoup has a connection now, and writes next. */
static void
on_starting(SoupMessage *message, gpointer data)
{
  g_object_set_data(G_OBJECT(message), SENT_MARK, GINT_TO_POINTER(TRUE));
}

gboolean
broker_peer_was_sent(SoupMessage *message)
{
  return g_object_get_data(G_OBJECT(message), SENT_MARK) != NULL;
}

gboolean
broker_peer_may_repeat(SoupMessage *message)
{
  const char *method = soup_message_get_method(message);
  return method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD || !broker_peer_was_sent(message);
}

void
broker_peer_prepare(SoupMessage *message, const Credentials *credentials)
{
  g_signal_connect(message, "starting", G_CALLBACK(on_starting), NULL);
  soup_message_set_tls_client_certificate(message, credentials_tls_certificate(credentials));
  g_signal_connect(message, "accept-certificate", G_CALLBACK(on_accept_certificate), (gpointer)credentials);
}

SoupSession *
broker_peer_session_new(guint timeout_s)
{
  SoupSession *session = g_object_new(SOUP_TYPE_SESSION, "timeout", timeout_s, "idle-timeout", 0, "max-conns",
                                      CONNECTIONS, "max-conns-per-host", CONNECTIONS, NULL);
  /* Without a database every certificate is "of an unknown authority", so that the signal always asks us;
   * with ours, a relay's certificate for the broker's address would pass without a look at its role. */
  soup_session_set_tls_database(session, NULL);
  soup_session_set_proxy_resolver(session, NULL);
  return session;
}
