/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/agent_port.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "host/relay/agent_socket.h"
#include "host/relay/loopback_pair.h"

#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPEN_LIMIT_MS 10000
#define WAITING_MAX   512
#define TEXT_MAX      1024

struct AgentPort {
  char *path;
  AgentPortListener listener;
  gpointer user_data;
  int listen_fd, agent_fd;
  guint listen_source, agent_source;
  gint64 last_request;
  GHashTable *openings; /* gint64 request -> Opening */
};

/* One channel that is being opened. */
typedef struct {
  AgentPort *port;
  gint64 request;
  char *desktop, *channel;
  int fd; /* our end, once the other was sent to an agent; else -1 */
  guint limit_source;
  AgentPortOpened opened;
  gpointer user_data;
} Opening;

static void
opening_free(gpointer data)
{
  Opening *opening = data;
  g_clear_handle_id(&opening->limit_source, g_source_remove);
  if (opening->fd >= 0)
    close(opening->fd);
  g_free(opening->desktop);
  g_free(opening->channel);
  g_free(opening);
}

static void
finish(Opening *opening, const GError *error)
{
  int fd = error == NULL ? opening->fd : -1;
  if (error == NULL)
    opening->fd = -1;
  AgentPortOpened opened = opening->opened;
  gpointer user_data = opening->user_data;
  g_hash_table_remove(opening->port->openings, &opening->request);
  opened(fd, error, user_data);
}

static void
finish_with(Opening *opening, CarawayErrorCode code, const char *detail)
{
  g_autoptr(GError) error = g_error_new_literal(CARAWAY_ERROR, (int)code, detail);
  finish(opening, error);
}

static gboolean
on_open_limit(gpointer user_data)
{
  Opening *opening = user_data;
  opening->limit_source = 0;
  finish_with(opening, CARAWAY_ERROR_HOST_GONE,
              opening->fd >= 0 ? "the host did not open the desktop's console in time; try again"
                               : "the host's agent is not there at the moment; try again");
  return G_SOURCE_REMOVE;
}

static void
drop_agent(AgentPort *port)
{
  if (port->agent_fd < 0)
    return;
  g_clear_handle_id(&port->agent_source, g_source_remove);
  close(port->agent_fd);
  port->agent_fd = -1;
  /* What it had not answered is asked again of the next agent, with new sockets. */
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, port->openings);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Opening *opening = value;
    if (opening->fd >= 0)
      close(opening->fd);
    opening->fd = -1;
  }
}

static char *
open_text(const Opening *opening)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "type");
  json_builder_add_string_value(builder, "open");
  json_builder_set_member_name(builder, "request");
  json_builder_add_int_value(builder, opening->request);
  json_builder_set_member_name(builder, "desktop");
  json_builder_add_string_value(builder, opening->desktop);
  json_builder_set_member_name(builder, "channel");
  json_builder_add_string_value(builder, opening->channel);
  json_builder_end_object(builder);
  return json_builder_text(builder);
}

/* Sends @opening to the agent that is there. An error leaves it waiting for its limit or the next agent. */
static void
ask(Opening *opening)
{
  int servers = -1;
  g_autoptr(GError) error = NULL;
  if (!loopback_pair_make(&opening->fd, &servers, &error)) {
    log_warning("%s", error->message);
    return;
  }
  g_autofree char *text = open_text(opening);
  gboolean sent = agent_socket_send(opening->port->agent_fd, text, servers);
  close(servers);
  if (sent)
    return;
  log_warning("the agent does not take messages: waiting for it to connect again");
  drop_agent(opening->port);
}

static void
ask_all(AgentPort *port)
{
  g_autoptr(GList) waiting = g_hash_table_get_values(port->openings);
  for (GList *at = waiting; at != NULL && port->agent_fd >= 0; at = at->next)
    ask(at->data);
}

static gboolean
take_opened(AgentPort *port, JsonObject *message, GError **error)
{
  gint64 request = 0;
  gboolean ok = FALSE;
  const char *code = NULL, *detail = NULL;
  if (!json_get_int(message, "request", 0, G_MAXINT64, &request, error) ||
      !json_get_optional_bool(message, "ok", FALSE, &ok, error) ||
      !json_get_optional_string(message, "code", TEXT_MAX, &code, error) ||
      !json_get_optional_string(message, "detail", TEXT_MAX, &detail, error))
    return FALSE;
  Opening *opening = g_hash_table_lookup(port->openings, &request);
  if (opening == NULL || opening->fd < 0)
    return TRUE; /* too late: its limit has passed */
  if (ok)
    finish(opening, NULL);
  else
    finish_with(opening, code != NULL ? error_code_from_name(code) : CARAWAY_ERROR_HOST_GONE,
                detail != NULL ? detail : "the host could not open the desktop's console");
  return TRUE;
}

static gboolean
take_message(AgentPort *port, const char *text, gsize size, GError **error)
{
  g_autoptr(JsonObject) message = json_parse_object(text, size, AGENT_MESSAGE_MAX, error);
  const char *type = message != NULL ? json_get_string(message, "type", TEXT_MAX, error) : NULL;
  if (type == NULL)
    return FALSE;
  if (g_str_equal(type, "opened"))
    return take_opened(port, message, error);
  port->listener.message(type, message, port->user_data);
  return TRUE;
}

static gboolean
on_agent_readable(gint fd, GIOCondition condition, gpointer user_data)
{
  AgentPort *port = user_data;
  g_autofree char *buffer = g_malloc(AGENT_MESSAGE_MAX + 1);
  gsize size = 0;
  AgentSocketResult result = agent_socket_receive(fd, buffer, &size);
  g_autoptr(GError) error = NULL;
  if (result == AGENT_SOCKET_MESSAGE && !take_message(port, buffer, size, &error))
    log_warning("a message of the agent was not understood: %s", error->message);
  if (result != AGENT_SOCKET_GONE)
    return G_SOURCE_CONTINUE;
  log_info("the agent has gone; consoles live on");
  port->agent_source = 0;
  drop_agent(port);
  return G_SOURCE_REMOVE;
}

static gboolean
on_agent_connects(gint listen_fd, GIOCondition condition, gpointer user_data)
{
  AgentPort *port = user_data;
  int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0)
    return G_SOURCE_CONTINUE;
  drop_agent(port);
  port->agent_fd = fd;
  port->agent_source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_agent_readable, port);
  log_info("the agent has connected");
  port->listener.connected(port->user_data);
  ask_all(port);
  return G_SOURCE_CONTINUE;
}

AgentPort *
agent_port_new(const char *path, const AgentPortListener *listener, gpointer user_data, GError **error)
{
  int fd = agent_socket_listen(path, error);
  if (fd < 0)
    return NULL;
  AgentPort *port = g_new0(AgentPort, 1);
  port->path = g_strdup(path);
  port->listener = *listener;
  port->user_data = user_data;
  port->listen_fd = fd;
  port->agent_fd = -1;
  port->openings = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, opening_free);
  port->listen_source = g_unix_fd_add(fd, G_IO_IN, on_agent_connects, port);
  return port;
}

gboolean
agent_port_has_agent(const AgentPort *port)
{
  return port->agent_fd >= 0;
}

void
agent_port_send(AgentPort *port, JsonBuilder *message)
{
  g_autoptr(JsonBuilder) owned = message;
  g_autofree char *text = json_builder_text(owned);
  if (port->agent_fd < 0 || agent_socket_send(port->agent_fd, text, -1))
    return;
  log_warning("the agent does not take messages: waiting for it to connect again");
  drop_agent(port);
}

static gboolean
on_overloaded(gpointer user_data)
{
  Opening *opening = user_data;
  opening->limit_source = 0;
  finish_with(opening, CARAWAY_ERROR_OVERLOADED, "too many consoles are being opened; try again in a moment");
  return G_SOURCE_REMOVE;
}

void
agent_port_open(AgentPort *port, const char *desktop, const char *channel, AgentPortOpened opened,
                gpointer user_data)
{
  Opening *opening = g_new0(Opening, 1);
  gboolean is_full = g_hash_table_size(port->openings) >= WAITING_MAX;
  opening->port = port;
  opening->request = ++port->last_request;
  opening->desktop = g_strdup(desktop);
  opening->channel = g_strdup(channel);
  opening->fd = -1;
  opening->opened = opened;
  opening->user_data = user_data;
  opening->limit_source =
      is_full ? g_idle_add(on_overloaded, opening) : g_timeout_add(OPEN_LIMIT_MS, on_open_limit, opening);
  g_hash_table_insert(port->openings, &opening->request, opening);
  if (!is_full && port->agent_fd >= 0)
    ask(opening);
}

void
agent_port_free(AgentPort *port)
{
  if (port == NULL)
    return;
  drop_agent(port);
  g_source_remove(port->listen_source);
  close(port->listen_fd);
  (void)unlink(port->path);
  g_hash_table_unref(port->openings);
  g_free(port->path);
  g_free(port);
}
