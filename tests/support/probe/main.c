/* SPDX-License-Identifier: Apache-2.0 */
/* caraway-probe: options, then the steps in their order. Exit status 0, 1 failure, 2 usage. */
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "tests/support/probe/probe.h"
#include "tests/support/probe/probe_hold.h"

/* "x/smoke.png" → "x/smoke-before.png" */
static char *
before_path(const char *path)
{
  gsize stem = g_str_has_suffix(path, ".png") ? strlen(path) - 4 : strlen(path);
  return g_strdup_printf("%.*s-before.png", (int)stem, path);
}

static gboolean
save(Probe *probe, const char *path, GError **error)
{
  return path == NULL || probe_screenshot(probe, path, error);
}

static gboolean
type_and_look(Probe *probe, const ProbeOptions *options, GError **error)
{
  g_autofree char *before = options->screenshot != NULL ? before_path(options->screenshot) : NULL;
  if (!probe_settle(probe, error) || !save(probe, before, error))
    return FALSE;
  if (!options->no_terminal && !probe_open_terminal(probe, error))
    return FALSE;
  return probe_type(probe, options->type, error);
}

static gboolean
run(Probe *probe, const ProbeOptions *options, GError **error)
{
  if (!probe_connect(probe, error) || !probe_open(probe, error))
    return FALSE;
  if (options->type != NULL && !type_and_look(probe, options, error))
    return FALSE;
  if (options->type == NULL && !probe_settle(probe, error))
    return FALSE;
  if (!save(probe, options->screenshot, error))
    return FALSE;
  if (options->json || options->hold) {
    g_autofree char *json = probe_to_json(probe);
    g_print("%s\n", json);
  }
  return !options->hold || probe_hold(probe, options->reconnect, options->wait_ms, error);
}

int
main(int argc, char **argv)
{
  g_auto(ProbeOptions) options = {0};
  switch (probe_options_read(argc, argv, &options)) {
  case PROBE_OPTIONS_EXIT:
    return EXIT_SUCCESS;
  case PROBE_OPTIONS_USAGE:
    return 2;
  case PROBE_OPTIONS_RUN:
    break;
  }
  /* Tests make warnings fatal (G_DEBUG); spice-gtk warns about a connection that is cut, which here is a
   * result. */
  g_log_set_always_fatal(G_LOG_FATAL_MASK);
  log_init("caraway-probe", g_getenv("CARAWAY_DEBUG") != NULL ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING);
  g_autoptr(GError) error = NULL;
  g_autoptr(Probe) probe = probe_new(&options, &error);
  if (probe != NULL && run(probe, &options, &error))
    return EXIT_SUCCESS;
  g_printerr("caraway-probe: %s\n", error->message);
  return EXIT_FAILURE;
}
