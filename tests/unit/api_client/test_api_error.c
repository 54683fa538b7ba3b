/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_error.h"

#include "common/base/error.h"

#include <string.h>

static GError *
from_problem(guint status, const char *body)
{
  GError *error = NULL;
  api_error_from_problem("kvm.example:443", status, body, strlen(body), &error);
  g_assert_nonnull(error);
  g_assert_true(error->domain == CARAWAY_ERROR);
  return error;
}

static void
test_problem_keeps_code_sentence_and_reasons(void)
{
  g_autoptr(GError) error = from_problem(
      409, "{\"title\":\"Conflict\",\"status\":409,\"detail\":\"All desktops are in use.\","
           "\"code\":\"no-free-desktop\",\"reasons\":[\"kvm1 is in maintenance\",7,\"kvm2 is full\"]}");
  g_assert_cmpint(error->code, ==, CARAWAY_ERROR_NO_FREE_DESKTOP);
  g_assert_cmpstr(error->message, ==, "All desktops are in use.");
  const char *const *reasons = error_get_reasons(error);
  g_assert_cmpuint(g_strv_length((GStrv)reasons), ==, 2);
  g_assert_cmpstr(reasons[1], ==, "kvm2 is full");
}

static void
test_title_stands_in_for_detail(void)
{
  g_autoptr(GError) error = from_problem(403, "{\"title\":\"Forbidden\",\"code\":\"not-permitted\"}");
  g_assert_cmpint(error->code, ==, CARAWAY_ERROR_FORBIDDEN);
  g_assert_cmpstr(error->message, ==, "Forbidden");
  g_assert_null(error_get_reasons(error));
}

static void
test_other_answers_are_told_by_status(void)
{
  static const struct {
    guint status;
    const char *body;
    int code;
  } rows[] = {
      {401, "", CARAWAY_ERROR_UNAUTHENTICATED},
      {404, "<html>", CARAWAY_ERROR_NOT_FOUND},
      {412, "{}", CARAWAY_ERROR_STALE},
      {429, "{\"code\":7}", CARAWAY_ERROR_THROTTLED},
      {502, "Bad gateway", CARAWAY_ERROR_UNREACHABLE},
      {503, "[]", CARAWAY_ERROR_OVERLOADED},
      {302, "", CARAWAY_ERROR_PROTOCOL},
      {418, "{\"code\":\"x\\u001b[31m\"}", CARAWAY_ERROR_PROTOCOL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = from_problem(rows[i].status, rows[i].body);
    g_assert_cmpint(error->code, ==, rows[i].code);
    g_assert_nonnull(strstr(error->message, "kvm.example:443"));
  }
}

static void
test_network_errors(void)
{
  const struct {
    GQuark domain;
    int cause;
    GTlsCertificateFlags flags;
    int code;
  } rows[] = {
      {G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, 0, CARAWAY_ERROR_UNREACHABLE},
      {G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, 0, CARAWAY_ERROR_UNREACHABLE},
      {G_IO_ERROR, G_IO_ERROR_TIMED_OUT, 0, CARAWAY_ERROR_TIMED_OUT},
      {G_IO_ERROR, G_IO_ERROR_FAILED, 0, CARAWAY_ERROR_UNREACHABLE},
      {G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, 0, CARAWAY_ERROR_UNREACHABLE},
      {G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, G_TLS_CERTIFICATE_EXPIRED, CARAWAY_ERROR_UNTRUSTED},
      {G_TLS_ERROR, G_TLS_ERROR_NOT_TLS, 0, CARAWAY_ERROR_UNTRUSTED},
      {G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE, 0, CARAWAY_ERROR_UNTRUSTED},
      {G_FILE_ERROR, G_FILE_ERROR_IO, 0, CARAWAY_ERROR_UNREACHABLE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) cause = g_error_new_literal(rows[i].domain, rows[i].cause, "the cause");
    g_autoptr(GError) error = NULL;
    api_error_from_network("kvm.example:443", cause, rows[i].flags, &error);
    g_assert_error(error, CARAWAY_ERROR, rows[i].code);
    g_assert_nonnull(strstr(error->message, "kvm.example:443"));
  }
}

static void
test_cancel_stays_a_cancel(void)
{
  g_autoptr(GError) cause = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  g_autoptr(GError) error = NULL;
  api_error_from_network("kvm.example:443", cause, 0, &error);
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/api_error/problem_keeps_code_sentence_and_reasons",
                  test_problem_keeps_code_sentence_and_reasons);
  g_test_add_func("/api_error/title_stands_in_for_detail", test_title_stands_in_for_detail);
  g_test_add_func("/api_error/other_answers_are_told_by_status", test_other_answers_are_told_by_status);
  g_test_add_func("/api_error/network_errors", test_network_errors);
  g_test_add_func("/api_error/cancel_stays_a_cancel", test_cancel_stays_a_cancel);
  return g_test_run();
}
