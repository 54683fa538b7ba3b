/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/config.h"

#include <glib/gstdio.h>

static const ConfigKey keys[] = {
    {"broker", "listen", CONFIG_LISTEN, "0.0.0.0:8443", "where"},
    {"broker", "name", CONFIG_STRING, NULL, "name", .optional = TRUE},
    {"broker", "workers", CONFIG_INT, "4", "how many", 1, 64},
    {"log", "level", CONFIG_CHOICE, "info", "how much", .choices = "error|warning|info|debug"},
    {NULL},
};
static const ConfigSwitch switches[] = {{"migrate", NULL, "migrate"}, {"join", "TOKEN", "join"}, {NULL}};

static ConfigOutcome
load(const char *const *arguments, Config **ret_config)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  g_ptr_array_add(argv, (gpointer) "caraway-test");
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add(argv, (gpointer)*arguments);
  return config_load("caraway-test", "A test.", keys, switches, argv->len, (char **)argv->pdata, ret_config);
}

static char *
write_file(const char *text)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp("caraway-config-XXXXXX", &path, NULL);
  g_assert_cmpint(fd, >=, 0);
  g_assert_true(g_close(fd, NULL));
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  return g_steal_pointer(&path);
}

static void
test_defaults_file_environment_and_options_in_that_order(void)
{
  g_autofree char *path = write_file("[broker]\nworkers=7\nname=from-file\n[log]\nlevel=debug\n");
  g_autofree char *option = g_strdup_printf("--config=%s", path);
  g_setenv("CARAWAY_BROKER_NAME", "from-environment", TRUE);
  g_setenv("CARAWAY_LOG_LEVEL", "error", TRUE);
  const char *const arguments[] = {option, "--log-level", "warning", "--migrate", "--join=abc", NULL};
  g_autoptr(Config) config = NULL;
  g_assert_cmpint(load(arguments, &config), ==, CONFIG_RUN);
  g_unsetenv("CARAWAY_BROKER_NAME");
  g_unsetenv("CARAWAY_LOG_LEVEL");
  g_assert_cmpstr(config_string(config, "broker", "listen"), ==, "0.0.0.0:8443");
  g_assert_cmpint(config_int(config, "broker", "workers"), ==, 7);
  g_assert_cmpstr(config_string(config, "broker", "name"), ==, "from-environment");
  g_assert_cmpstr(config_string(config, "log", "level"), ==, "warning");
  g_assert_cmpstr(config_switch(config, "migrate"), ==, "");
  g_assert_cmpstr(config_switch(config, "join"), ==, "abc");
  g_unlink(path);
}

/* Runs in a child, whose standard error is checked. */
static void
run_with_bad_file(void)
{
  g_autofree char *path = write_file("[broker]\n# a comment\nworkers = 700\n");
  const char *const arguments[] = {"--check-config", "--config", path, NULL};
  g_autoptr(Config) config = NULL;
  ConfigOutcome outcome = load(arguments, &config);
  g_unlink(path);
  g_assert_cmpint(outcome, ==, CONFIG_BAD);
}

static void
test_a_wrong_key_is_named_with_its_line(void)
{
  if (g_test_subprocess()) {
    run_with_bad_file();
    return;
  }
  g_test_trap_subprocess(NULL, 0, 0);
  g_test_trap_assert_passed();
  g_test_trap_assert_stderr("*:3: ?broker? workers must be a whole number from 1 to 64*");
}

static void
test_wrong_command_lines_are_usage_errors(void)
{
  const char *const wrong[][3] = {
      {"--nonsense", NULL}, {"file", NULL}, {"--join", NULL}, {"--migrate=1", NULL}};
  for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(Config) config = NULL;
    g_assert_cmpint(load(wrong[i], &config), ==, CONFIG_USAGE);
  }
}

static void
test_listen_addresses(void)
{
  static const struct {
    const char *text, *host;
    guint16 port;
  } cases[] = {{"127.0.0.1:80", "127.0.0.1", 80},
               {"[::1]:0", "::1", 0},
               {"::1:80", NULL, 0},
               {":80", NULL, 0},
               {"host:", NULL, 0},
               {"host:65536", NULL, 0},
               {"host:-1", NULL, 0},
               {"a.b:65535", "a.b", 65535}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *host = NULL;
    guint16 port = 0;
    g_assert_cmpint(config_split_listen(cases[i].text, &host, &port), ==, cases[i].host != NULL);
    g_assert_cmpstr(host, ==, cases[i].host);
    g_assert_cmpuint(port, ==, cases[i].port);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/config/order", test_defaults_file_environment_and_options_in_that_order);
  g_test_add_func("/config/wrong-key-is-named-with-its-line", test_a_wrong_key_is_named_with_its_line);
  g_test_add_func("/config/wrong-command-lines", test_wrong_command_lines_are_usage_errors);
  g_test_add_func("/config/listen-addresses", test_listen_addresses);
  return g_test_run();
}
