/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/base/log.h"
#include "host/relay/relay_program.h"

static void
on_stop(Daemon *daemon, gpointer user_data)
{
  relay_program_drain(*(RelayProgram **)user_data, daemon);
}

static int
run(const Config *config)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(RelayProgram) program = relay_program_new(config, &error);
  if (program == NULL) {
    log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.code = error_stable_name(error)), "%s", error->message);
    return 1;
  }
  guint drain_ms = (guint)config_int(config, "relay", "drain-seconds") * 1000;
  g_autoptr(Daemon) daemon = daemon_new(on_stop, &program, drain_ms);
  g_autofree char *address = relay_program_address(program);
  daemon_run(daemon, address);
  return 0;
}

int
main(int argc, char **argv)
{
  g_autoptr(Config) config = NULL;
  ConfigOutcome outcome = config_load("caraway-relay", "The console end point on a host.",
                                      relay_program_keys(), NULL, argc, argv, &config);
  if (outcome != CONFIG_RUN)
    return outcome == CONFIG_EXIT ? 0 : outcome == CONFIG_USAGE ? 2 : 1;
  LogLevel level = LOG_LEVEL_INFO;
  if (!log_level_from_name(config_string(config, "log", "level"), &level))
    g_return_val_if_reached(1);
  log_init("relay", level);
  return run(config);
}
