/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/problem_text.h"

#include <gio/gio.h>
#include <string.h>

/* Codes that no person meets at the client: between machines, or of an administrator's command. Every other
 * must not read "Something went wrong", so a new code needs its words here or its place in this list. */
static const CarawayErrorCode codes_of_machines[] = {
    CARAWAY_ERROR_INTERNAL,    CARAWAY_ERROR_PORT_TAKEN, CARAWAY_ERROR_JOIN_TOKEN,
    CARAWAY_ERROR_STALE_EPOCH, CARAWAY_ERROR_CONFIG,
};

static gboolean
is_of_machines(int code)
{
  for (gsize i = 0; i < G_N_ELEMENTS(codes_of_machines); i++) {
    if ((int)codes_of_machines[i] == code)
      return TRUE;
  }
  return FALSE;
}

static void
test_people_get_words(void)
{
  const char *fallback = problem_text_title(CARAWAY_ERROR_INTERNAL);
  for (int code = 0; code < CARAWAY_ERROR_LAST; code++) {
    g_test_message("%s", error_code_name(code));
    g_assert_cmpint(strcmp(problem_text_title(code), fallback) == 0, ==, is_of_machines(code));
    g_assert_cmpuint(strlen(problem_text_advice(code)), >=, 10);
  }
}

static void
test_every_code_has_text(void)
{
  for (int code = 0; code < CARAWAY_ERROR_LAST; code++) {
    g_assert_nonnull(problem_text_title(code));
    g_assert_true(g_str_has_suffix(problem_text_advice(code), "."));
  }
}

static void
test_detail_lists_reasons(void)
{
  g_autoptr(GError) error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_NO_CAPACITY, "No host has room.");
  const char *reasons[] = {"kvm1 is in maintenance", "kvm2 has 1.2 GiB", NULL};
  error_set_reasons(error, reasons);
  g_autofree char *detail = problem_text_detail(error);
  g_assert_cmpstr(detail, ==,
                  "No host has room.\n• kvm1 is in maintenance\n• kvm2 has 1.2 GiB\nCode: no-capacity");
}

static void
test_foreign_errors_get_codes(void)
{
  const struct {
    GQuark domain;
    int code;
    CarawayErrorCode expected;
  } rows[] = {
      {G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, CARAWAY_ERROR_UNREACHABLE},
      {G_IO_ERROR, G_IO_ERROR_TIMED_OUT, CARAWAY_ERROR_TIMED_OUT},
      {G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, CARAWAY_ERROR_UNREACHABLE},
      {G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, CARAWAY_ERROR_UNTRUSTED},
      {G_TLS_ERROR, G_TLS_ERROR_EOF, CARAWAY_ERROR_UNREACHABLE},
      {CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE, CARAWAY_ERROR_NO_SPACE},
      {G_FILE_ERROR, G_FILE_ERROR_ACCES, CARAWAY_ERROR_INTERNAL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = g_error_new_literal(rows[i].domain, rows[i].code, "x");
    g_assert_cmpint(problem_text_code(error), ==, rows[i].expected);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/problem-text/people-get-words", test_people_get_words);
  g_test_add_func("/problem-text/every-code-has-text", test_every_code_has_text);
  g_test_add_func("/problem-text/detail-lists-reasons", test_detail_lists_reasons);
  g_test_add_func("/problem-text/foreign-errors-get-codes", test_foreign_errors_get_codes);
  return g_test_run();
}
