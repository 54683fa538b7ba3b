/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/probe/probe_options.h"

#include <string.h>

#include "common/base/secret.h"

#define DEFAULT_WAIT_MS 120000

void
probe_options_clear(ProbeOptions *options)
{
  g_free(options->server);
  g_free(options->ca_file);
  g_free(options->user);
  secret_free(options->password);
  g_free(options->pool);
  g_free(options->screenshot);
  g_free(options->type);
  g_free(options->site);
}

static gboolean
take_password(const char *file, ProbeOptions *options, GError **error)
{
  if (file == NULL) {
    options->password = g_strdup(g_getenv("CARAWAY_PASSWORD"));
    if (options->password == NULL)
      g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                  "give the password by --password-file or the variable CARAWAY_PASSWORD");
    return options->password != NULL;
  }
  if (!g_file_get_contents(file, &options->password, NULL, error))
    return FALSE;
  g_strchomp(options->password);
  return TRUE;
}

static gboolean
check(const ProbeOptions *options, GError **error)
{
  const struct {
    const char *name, *value;
  } required[] = {{"--server", options->server}, {"--user", options->user}, {"--pool", options->pool}};
  for (gsize i = 0; i < G_N_ELEMENTS(required); i++) {
    if (required[i].value == NULL) {
      g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is missing", required[i].name);
      return FALSE;
    }
  }
  if (options->wait_ms < 1) {
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--wait-ms must be at least 1");
    return FALSE;
  }
  return TRUE;
}

static gboolean
parse(int argc, char **argv, ProbeOptions *options, gboolean *ret_version, GError **error)
{
  g_autofree char *password_file = NULL;
  const GOptionEntry entries[] = {
      {"server", 0, 0, G_OPTION_ARG_STRING, &options->server, "the portal", "URL"},
      {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options->ca_file, "the authority that signed its certificate",
       "FILE"},
      {"user", 0, 0, G_OPTION_ARG_STRING, &options->user, "who signs in", "NAME"},
      {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file, "else CARAWAY_PASSWORD", "FILE"},
      {"pool", 0, 0, G_OPTION_ARG_STRING, &options->pool, "the pool to open a desktop of", "NAME"},
      {"screenshot", 0, 0, G_OPTION_ARG_FILENAME, &options->screenshot, "where the last picture goes", "PNG"},
      {"type", 0, 0, G_OPTION_ARG_STRING, &options->type, "typed into a terminal, with Enter", "TEXT"},
      {"no-terminal", 0, 0, G_OPTION_ARG_NONE, &options->no_terminal, "do not press Ctrl+Alt+T before typing",
       NULL},
      {"site", 0, 0, G_OPTION_ARG_STRING, &options->site, "way in to try first: portal or host", "SITE"},
      {"take-over", 0, 0, G_OPTION_ARG_NONE, &options->take_over, "also from another device", NULL},
      {"wait-ms", 0, 0, G_OPTION_ARG_INT, &options->wait_ms, "limit of each step", "MS"},
      {"hold", 0, 0, G_OPTION_ARG_NONE, &options->hold,
       "keep the console open until standard input ends; lines there are commands: type TEXT, screenshot PNG",
       NULL},
      {"reconnect", 0, 0, G_OPTION_ARG_NONE, &options->reconnect, "with --hold: reconnect when cut", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, "print one JSON object", NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, ret_version, "print the version", NULL},
      {NULL}};
  g_autoptr(GOptionContext) context = g_option_context_new("- open a desktop without a window and measure");
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, error))
    return FALSE;
  if (*ret_version)
    return TRUE;
  if (argc > 1) {
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "what is “%s”?", argv[1]);
    return FALSE;
  }
  return check(options, error) && take_password(password_file, options, error);
}

ProbeOptionsOutcome
probe_options_read(int argc, char **argv, ProbeOptions *ret_options)
{
  *ret_options = (ProbeOptions){.wait_ms = DEFAULT_WAIT_MS};
  gboolean version = FALSE;
  g_autoptr(GError) error = NULL;
  if (!parse(argc, argv, ret_options, &version, &error)) {
    g_printerr("caraway-probe: %s; see --help\n", error->message);
    return PROBE_OPTIONS_USAGE;
  }
  if (!version)
    return PROBE_OPTIONS_RUN;
  g_print("caraway-probe %s\n", CARAWAY_VERSION);
  return PROBE_OPTIONS_EXIT;
}
