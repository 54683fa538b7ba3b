/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/answer_seal.h"

#include "common/base/error.h"

static char *
seal(const char *secret)
{
  g_autoptr(Answer) answer = answer_new();
  answer_set_text(answer, 201, "application/json", g_strdup("{\"token\":\"cwj1.host.secret\"}"));
  answer_set_header(answer, "ETag", "\"7\"");
  return answer_seal(answer, secret);
}

static void
test_round_trip(void)
{
  g_autofree char *text = seal("my key");
  g_autoptr(GError) error = NULL;
  g_autoptr(Answer) answer = answer_unseal(text, "my key", &error);
  g_assert_no_error(error);
  g_assert_cmpuint(answer->status, ==, 201);
  g_assert_cmpstr(answer->content_type, ==, "application/json");
  g_assert_cmpstr(answer->body, ==, "{\"token\":\"cwj1.host.secret\"}");
  g_assert_cmpstr(g_hash_table_lookup(answer->headers, "ETag"), ==, "\"7\"");
}

static void
test_without_body(void)
{
  g_autoptr(Answer) answer = answer_new();
  g_autofree char *text = answer_seal(answer, "my key");
  g_autoptr(Answer) again = answer_unseal(text, "my key", NULL);
  g_assert_nonnull(again);
  g_assert_cmpuint(again->status, ==, 204);
  g_assert_null(again->body);
}

static void
test_is_secret(void)
{
  g_autofree char *text = seal("my key");
  g_autofree char *again = seal("my key");
  gsize size;
  g_autofree guchar *bytes = g_base64_decode(text, &size);
  g_assert_null(g_strstr_len((const char *)bytes, (gssize)size, "secret"));
  g_assert_cmpstr(text, !=, again);
}

static void
test_others_cannot_open_it(void)
{
  g_autofree char *text = seal("my key");
  g_autofree char *damaged = g_strdup(text);
  damaged[40] = damaged[40] == 'A' ? 'B' : 'A';
  const struct {
    const char *text, *secret;
  } wrong[] = {{text, "another key"}, {damaged, "my key"}, {"", "my key"}, {"AAAA", "my key"}};
  for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(answer_unseal(wrong[i].text, wrong[i].secret, &error));
    g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/answer-seal/round-trip", test_round_trip);
  g_test_add_func("/answer-seal/no-body", test_without_body);
  g_test_add_func("/answer-seal/secret", test_is_secret);
  g_test_add_func("/answer-seal/others", test_others_cannot_open_it);
  return g_test_run();
}
