/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/base/log.h"
#include "host/agent_parts.h"

#include <unistd.h>

#define MAX_OPENING 256

typedef struct {
  Agent *agent;
  gint64 id;
} Answering;

static void
send_result(Agent *agent, gint64 id)
{
  HostMessage message = {.type = HOST_MESSAGE_RESULT};
  if (agent->link != NULL && result_memory_find(agent->results, id, &message.result))
    broker_link_send(agent->link, &message);
}

static void
on_command_done(const GError *error, gpointer user_data)
{
  g_autofree Answering *answering = user_data;
  result_memory_end(answering->agent->results, answering->id, error);
  send_result(answering->agent, answering->id);
}

void
agent_commands_take(Agent *agent, const HostCommand *command)
{
  if (!result_memory_begin(agent->results, command->id)) {
    send_result(agent, command->id); /* nothing goes out while it is at work: its answer will */
    return;
  }
  log_write(LOG_LEVEL_INFO, LOG_FIELDS(.desktop = command->desktop), "command %" G_GINT64_FORMAT ": %s",
            command->id, host_command_name((HostCommandKind)command->kind));
  if (command->kind == HOST_COMMAND_CUT && command->term >= agent->term && agent->relay != NULL)
    relay_control_send(agent->relay, relay_message_cut(command->session, command->reason));
  Answering *answering = g_new0(Answering, 1);
  answering->agent = agent;
  answering->id = command->id;
  desktops_command(agent->desktops, command, agent->term, on_command_done, answering);
}

typedef struct {
  Agent *agent;
  gint64 request;
  char *desktop;
  int fd;
  GError *error;
} Opening;

static void
on_open_run(gpointer data)
{
  Opening *opening = data;
  if (!hypervisor_open_graphics(opening->agent->parts.context->hypervisor, opening->desktop, opening->fd,
                                &opening->error))
    g_assert(opening->error != NULL);
}

static void
on_open_done(gpointer data)
{
  Opening *opening = data;
  if (opening->error != NULL)
    log_write(LOG_LEVEL_WARNING, LOG_FIELDS(.desktop = opening->desktop), "a channel is not opened: %s",
              opening->error->message);
  if (opening->agent->relay != NULL)
    relay_control_send(opening->agent->relay, relay_message_opened(opening->request, opening->error));
  close(opening->fd);
  g_clear_error(&opening->error);
  g_free(opening->desktop);
  g_free(opening);
}

static GError *
why_not_open(Agent *agent, const RelayOpen *open, int fd)
{
  const DesktopRecord *record = desktops_record(agent->desktops, open->desktop);
  if (fd < 0)
    return g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL, "The request came without a descriptor.");
  if (record == NULL || record->stage != DESKTOP_STAGE_RUNNING)
    return g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_HOST_GONE, "That desktop does not run on this host.");
  if (workers_load(agent->console_workers) >= MAX_OPENING)
    return g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED, "Too many channels wait to be opened.");
  return NULL;
}

void
agent_commands_open(Agent *agent, const RelayOpen *open, int fd)
{
  g_autoptr(GError) error = why_not_open(agent, open, fd);
  if (error != NULL) {
    relay_control_send(agent->relay, relay_message_opened(open->request, error));
    if (fd >= 0)
      close(fd);
    return;
  }
  Opening *opening = g_new0(Opening, 1);
  opening->agent = agent;
  opening->request = open->request;
  opening->desktop = g_strdup(open->desktop);
  opening->fd = fd;
  workers_push(agent->console_workers, on_open_run, on_open_done, opening);
}
