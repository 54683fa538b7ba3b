/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_request.h"

static void
test_path_is_escaped(void)
{
  g_autoptr(ApiRequest) request = api_request_new("GET", "pools", "a b/../ü?#", "connect", NULL);
  g_assert_cmpstr(request->path, ==, "/pools/a%20b%2F..%2F%C3%BC%3F%23/connect");
}

static void
test_query_is_appended(void)
{
  g_autoptr(ApiRequest) request = api_request_new("GET", "users", NULL);
  api_request_add_query(request, "limit", "500");
  api_request_add_query(request, "cursor", "a&b=c");
  g_assert_cmpstr(request->path, ==, "/users?limit=500&cursor=a%26b%3Dc");
}

static void
test_idempotency_keys_differ(void)
{
  g_autoptr(ApiRequest) one = api_request_new("POST", "pools", NULL);
  g_autoptr(ApiRequest) two = api_request_new("POST", "pools", NULL);
  api_request_make_idempotent(one);
  api_request_make_idempotent(two);
  g_assert_true(g_uuid_string_is_valid(one->idempotency_key));
  g_assert_cmpstr(one->idempotency_key, !=, two->idempotency_key);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/api_request/path_is_escaped", test_path_is_escaped);
  g_test_add_func("/api_request/query_is_appended", test_query_is_appended);
  g_test_add_func("/api_request/idempotency_keys_differ", test_idempotency_keys_differ);
  return g_test_run();
}
