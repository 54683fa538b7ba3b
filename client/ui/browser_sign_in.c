/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/browser_sign_in.h"

#include "common/api_client/api_sign_in.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <string.h>

#define VERIFIER_BYTES 32

struct BrowserSignIn {
  SoupServer *server;
  char *verifier, *challenge;
  const BrowserSignInListener *listener;
  gpointer user_data;
  char *code, *failure; /* nullable: nothing came yet */
  guint told;           /* source */
};

static gboolean
tell(gpointer data)
{
  BrowserSignIn *sign_in = data;
  sign_in->told = 0;
  if (sign_in->code != NULL) {
    sign_in->listener->came_back(sign_in->code, sign_in->verifier, sign_in->user_data);
    return G_SOURCE_REMOVE;
  }
  CarawayErrorCode code = error_code_from_name(sign_in->failure);
  g_autoptr(GError) error =
      g_error_new_literal(CARAWAY_ERROR, (int)code, _("The browser came back without a sign-in."));
  sign_in->listener->failed(error, sign_in->user_data);
  return G_SOURCE_REMOVE;
}

static void
answer_page(SoupServerMessage *message, guint status, const char *sentence)
{
  g_autofree char *text =
      g_markup_printf_escaped("<!doctype html><html><head><meta charset=\"utf-8\">"
                              "<title>Caraway</title></head><body><p>%s</p></body></html>",
                              sentence);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(headers, "Content-Security-Policy",
                               "default-src 'none'; frame-ancestors 'none'");
  soup_message_headers_replace(headers, "Cache-Control", "no-store");
  soup_message_headers_replace(headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace(headers, "Connection", "close");
  soup_server_message_set_status(message, status, NULL);
  soup_server_message_set_response(message, "text/html; charset=utf-8", SOUP_MEMORY_COPY, text, strlen(text));
}

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  BrowserSignIn *sign_in = data;
  const char *state = query != NULL ? g_hash_table_lookup(query, "state") : NULL;
  const char *code = query != NULL ? g_hash_table_lookup(query, "code") : NULL;
  const char *failure = query != NULL ? g_hash_table_lookup(query, "error") : NULL;
  gboolean is_ours = soup_server_message_get_method(message) == SOUP_METHOD_GET && strcmp(path, "/") == 0 &&
                     secret_equal(state, sign_in->challenge) && (code != NULL || failure != NULL);
  if (!is_ours || sign_in->told != 0) {
    answer_page(message, 404, _("There is nothing here."));
    return;
  }
  sign_in->code = g_strdup(code);
  sign_in->failure = g_strdup(failure);
  answer_page(message, 200,
              code != NULL ? _("You are signed in. You can close this page and go back to Caraway.")
                           : _("You are not signed in. You can close this page and go back to Caraway."));
  sign_in->told = g_idle_add_full(G_PRIORITY_LOW, tell, sign_in, NULL); /* after the page is written */
}

static guint16
listen_on_loopback(BrowserSignIn *sign_in, GError **error)
{
  if (!soup_server_listen_local(sign_in->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return 0;
  GSList *uris = soup_server_get_uris(sign_in->server);
  guint16 port = (guint16)g_uri_get_port(uris->data);
  g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
  return port;
}

static gboolean
open_browser(BrowserSignIn *sign_in, GtkWindow *window, const char *url, const char *method, GError **error)
{
  g_autoptr(GError) local = NULL;
  guint16 port = listen_on_loopback(sign_in, &local);
  g_autofree char *address = port != 0 ? api_sign_in_address(url, method, port, sign_in->challenge) : NULL;
  if (address != NULL && gtk_show_uri_on_window(window, address, GDK_CURRENT_TIME, &local))
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, _("The browser cannot be opened: %s"),
              local->message);
  return FALSE;
}

BrowserSignIn *
browser_sign_in_new(GtkWindow *window, const char *url, const char *method,
                    const BrowserSignInListener *listener, gpointer user_data, GError **error)
{
  BrowserSignIn *sign_in = g_new0(BrowserSignIn, 1);
  sign_in->server = soup_server_new(NULL, NULL);
  sign_in->verifier = secret_random(VERIFIER_BYTES);
  sign_in->challenge = api_sign_in_challenge(sign_in->verifier);
  sign_in->listener = listener;
  sign_in->user_data = user_data;
  soup_server_add_handler(sign_in->server, NULL, on_request, sign_in, NULL);
  if (open_browser(sign_in, window, url, method, error))
    return sign_in;
  browser_sign_in_free(sign_in);
  return NULL;
}

void
browser_sign_in_free(BrowserSignIn *sign_in)
{
  if (sign_in == NULL)
    return;
  g_clear_handle_id(&sign_in->told, g_source_remove);
  soup_server_disconnect(sign_in->server);
  g_object_unref(sign_in->server);
  secret_free(sign_in->verifier);
  g_free(sign_in->challenge);
  secret_free(sign_in->code);
  g_free(sign_in->failure);
  g_free(sign_in);
}
