/* SPDX-License-Identifier: Apache-2.0 */
#include "host/program.h"

#include "common/base/daemon.h"
#include "common/base/error.h"
#include "common/base/file_guard.h"
#include "common/base/log.h"
#include "host/agent.h"
#include "host/enrolment.h"
#include "host/host_http.h"
#include "host/removal.h"

#include <stdlib.h>

#define DRAIN_LIMIT_MS 15000
#define DRAIN_LOOK_MS  50
#define IMAGE_VERDICTS "image-verdicts"

typedef struct {
  HostSettings *settings;
  Credentials *credentials;
  BrokerList *brokers;
  Hypervisor *hypervisor;
  ImageCatalog *images;
  JobContext context;
  Daemon *daemon;
  Agent *agent;
  HostHttp *http;
  gboolean was_lost;
} Program;

static gboolean
on_drain_look(gpointer data)
{
  Program *program = data;
  if (agent_load(program->agent) > 0)
    return G_SOURCE_CONTINUE;
  daemon_quit(program->daemon);
  return G_SOURCE_REMOVE;
}

/* What is under way is finished; what waits is in the records. Guests and consoles go on. */
static void
on_stop(Daemon *daemon, gpointer data)
{
  Program *program = data;
  agent_stop(program->agent);
  g_timeout_add(DRAIN_LOOK_MS, on_drain_look, program);
}

/* A daemon of libvirt that was restarted is a new one to us: systemd starts us anew, and all is taken over.
 */
static void
on_lost(gpointer data)
{
  Program *program = data;
  log_error("the connection to libvirt broke; ending, to start afresh");
  program->was_lost = TRUE;
  daemon_quit(program->daemon);
}

static gboolean
serve_http(Program *program, GError **error)
{
  if (program->settings->http_listen == NULL)
    return TRUE;
  program->http = host_http_new(program->agent, program->settings->http_listen, error);
  return program->http != NULL;
}

/* The relay's address is told to the broker anew at each start: what joining refuses is only warned of here,
 * since consoles of this machine alone may be what is wanted of a host that serves already. */
static void
warn_of_relay(const Program *program)
{
  g_autoptr(GError) error = NULL;
  if (!host_settings_check_relay(program->settings, broker_list_current(program->brokers), &error))
    log_warning("%s", error->message);
}

static gboolean
serve(Program *program, GError **error)
{
  const char *urls = program->settings->broker_url != NULL ? program->settings->broker_url
                                                           : credentials_broker_url(program->credentials);
  program->brokers = broker_list_new(urls != NULL ? urls : "", error);
  if (program->brokers == NULL) {
    g_prefix_error(error, "host.broker: ");
    return FALSE;
  }
  warn_of_relay(program);
  const AgentParts parts = {
      .settings = program->settings,
      .credentials = program->credentials,
      .brokers = program->brokers,
      .context = &program->context,
      .clock = clock_system(),
      .lost = on_lost,
      .user_data = program,
  };
  program->daemon = daemon_new(on_stop, program, DRAIN_LIMIT_MS);
  program->agent = agent_new(&parts);
  if (!serve_http(program, error))
    return FALSE;
  daemon_run(program->daemon, program->settings->name);
  if (!program->was_lost)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_HYPERVISOR, "The connection to libvirt broke.");
  return FALSE;
}

static gboolean
remove_all(Program *program, GError **error)
{
  guint count = 0;
  if (!removal_run(&program->context, credentials_identity(program->credentials)->installation, &count,
                   error))
    return FALSE;
  log_info("%u desktops were removed", count);
  return TRUE;
}

static gboolean
compose(Program *program, ProgramOpen open, GError **error)
{
  g_autofree char *verdicts = host_settings_path(program->settings, IMAGE_VERDICTS);
  if (!host_settings_make_folders(program->settings, error) ||
      !credentials_guard(program->settings->state_directory, FILE_GUARD_SEALED, error))
    return FALSE;
  program->credentials = credentials_load(program->settings->state_directory, error);
  if (program->credentials == NULL)
    return FALSE;
  program->hypervisor = open(program->settings, error);
  if (program->hypervisor == NULL)
    return FALSE;
  program->images = image_catalog_new(program->settings->image_directory, verdicts);
  program->context = (JobContext){.settings = program->settings,
                                  .hypervisor = program->hypervisor,
                                  .images = program->images,
                                  .accelerator = HOST_ACCELERATOR_TCG};
  return TRUE;
}

/* Work that hangs still holds the parts; then the process ends with them. */
static void
program_clear(Program *program)
{
  if (program->agent != NULL && agent_load(program->agent) > 0)
    return;
  host_http_free(program->http);
  agent_free(program->agent);
  daemon_free(program->daemon);
  image_catalog_free(program->images);
  hypervisor_free(program->hypervisor);
  broker_list_free(program->brokers);
  credentials_free(program->credentials);
  host_settings_free(program->settings);
}

static gboolean
run_switches(Program *program, const Config *config, ProgramOpen open, GError **error)
{
  const char *token = config_switch(config, "join");
  if (token != NULL)
    return enrolment_run(program->settings, token, error);
  gboolean removes = config_switch(config, "destroy-all") != NULL;
  if (!credentials_exist(program->settings->state_directory)) {
    if (removes) /* never joined: there is nothing */
      return TRUE;
    g_set_error(
        error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
        "This host has not joined: get a token from an administrator (carawayctl) and run caraway-host "
        "--join TOKEN --host-broker=URL.");
    return FALSE;
  }
  return compose(program, open, error) && (removes ? remove_all(program, error) : serve(program, error));
}

int
program_run(int argc, char **argv, ProgramOpen open)
{
  g_autoptr(Config) config = NULL;
  g_autoptr(GError) error = NULL;
  log_init("caraway-host", LOG_LEVEL_INFO);
  switch (config_load("caraway-host", "runs the desktops of one machine for a Caraway broker",
                      host_settings_keys, host_settings_switches, argc, argv, &config)) {
  case CONFIG_EXIT:
    return EXIT_SUCCESS;
  case CONFIG_USAGE:
    return 2;
  case CONFIG_BAD:
    return EXIT_FAILURE;
  case CONFIG_RUN:
    break;
  }
  LogLevel level = LOG_LEVEL_INFO;
  if (log_level_from_name(config_string(config, "log", "level"), &level))
    log_init("caraway-host", level);
  Program program = {.settings = host_settings_new(config, &error)};
  gboolean done = program.settings != NULL && run_switches(&program, config, open, &error);
  if (!done)
    log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.code = error_stable_name(error)), "%s", error->message);
  program_clear(&program);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
