/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/base/log.h"
#include "portal/portal.h"
#include "portal/portal_config.h"

typedef struct {
  Portal *portal;
} Running;

static void
on_stop(Daemon *daemon, gpointer data)
{
  const Running *running = data;
  portal_drain(running->portal, daemon);
}

static int
fail(const GError *error)
{
  log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.code = error_stable_name(error)), "%s", error->message);
  return 1;
}

static int
join(const Config *config, const char *token)
{
  g_autoptr(GError) error = NULL;
  if (!portal_join(config, token, &error))
    return fail(error);
  g_print("caraway-portal: joined; start it now\n");
  return 0;
}

static int
run(const Config *config)
{
  g_autoptr(GError) error = NULL;
  Running running = {0};
  guint drain_ms = (guint)config_int(config, "limits", "drain-seconds") * 1000;
  g_autoptr(Daemon) daemon = daemon_new(on_stop, &running, drain_ms);
  g_autoptr(Portal) portal = portal_new(config, &error);
  if (portal == NULL)
    return fail(error);
  running.portal = portal;
  g_autofree char *url = portal_url(portal);
  daemon_run(daemon, url);
  return 0;
}

int
main(int argc, char **argv)
{
  g_autoptr(Config) config = NULL;
  ConfigOutcome outcome = config_load("caraway-portal", "The web portal and the public way to desktops.",
                                      portal_config_keys(), portal_config_switches(), argc, argv, &config);
  if (outcome != CONFIG_RUN)
    return outcome == CONFIG_EXIT ? 0 : outcome == CONFIG_USAGE ? 2 : 1;
  LogLevel level = LOG_LEVEL_INFO;
  if (!log_level_from_name(config_string(config, "log", "level"), &level))
    g_return_val_if_reached(1);
  log_init("portal", level);
  const char *token = config_switch(config, "join");
  return token != NULL ? join(config, token) : run(config);
}
