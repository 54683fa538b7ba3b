/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "tests/unit/portal/portal_fixture.h"

#include <glib/gstdio.h>

static void
test_known_files_have_type_and_tag(void)
{
  g_autoptr(TestSite) site = test_site_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(WebFiles) files = web_files_load(site->web, site->spice, &error);
  g_assert_no_error(error);
  const WebFile *index = web_files_lookup(files, "/");
  g_assert_true(index == web_files_lookup(files, "/index.html"));
  g_assert_cmpstr(index->content_type, ==, "text/html; charset=utf-8");
  g_assert_cmpint(index->kind, ==, PAGE_APP);
  g_assert_cmpint(web_files_lookup(files, "/viewer.html")->kind, ==, PAGE_VIEWER);
  g_assert_cmpint(web_files_lookup(files, "/app.js")->kind, ==, PAGE_DATA);
  g_assert_cmpstr(web_files_lookup(files, "/spice-html5/main.js")->content_type, ==,
                  "text/javascript; charset=utf-8");
  g_assert_nonnull(web_files_lookup(files, "/spice-html5/thirdparty/rsa.js"));
  g_assert_cmpstr(index->etag, !=, web_files_lookup(files, "/app.js")->etag);
}

static void
test_nothing_else_exists(void)
{
  g_autoptr(TestSite) site = test_site_new();
  g_autoptr(WebFiles) files = web_files_load(site->web, site->spice, NULL);
  static const char *const paths[] = {
      "",           "/secret.key", "/../spice/main.js", "/spice-html5/spice.html",
      "//app.js",   "/app.js/",    "/%61pp.js",         "/spice-html5/../app.js",
      "/.hidden.js"};
  for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
    if (web_files_lookup(files, paths[i]) != NULL)
      g_error("%s is served", paths[i]);
}

static void
test_a_wrong_folder_is_told(void)
{
  g_autoptr(TestSite) site = test_site_new();
  g_autoptr(GError) error = NULL;
  g_assert_null(web_files_load(site->spice, site->spice, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_clear_error(&error);
  g_assert_null(web_files_load("/nonexistent", site->spice, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/web-files/known", test_known_files_have_type_and_tag);
  g_test_add_func("/web-files/nothing-else", test_nothing_else_exists);
  g_test_add_func("/web-files/wrong-folder", test_a_wrong_folder_is_told);
  return g_test_run();
}
