/* SPDX-License-Identifier: Apache-2.0 */
/* caraway-image: builds and keeps the images that desktops are cloned from. */
#include "common/base/error.h"
#include "host/image/commands.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

typedef struct {
  const CommandRow *row;
  const CommandOptions *options;
  const char *argument;
  GCancellable *cancellable;
  GMainLoop *loop;
  GError *error;
  gboolean is_done;
} Job;

static gboolean
on_signal(gpointer user_data)
{
  g_cancellable_cancel(user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
quit(gpointer user_data)
{
  g_main_loop_quit(user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
run_job(gpointer user_data)
{
  Job *job = user_data;
  job->is_done = job->row->run(job->options, job->argument, job->cancellable, &job->error);
  /* From within the loop: a command may be over before the loop runs, which would then never end. */
  g_idle_add(quit, job->loop);
  return NULL;
}

/* The command runs in a thread, so that Ctrl-C reaches it between and within its steps. */
static int
run(Job *job)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
  job->cancellable = cancellable;
  job->loop = loop;
  static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP};
  for (gsize i = 0; i < G_N_ELEMENTS(SIGNALS); i++)
    g_unix_signal_add(SIGNALS[i], on_signal, cancellable);
  GThread *thread = g_thread_new("command", run_job, job);
  g_main_loop_run(loop);
  g_thread_join(thread);
  if (job->is_done)
    return EXIT_SUCCESS;
  if (g_error_matches(job->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_printerr("caraway-image: stopped; what was half done is removed\n");
  else
    g_printerr("caraway-image: %s: %s\n", error_stable_name(job->error), job->error->message);
  g_clear_error(&job->error);
  return EXIT_FAILURE;
}

static char *
describe_commands(void)
{
  GString *text = g_string_new("Commands:\n");
  for (const CommandRow *row = commands_table(); row->name != NULL; row++) {
    g_autofree char *left = g_strdup_printf("%s %s", row->name, row->argument != NULL ? row->argument : "");
    g_string_append_printf(text, "  %-16s %s\n", left, row->help);
  }
  return g_string_free(text, FALSE);
}

static const CommandRow *
find_row(int argc, char **argv)
{
  for (const CommandRow *row = commands_table(); argc >= 2 && row->name != NULL; row++)
    if (strcmp(row->name, argv[1]) == 0)
      return argc == (row->argument != NULL ? 3 : 2) ? row : NULL;
  return NULL;
}

static void
options_clear(CommandOptions *options)
{
  g_free(options->store);
  g_free(options->cache);
  g_free(options->guest);
  g_strfreev(options->sources);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CommandOptions, options_clear)

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  g_auto(CommandOptions) options = {0};
  gboolean show_version = FALSE;
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.store,
       "Folder of the image store (default /var/lib/caraway/images)", "DIR"},
      {"store", 0, 0, G_OPTION_ARG_FILENAME, &options.store, "The same as --output", "DIR"},
      {"cache", 0, 0, G_OPTION_ARG_FILENAME, &options.cache,
       "Folder for what builds keep (default ~/.cache/caraway/images)", "DIR"},
      {"guest", 0, 0, G_OPTION_ARG_FILENAME, &options.guest, "The caraway-guest that goes into the image",
       "FILE"},
      {"sources", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.sources,
       "File of apt sources to use instead of this machine's; repeatable", "FILE"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, "list, show: one JSON object a line", NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, &show_version, "Show the version", NULL},
      {NULL}};
  g_autoptr(GOptionContext) context = g_option_context_new("COMMAND [ARGUMENT]");
  g_autofree char *commands = describe_commands();
  g_option_context_set_description(context, commands);
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(context, &argc, &argv, &error)) {
    g_printerr("caraway-image: %s\n", error->message);
    return EXIT_USAGE;
  }
  if (show_version) {
    g_print("caraway-image %s\n", CARAWAY_VERSION);
    return EXIT_SUCCESS;
  }
  Job job = {.row = find_row(argc, argv), .options = &options, .argument = argc > 2 ? argv[2] : NULL};
  if (job.row == NULL) {
    g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
    g_printerr("%s", help);
    return EXIT_USAGE;
  }
  return run(&job);
}
