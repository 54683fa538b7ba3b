/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/route.h"

#include <string.h>

static RouteMatch
find(const char *method, const char *path, const Route **ret_route, GStrv *ret_parameters, char **ret_allow)
{
  *ret_route = NULL;
  *ret_parameters = NULL;
  *ret_allow = NULL;
  return route_find(method, path, ret_route, ret_parameters, ret_allow);
}

static void
test_found(void)
{
  const Route *route = NULL;
  g_auto(GStrv) parameters = NULL;
  g_autofree char *allow = NULL;
  RouteMatch match =
      find("PUT", "/api/v1/pools/office/entitlements/user/zo%C3%AB", &route, &parameters, &allow);
  g_assert_cmpint(match, ==, ROUTE_FOUND);
  g_assert_cmpstr(route->pattern, ==, "/api/v1/pools/{pool}/entitlements/{kind}/{subject}");
  const char *const expected[] = {"office", "user", "zoë", NULL};
  g_assert_cmpstrv(parameters, expected);
}

static void
test_head_is_get(void)
{
  const Route *route = NULL;
  g_auto(GStrv) parameters = NULL;
  g_autofree char *allow = NULL;
  g_assert_cmpint(find("HEAD", "/healthz", &route, &parameters, &allow), ==, ROUTE_FOUND);
}

static void
test_unknown_method_tells_the_others(void)
{
  const Route *route = NULL;
  g_auto(GStrv) parameters = NULL;
  g_autofree char *allow = NULL;
  g_assert_cmpint(find("PUT", "/api/v1/users/alice", &route, &parameters, &allow), ==, ROUTE_UNKNOWN_METHOD);
  g_assert_cmpstr(allow, ==, "GET, PATCH, DELETE");
}

static void
test_unknown_paths(void)
{
  static const char *const PATHS[] = {"",
                                      "/",
                                      "/api",
                                      "/api/v1",
                                      "/api/v1/",
                                      "/api/v1/users/",
                                      "/api/v1/users/a/b/c",
                                      "/API/v1/users",
                                      "/api/v1/us%65rs",
                                      "/api/v1//users",
                                      "/healthz/",
                                      "/api/v1/users/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o"};
  for (gsize i = 0; i < G_N_ELEMENTS(PATHS); i++) {
    const Route *route = NULL;
    g_auto(GStrv) parameters = NULL;
    g_autofree char *allow = NULL;
    RouteMatch match = find("GET", PATHS[i], &route, &parameters, &allow);
    if (match == ROUTE_FOUND)
      g_test_message("%s", PATHS[i]);
    g_assert_cmpint(match, !=, ROUTE_FOUND);
  }
}

static void
test_bad_parameters(void)
{
  static const char *const NAMES[] = {"%00", "%2F", "..%2fx", "%0a", "a%7F", "%ff", "%zz", "%C2%85"};
  for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
    const Route *route = NULL;
    g_auto(GStrv) parameters = NULL;
    g_autofree char *allow = NULL;
    g_autofree char *path = g_strconcat("/api/v1/users/", NAMES[i], NULL);
    g_assert_cmpint(find("GET", path, &route, &parameters, &allow), ==, ROUTE_BAD_PATH);
  }
}

static void
test_long_paths(void)
{
  g_autofree char *name = g_strnfill(3000, 'a');
  const Route *route = NULL;
  g_auto(GStrv) parameters = NULL;
  g_autofree char *allow = NULL;
  g_autofree char *path = g_strconcat("/api/v1/users/", name, NULL);
  g_assert_cmpint(find("GET", path, &route, &parameters, &allow), ==, ROUTE_BAD_PATH);
}

/* Only these rows may be reached by people who are not signed in. */
static void
test_public_routes_are_few(void)
{
  static const char *const PUBLIC[] = {"/api/v1/login",
                                       "/api/v1/sign-in-methods",
                                       "/api/v1/oidc/{authenticator}/begin",
                                       "/api/v1/oidc/{authenticator}/callback",
                                       "/api/v1/oidc/redeem",
                                       "/healthz",
                                       "/readyz",
                                       "/metrics",
                                       "/internal/join",
                                       "/api/v1/devices/challenge",
                                       "/api/v1/devices/enrol",
                                       "/api/v1/devices/enrolment/{device}",
                                       "/api/v1/devices/sign-in",
                                       NULL};
  for (const Route *route = route_table(); route->method != NULL; route++)
    if (route->permission == PERMISSION_PUBLIC)
      g_assert_true(g_strv_contains(PUBLIC, route->pattern));
}

static void
test_rows_are_whole(void)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (const Route *route = route_table(); route->method != NULL; route++) {
    g_assert_true(g_hash_table_add(seen, g_strconcat(route->method, " ", route->pattern, NULL)));
    g_assert_cmpint(route->permission, <, PERMISSIONS);
    g_assert_true((route->handler == NULL) == ((route->flags & ROUTE_WEBSOCKET) != 0));
    gboolean reads_only = strcmp(route->method, "GET") == 0 || strcmp(route->method, "DELETE") == 0;
    g_assert_true(reads_only == (route->body_limit == 0));
    g_assert_true(g_str_has_prefix(route->pattern, "/internal/") ==
                  (route->permission == PERMISSION_GATEWAY || route->permission == PERMISSION_HOST ||
                   route->permission == PERMISSION_BROKER || route->permission == PERMISSION_MACHINE ||
                   strcmp(route->pattern, "/internal/join") == 0));
  }
}

/* A row that asks for a permission on one thing has that thing first in its path. */
static void
test_objects(void)
{
  for (const Route *route = route_table(); route->method != NULL; route++) {
    if (route->reach == REACH_ONE) {
      g_autofree char *brace = g_strdup_printf("/{%s}", object_kind_name(route->object));
      const char *first = strchr(route->pattern, '{');
      g_assert_true(first != NULL && g_str_has_prefix(first - 1, brace));
    }
    if (route->permission < PERMISSION_ROLES_FIRST || route->permission >= PERMISSION_ROLES_END)
      g_assert_true(route->object == OBJECT_ROOT && route->reach == REACH_ALL);
    if (route->object != OBJECT_ROOT && strchr(route->pattern, '{') == NULL &&
        strcmp(route->method, "GET") != 0)
      g_assert_cmpint(route->reach, ==, REACH_ALL);
  }
}

/* Whoever sees nothing but lists may not change anything through them. */
static void
test_only_lists_reach_some(void)
{
  for (const Route *route = route_table(); route->method != NULL; route++)
    if (route->reach == REACH_SOME && route->object != OBJECT_ROOT) /* those of roles look for themselves */
      g_assert_cmpstr(route->method, ==, "GET");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/route/found", test_found);
  g_test_add_func("/route/head", test_head_is_get);
  g_test_add_func("/route/unknown-method", test_unknown_method_tells_the_others);
  g_test_add_func("/route/unknown-path", test_unknown_paths);
  g_test_add_func("/route/bad-parameter", test_bad_parameters);
  g_test_add_func("/route/long", test_long_paths);
  g_test_add_func("/route/public", test_public_routes_are_few);
  g_test_add_func("/route/rows", test_rows_are_whole);
  g_test_add_func("/route/objects", test_objects);
  g_test_add_func("/route/lists", test_only_lists_reach_some);
  return g_test_run();
}
