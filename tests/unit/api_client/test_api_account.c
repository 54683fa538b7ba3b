/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_account.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/secret.h"
#include "tests/unit/api_client/parsed_answer.h"

static void
test_login_request(void)
{
  g_autoptr(ApiRequest) request = api_account_login_request("alice", "se\"cret");
  g_autofree char *body = json_object_text(request->body);
  g_assert_cmpstr(request->method, ==, "POST");
  g_assert_cmpstr(request->path, ==, "/login");
  g_assert_cmpstr(body, ==, "{\"user\":\"alice\",\"password\":\"se\\\"cret\"}");
}

static void
test_login_answer(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) login = parsed_answer_new(
      "{\"token\":\"t1\",\"expires\":1,\"user\":{\"id\":\"1\",\"name\":\"alice\",\"full_name\":null,"
      "\"roles\":[\"user\"],\"password_change_required\":true}}");
  char *token = api_account_token_from_login(login, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(token, ==, "t1");
  secret_free(token);
  g_autoptr(ApiAccount) account = api_account_from_login(login, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(account->name, ==, "alice");
  g_assert_cmpstr(account->full_name, ==, "");
  g_assert_cmpstr(account->roles[0], ==, "user");
  g_assert_true(account->password_change_required);
}

static void
test_bad_answers_are_refused(void)
{
  static const char *const texts[] = {
      "{}",
      "{\"id\":\"1\",\"name\":7}",
      "{\"id\":\"1\",\"name\":\"a\",\"roles\":\"user\"}",
      "{\"id\":\"1\",\"name\":\"a\",\"roles\":[1]}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(ApiAnswer) bad = parsed_answer_new(texts[i]);
    g_assert_null(api_account_from_answer(bad, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

static void
test_password_request(void)
{
  g_autoptr(ApiRequest) request = api_account_password_request("a", "b");
  g_autofree char *body = json_object_text(request->body);
  g_assert_cmpstr(request->path, ==, "/me/password");
  g_assert_cmpstr(body, ==, "{\"old\":\"a\",\"new\":\"b\"}");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/api_account/login_request", test_login_request);
  g_test_add_func("/api_account/login_answer", test_login_answer);
  g_test_add_func("/api_account/bad_answers_are_refused", test_bad_answers_are_refused);
  g_test_add_func("/api_account/password_request", test_password_request);
  return g_test_run();
}
