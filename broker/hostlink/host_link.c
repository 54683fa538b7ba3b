/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/host_link.h"

#include "common/base/log.h"
#include "common/wire/host_message.h"

#define COMMANDS_MAX 1024

struct HostLink {
  gatomicrefcount references;
  char *host, *serial;
  const HostLinkCallbacks *callbacks;
  gpointer user_data;
  guint silence_ms;
  SoupWebsocketConnection *socket; /* main loop only */
  guint silence_source;            /* main loop only */
  gint state;                      /* HostLinkState, atomic */
  gint commands;                   /* on their way, atomic */
  gint has_lost;                   /* atomic */
  gint64 time_sent_us;             /* the host's lane only */
  gint64 term;                     /* set before the link is welcomed */
};

static void
set_closed(HostLink *link)
{
  if (g_atomic_int_get(&link->state) == HOST_LINK_CLOSED)
    return;
  g_atomic_int_set(&link->state, HOST_LINK_CLOSED);
  g_clear_handle_id(&link->silence_source, g_source_remove);
  link->callbacks->closed(link, link->user_data);
}

static void
close_socket(HostLink *link, gushort code, const char *reason)
{
  if (soup_websocket_connection_get_state(link->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close(link->socket, code, reason);
  set_closed(link);
}

static gboolean
on_silence(gpointer data)
{
  g_autoptr(HostLink) link = host_link_ref(data);
  log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.host = link->host), "host %s has been silent for %u ms",
            link->host, link->silence_ms);
  link->silence_source = 0;
  close_socket(link, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "silent for too long");
  return G_SOURCE_REMOVE;
}

static void
restart_silence(HostLink *link)
{
  g_clear_handle_id(&link->silence_source, g_source_remove);
  link->silence_source = g_timeout_add(link->silence_ms, on_silence, link);
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer data)
{
  g_autoptr(HostLink) link = host_link_ref(data);
  if (g_atomic_int_get(&link->state) == HOST_LINK_CLOSED)
    return;
  restart_silence(link);
  if (type == SOUP_WEBSOCKET_DATA_TEXT)
    link->callbacks->received(link, message, link->user_data);
  else
    close_socket(link, SOUP_WEBSOCKET_CLOSE_UNSUPPORTED_DATA, "text messages only");
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer data)
{
  HostLink *link = data;
  set_closed(link);
  g_signal_handlers_disconnect_by_data(socket, link);
  host_link_unref(link); /* the socket's */
}

HostLink *
host_link_new(const char *host, const char *serial, SoupWebsocketConnection *socket, guint silence_ms,
              const HostLinkCallbacks *callbacks, gpointer user_data)
{
  HostLink *link = g_new0(HostLink, 1);
  g_atomic_ref_count_init(&link->references);
  link->host = g_strdup(host);
  link->serial = g_strdup(serial);
  link->callbacks = callbacks;
  link->user_data = user_data;
  link->silence_ms = silence_ms;
  link->socket = g_object_ref(socket);
  soup_websocket_connection_set_max_incoming_payload_size(socket, HOST_MESSAGE_MAX_SIZE);
  g_signal_connect(socket, "message", G_CALLBACK(on_message), link);
  g_signal_connect(socket, "closed", G_CALLBACK(on_closed), host_link_ref(link));
  restart_silence(link);
  return link;
}

/* Something to do in the main loop, in order. */
typedef struct {
  HostLink *link;
  char *text; /* to send, or the reason of a close */
  gushort close_code;
  gboolean welcomes;
  void (*then)(HostLink *link, gpointer user_data);
} Errand;

static void
errand_free(gpointer data)
{
  Errand *errand = data;
  host_link_unref(errand->link);
  g_free(errand->text);
  g_free(errand);
}

static gboolean
run_errand(gpointer data)
{
  Errand *errand = data;
  HostLink *link = errand->link;
  if (g_atomic_int_get(&link->state) == HOST_LINK_CLOSED ||
      soup_websocket_connection_get_state(link->socket) != SOUP_WEBSOCKET_STATE_OPEN)
    return G_SOURCE_REMOVE;
  if (errand->close_code != 0) {
    close_socket(link, errand->close_code, errand->text);
    return G_SOURCE_REMOVE;
  }
  soup_websocket_connection_send_text(link->socket, errand->text);
  if (errand->welcomes) {
    g_atomic_int_set(&link->state, HOST_LINK_WELCOMED);
    errand->then(link, link->user_data);
  }
  return G_SOURCE_REMOVE;
}

/* An idle source, not g_main_context_invoke(): that would run it in this thread while the loop is not
 * running. */
static void
post(Errand errand)
{
  host_link_ref(errand.link);
  g_idle_add_full(G_PRIORITY_DEFAULT, run_errand, g_memdup2(&errand, sizeof errand), errand_free);
}

void
host_link_send(HostLink *link, char *text)
{
  post((Errand){.link = link, .text = text});
}

void
host_link_welcome(HostLink *link, char *text, void (*then)(HostLink *link, gpointer user_data))
{
  post((Errand){.link = link, .text = text, .welcomes = TRUE, .then = then});
}

void
host_link_close(HostLink *link, gushort code, const char *reason)
{
  post((Errand){.link = link,
                .text = g_utf8_substring(reason, 0, MIN(g_utf8_strlen(reason, -1), 60)),
                .close_code = code});
}

const char *
host_link_host(const HostLink *link)
{
  return link->host;
}

const char *
host_link_serial(const HostLink *link)
{
  return link->serial;
}

HostLinkState
host_link_state(HostLink *link)
{
  return (HostLinkState)g_atomic_int_get(&link->state);
}

gboolean
host_link_take_command(HostLink *link)
{
  if (g_atomic_int_add(&link->commands, 1) < COMMANDS_MAX)
    return TRUE;
  g_atomic_int_add(&link->commands, -1);
  return FALSE;
}

void
host_link_command_answered(HostLink *link)
{
  if (g_atomic_int_add(&link->commands, -1) <= 0)
    g_atomic_int_add(&link->commands, 1); /* an answer that nobody asked for */
}

gboolean
host_link_time_is_due(HostLink *link, gint64 interval_us)
{
  gint64 now_us = g_get_monotonic_time();
  if (link->time_sent_us != 0 && now_us - link->time_sent_us < interval_us)
    return FALSE;
  link->time_sent_us = now_us;
  return TRUE;
}

void
host_link_set_term(HostLink *link, gint64 term)
{
  link->term = term;
}

gint64
host_link_term(const HostLink *link)
{
  return link->term;
}

gboolean
host_link_note_loss(HostLink *link)
{
  return g_atomic_int_compare_and_exchange(&link->has_lost, FALSE, TRUE);
}

gboolean
host_link_has_lost(HostLink *link)
{
  return g_atomic_int_get(&link->has_lost);
}

HostLink *
host_link_ref(HostLink *link)
{
  g_atomic_ref_count_inc(&link->references);
  return link;
}

static gboolean
unref_socket(gpointer socket)
{
  g_object_unref(socket);
  return G_SOURCE_REMOVE;
}

void
host_link_unref(HostLink *link)
{
  if (link == NULL || !g_atomic_ref_count_dec(&link->references))
    return;
  g_idle_add(unref_socket, link->socket); /* it belongs to the main loop */
  g_free(link->host);
  g_free(link->serial);
  g_free(link);
}
