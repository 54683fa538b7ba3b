/* SPDX-License-Identifier: Apache-2.0 */
/* caraway-guest: the agent inside a desktop; as a service, or with --session as the user's helper. */
#include "common/base/daemon.h"
#include "common/base/log.h"
#include "host/guest/agent/agent.h"
#include "host/guest/agent/session_helper.h"
#include "host/guest/agent/session_link.h"

#include <stdlib.h>

#define DRAIN_LIMIT_MS 2000
#define EXIT_USAGE     2

static void
on_stop(Daemon *daemon, gpointer user_data)
{
  daemon_quit(daemon);
}

static gboolean
run_service(const char *port, const char *socket, GError **error)
{
  g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, error);
  if (bus == NULL)
    return FALSE;
  Agent *agent = agent_new(bus, port, socket, error);
  if (agent == NULL)
    return FALSE;
  g_autoptr(Daemon) daemon = daemon_new(on_stop, NULL, DRAIN_LIMIT_MS);
  daemon_run(daemon, port);
  agent_free(agent);
  return TRUE;
}

int
main(int argc, char **argv)
{
  gboolean is_session = FALSE, is_verbose = FALSE, show_version = FALSE;
  g_autofree char *port = NULL, *socket = NULL;
  const GOptionEntry entries[] = {
      {"session", 0, 0, G_OPTION_ARG_NONE, &is_session, "Be the helper in the user's session", NULL},
      {"port", 0, 0, G_OPTION_ARG_FILENAME, &port, "The virtio-serial port to the host", "FILE"},
      {"socket", 0, 0, G_OPTION_ARG_FILENAME, &socket, "The socket between service and helper", "FILE"},
      {"verbose", 'v', 0, G_OPTION_ARG_NONE, &is_verbose, "Log every message", NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, &show_version, "Show the version", NULL},
      {NULL}};
  g_autoptr(GOptionContext) context = g_option_context_new("- the agent inside a Caraway desktop");
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
    g_printerr("caraway-guest: %s\n",
               error != NULL ? error->message : "there are no arguments, only options");
    return EXIT_USAGE;
  }
  if (show_version) {
    g_print("caraway-guest %s\n", CARAWAY_VERSION);
    return EXIT_SUCCESS;
  }
  log_init("caraway-guest", is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
  const char *socket_path = socket != NULL ? socket : SESSION_LINK_PATH;
  const char *port_path = port != NULL ? port : "/dev/virtio-ports/" GUEST_PORT_NAME;
  const gboolean is_done =
      is_session ? session_helper_run(socket_path, &error) : run_service(port_path, socket_path, &error);
  if (!is_done)
    log_error("%s", error->message);
  return is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}
