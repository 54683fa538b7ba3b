/* SPDX-License-Identifier: Apache-2.0 */
/* caraway-client: options, then the controller. Exit status 0, 1 failure, 2 usage. */
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <spice-client-gtk.h>
#include <stdlib.h>

#include "client/ui/controller.h"
#include "client/ui/style.h"
#include "common/base/log.h"

#define EXIT_USAGE 2

typedef struct {
  char *server, *user, *pool, *ca_file;
  gboolean full_screen, kiosk, version;
} Options;

static void
options_clear(Options *options)
{
  g_free(options->server);
  g_free(options->user);
  g_free(options->pool);
  g_free(options->ca_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Translations lie beside the program: bin/caraway-client, share/locale. So also in a build folder. */
static void
init_language(void)
{
  setlocale(LC_ALL, "");
  g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname(program) : g_strdup("/usr/bin");
  g_autofree char *locale = g_build_filename(folder, "..", "share", "locale", NULL);
  bindtextdomain(GETTEXT_PACKAGE, locale);
  bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
  textdomain(GETTEXT_PACKAGE);
}

static gboolean
read_options(int argc, char **argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
      {"server", 0, 0, G_OPTION_ARG_STRING, &options->server, N_("Server to sign in to"), N_("URL")},
      {"user", 0, 0, G_OPTION_ARG_STRING, &options->user, N_("User name to start with"), N_("NAME")},
      {"pool", 0, 0, G_OPTION_ARG_STRING, &options->pool, N_("Desktop to open right after signing in"),
       N_("NAME")},
      {"full-screen", 0, 0, G_OPTION_ARG_NONE, &options->full_screen, N_("Show the desktop in full screen"),
       NULL},
      {"kiosk", 0, 0, G_OPTION_ARG_NONE, &options->kiosk,
       N_("Sign in as a device by its own key, and open its desktop"), NULL},
      {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options->ca_file,
       N_("Trust the certificate authorities in FILE instead of the system's"), N_("FILE")},
      {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, N_("Print the version"), NULL},
      {NULL}};
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_option_context_set_summary(context, _("Sign in to a Caraway server and work on your desktop."));
  g_option_context_set_translation_domain(context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
  /* GTK's own are for developers; FALSE: do not open the display, --help works without one. */
  g_option_context_add_group(context, gtk_get_option_group(FALSE));
  if (!g_option_context_parse(context, &argc, &argv, error))
    return FALSE;
  if (argc > 1)
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("“%s” is not an option"), argv[1]);
  else if (options->kiosk && options->server == NULL)
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--kiosk needs --server"));
  else
    return TRUE;
  return FALSE;
}

static gboolean
on_signal(gpointer loop)
{
  g_main_loop_quit(loop);
  return G_SOURCE_CONTINUE;
}

static int
run(const Options *options)
{
  const ControllerOptions what = {.server = options->server,
                                  .user = options->user,
                                  .pool = options->pool,
                                  .ca_file = options->ca_file,
                                  .full_screen = options->full_screen,
                                  .kiosk = options->kiosk};
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
  g_autoptr(GError) error = NULL;
  g_autoptr(Controller) controller = controller_new(&what, loop, &error);
  if (controller == NULL) {
    g_printerr("caraway-client: %s\n", error->message);
    return EXIT_FAILURE;
  }
  guint sources[] = {g_unix_signal_add(SIGTERM, on_signal, loop), g_unix_signal_add(SIGINT, on_signal, loop)};
  g_main_loop_run(loop);
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
    g_source_remove(sources[i]);
  return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
  g_auto(Options) options = {0};
  g_autoptr(GError) error = NULL;
  init_language();
  if (!read_options(argc, argv, &options, &error)) {
    g_printerr("caraway-client: %s\n", error->message);
    return EXIT_USAGE;
  }
  if (options.version) {
    g_print("caraway-client %s\n", CARAWAY_VERSION);
    return EXIT_SUCCESS;
  }
  log_init("caraway-client", g_getenv("CARAWAY_DEBUG") != NULL ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING);
  if (!gtk_init_check(NULL, NULL)) {
    g_printerr("caraway-client: %s\n", _("There is no display. Start it from a graphical session."));
    return EXIT_FAILURE;
  }
  style_init();
  return run(&options);
}
