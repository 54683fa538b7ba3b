/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_state.h"

#include "common/base/error.h"

#include <glib/gstdio.h>

static char *
state_path(void)
{
  return g_build_filename(g_get_user_config_dir(), "caraway", "ctl.json", NULL);
}

static void
test_nothing_kept_yet(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CtlState) state = ctl_state_load(&error);
  g_assert_no_error(error);
  g_assert_null(state->server);
  g_assert_null(state->token);
}

static void
test_kept_for_its_owner_only(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CtlState) state = g_new0(CtlState, 1);
  state->server = g_strdup("https://desktops.example:443");
  state->token = g_strdup("t1");
  g_assert_true(ctl_state_save(state, &error));
  g_assert_no_error(error);
  g_autofree char *path = state_path();
  GStatBuf info;
  g_assert_cmpint(g_stat(path, &info), ==, 0);
  g_assert_cmpint(info.st_mode & 0777, ==, 0600);
  g_autoptr(CtlState) again = ctl_state_load(&error);
  g_assert_no_error(error);
  g_assert_cmpstr(again->server, ==, "https://desktops.example:443");
  g_assert_cmpstr(again->token, ==, "t1");
  g_assert_null(again->ca_file);
}

static void
test_damage_is_told(void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = state_path();
  g_autofree char *folder = g_path_get_dirname(path);
  g_mkdir_with_parents(folder, 0700);
  g_assert_true(g_file_set_contents(path, "{\"server\":", -1, &error));
  g_assert_null(ctl_state_load(&error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
}

static void
remove_state(const char *home)
{
  g_autofree char *path = state_path();
  g_autofree char *folder = g_path_get_dirname(path);
  g_unlink(path);
  g_rmdir(folder);
  g_rmdir(home);
}

/* GLib's own isolation of folders leaks, which the leak checker would tell. */
int
main(int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp("caraway-ctl-XXXXXX", NULL);
  g_setenv("XDG_CONFIG_HOME", home, TRUE);
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ctl_state/nothing_kept_yet", test_nothing_kept_yet);
  g_test_add_func("/ctl_state/kept_for_its_owner_only", test_kept_for_its_owner_only);
  g_test_add_func("/ctl_state/damage_is_told", test_damage_is_told);
  int code = g_test_run();
  remove_state(home);
  return code;
}
