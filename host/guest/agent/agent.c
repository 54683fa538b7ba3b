/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/agent.h"

#include "common/base/log.h"
#include "host/guest/agent/desktop_state.h"
#include "host/guest/agent/host_port.h"
#include "host/guest/agent/login_session.h"
#include "host/guest/agent/session_link.h"

#include <string.h>

struct Agent {
  HostPort *port;
  LoginSession *login;
  SessionLink *link;
  DesktopState now;  /* what is */
  DesktopState told; /* what the host knows */
  gboolean is_host_told;
  gboolean is_desktop_up; /* the helper of the user's session said so */
};

static void
tell_host(Agent *agent)
{
  agent->now.is_ready = agent->now.user != NULL && agent->is_desktop_up;
  g_autoptr(GPtrArray) messages =
      desktop_state_messages(agent->is_host_told ? &agent->told : NULL, &agent->now);
  for (guint i = 0; i < messages->len; i++)
    host_port_send(agent->port, messages->pdata[i]);
  desktop_state_assign(&agent->told, &agent->now);
  agent->is_host_told = TRUE;
}

static void
on_login_changed(gpointer user_data)
{
  Agent *agent = user_data;
  const char *user = login_session_user(agent->login);
  if (g_strcmp0(agent->now.user, user) != 0) {
    log_info(user != NULL ? "%s is signed in" : "nobody is signed in", user);
    session_link_drop(agent->link);
    agent->now.idle_ms = 0;
    g_free(agent->now.user);
    agent->now.user = g_strdup(user);
  }
  agent->now.is_locked = login_session_is_locked(agent->login);
  tell_host(agent);
}

static gboolean
is_welcome(guint32 uid, gpointer user_data)
{
  Agent *agent = user_data;
  return login_session_user(agent->login) != NULL && login_session_uid(agent->login) == uid;
}

/* The helper runs as the user: of what it says, only these two and the answer to a message count. */
static void
on_helper_message(const GuestMessage *message, gpointer user_data)
{
  Agent *agent = user_data;
  if (message->type == GUEST_MESSAGE_READY)
    agent->is_desktop_up = TRUE;
  else if (message->type == GUEST_MESSAGE_IDLE)
    agent->now.idle_ms = message->idle_ms;
  else if (message->type == GUEST_MESSAGE_RESULT)
    host_port_send(agent->port, message);
  tell_host(agent);
}

static void
on_helper_closed(gpointer user_data)
{
  Agent *agent = user_data;
  agent->is_desktop_up = FALSE;
}

static void
send_result(Agent *agent, gint64 request, const char *failure)
{
  g_autofree char *detail = failure != NULL ? g_utf8_make_valid(failure, -1) : NULL;
  if (detail != NULL && strlen(detail) > GUEST_DETAIL_MAX_BYTES)
    *g_utf8_find_prev_char(detail, detail + GUEST_DETAIL_MAX_BYTES) = '\0';
  if (detail != NULL)
    g_strdelimit(detail, "\n\r\t", ' ');
  const GuestMessage result = {
      .type = GUEST_MESSAGE_RESULT, .request = request, .is_ok = failure == NULL, .detail = detail};
  host_port_send(agent->port, &result);
}

typedef struct {
  Agent *agent;
  gint64 request;
} Pending;

static void
on_login_done(const GError *error, gpointer user_data)
{
  g_autofree Pending *pending = user_data;
  send_result(pending->agent, pending->request, error != NULL ? error->message : NULL);
}

static void
ask_login(Agent *agent, const GuestMessage *message, LoginRequest kind)
{
  Pending *pending = g_new0(Pending, 1);
  pending->agent = agent;
  pending->request = message->request;
  login_session_request(agent->login, kind, on_login_done, pending);
}

static void
on_host_message(const GuestMessage *message, gpointer user_data)
{
  Agent *agent = user_data;
  log_debug("the host says %s", guest_message_type_name(message->type));
  switch (message->type) {
  case GUEST_MESSAGE_HELLO:
    agent->is_host_told = FALSE;
    tell_host(agent);
    break;
  case GUEST_MESSAGE_LOCK:
    ask_login(agent, message, LOGIN_LOCK);
    break;
  case GUEST_MESSAGE_UNLOCK:
    ask_login(agent, message, LOGIN_UNLOCK);
    break;
  case GUEST_MESSAGE_LOGOFF:
    ask_login(agent, message, LOGIN_TERMINATE);
    break;
  case GUEST_MESSAGE_SHUTDOWN:
    ask_login(agent, message, LOGIN_POWER_OFF);
    break;
  case GUEST_MESSAGE_MESSAGE:
    if (!session_link_send(agent->link, message))
      send_result(agent, message->request, "There is no desktop yet on which the message could be shown.");
    break;
  case GUEST_MESSAGE_PING:
    send_result(agent, message->request, NULL);
    break;
  default: /* of a newer host */
    break;
  }
}

static void
on_host_connected(gpointer user_data)
{
  Agent *agent = user_data;
  agent->is_host_told = FALSE;
  tell_host(agent);
}

static const HostPortEvents PORT_EVENTS = {on_host_connected, on_host_message};
static const SessionLinkEvents LINK_EVENTS = {is_welcome, on_helper_message, on_helper_closed};

Agent *
agent_new(GDBusConnection *bus, const char *port_path, const char *socket_path, GError **error)
{
  Agent *agent = g_new0(Agent, 1);
  agent->link = session_link_new(socket_path, &LINK_EVENTS, agent, error);
  if (agent->link == NULL) {
    g_free(agent);
    return NULL;
  }
  agent->port = host_port_new(port_path, &PORT_EVENTS, agent);
  agent->login = login_session_new(bus, on_login_changed, agent);
  return agent;
}

void
agent_free(Agent *agent)
{
  if (agent == NULL)
    return;
  login_session_free(agent->login);
  session_link_free(agent->link);
  host_port_free(agent->port);
  desktop_state_clear(&agent->now);
  desktop_state_clear(&agent->told);
  g_free(agent);
}
