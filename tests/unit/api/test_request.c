/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/request.h"
#include "common/base/error.h"

#include <string.h>

static Request *
request_with(const char *name, const char *value)
{
  Request *request = g_new0(Request, 1);
  request->query = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  if (name != NULL)
    g_hash_table_insert(request->query, g_strdup(name), g_strdup(value));
  return request;
}

static void
test_page(void)
{
  static const struct {
    const char *limit;
    guint expected; /* 0: refused */
  } CASES[] = {{NULL, 100}, {"1", 1}, {"500", 500}, {"0", 0}, {"501", 0}, {"-1", 0}, {"1x", 0}, {"", 0}};
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(Request) request = request_with(CASES[i].limit != NULL ? "limit" : NULL, CASES[i].limit);
    g_autoptr(GError) error = NULL;
    Page page = {0};
    gboolean read = request_page(request, &page, &error);
    g_assert_true(read == (CASES[i].expected != 0));
    if (read)
      g_assert_cmpuint(page.limit, ==, CASES[i].expected);
    else
      g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

static void
test_unknown_query_names_are_refused(void)
{
  static const char *const NAMES[] = {"limit", NULL};
  g_autoptr(GError) error = NULL;
  g_autoptr(Request) request = request_with("limits", "1");
  gboolean known = request_check_query(request, NAMES, &error);
  g_assert_false(known);
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
}

static void
test_version(void)
{
  static const struct {
    const char *if_match;
    gint64 expected; /* -1: refused */
  } CASES[] = {{NULL, 0},    {"*", 0},      {"\"7\"", 7},    {"7", -1},
               {"\"\"", -1}, {"\"0\"", -1}, {"W/\"7\"", -1}, {"\"7\", \"8\"", -1}};
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(Request) request = request_with(NULL, NULL);
    request->if_match = g_strdup(CASES[i].if_match);
    g_autoptr(GError) error = NULL;
    gint64 version = -2;
    gboolean read = request_version(request, &version, &error);
    g_assert_true(read == (CASES[i].expected != -1));
    if (read)
      g_assert_cmpint(version, ==, CASES[i].expected);
  }
}

static void
test_body(void)
{
  static const char *const MEMBERS[] = {"name", NULL};
  static const struct {
    const char *text;
    gboolean taken;
  } CASES[] = {{NULL, TRUE},
               {"", TRUE},
               {"{}", TRUE},
               {"{\"name\":1}", TRUE},
               {"{\"other\":1}", FALSE},
               {"{\"name\":1,\"name\":2}", FALSE},
               {"[]", FALSE},
               {"{", FALSE},
               {"null", FALSE}};
  for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_autoptr(Request) request = request_with(NULL, NULL);
    if (CASES[i].text != NULL)
      request->body = g_bytes_new(CASES[i].text, strlen(CASES[i].text));
    g_autoptr(JsonObject) body = request_body(request, MEMBERS, NULL);
    g_assert_true((body != NULL) == CASES[i].taken);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/request/page", test_page);
  g_test_add_func("/request/query", test_unknown_query_names_are_refused);
  g_test_add_func("/request/version", test_version);
  g_test_add_func("/request/body", test_body);
  return g_test_run();
}
