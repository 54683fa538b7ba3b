/* SPDX-License-Identifier: Apache-2.0 */
/* The small rules: names, passwords, throttle, back-off, entitlement, pool settings. */
#include "broker/policy/backoff.h"
#include "broker/policy/entitlement_decision.h"
#include "broker/policy/names.h"
#include "broker/policy/password_rules.h"
#include "broker/policy/throttle.h"
#include "common/base/error.h"

#define SECOND ((gint64)G_USEC_PER_SEC)

static void
test_names(void)
{
  static const struct {
    const char *name;
    gboolean valid;
  } cases[] = {
      {"6f9619ff-8b86-4011-b42d-00cf4fc964ff", FALSE},
      {"alice", TRUE},
      {"a", TRUE},
      {"kvm-1.lab_2", TRUE},
      {"9lives", TRUE},
      {NULL, FALSE},
      {"", FALSE},
      {"Alice", FALSE},
      {"-a", FALSE},
      {".hidden", FALSE},
      {"a b", FALSE},
      {"../etc", FALSE},
      {"a/b", FALSE},
      {"a\nb", FALSE},
      {"<b>", FALSE},
      {"аlice", FALSE},
      {"a'\"&", FALSE},
      {"alicé", FALSE},
      {"*)(uid=*", FALSE},
      {"6ba7b810-9dad-11d1-80b4-00c04fd430c8", FALSE}, /* it would be taken for the account of that id */
      {"6ba7b810-9dad-11d1-80b4-00c04fd430c", TRUE},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(names_is_valid(cases[i].name), ==, cases[i].valid);
  g_autofree char *longest = g_strnfill(63, 'a'), *too_long = g_strnfill(64, 'a');
  g_assert_true(names_is_valid(longest));
  g_assert_false(names_is_valid(too_long));
}

static void
test_texts(void)
{
  g_assert_true(names_check_text(NULL, 1, "title", NULL));
  g_assert_true(names_check_text("Zoë O'Neill <3", 100, "title", NULL));
  g_assert_false(names_check_text("12345", 4, "title", NULL));
  g_assert_false(names_check_text("a\nb", 100, "title", NULL));
  g_assert_false(names_check_text("\xff\xfe", 100, "title", NULL));
}

static void
test_passwords(void)
{
  static const struct {
    const char *password;
    guint problems;
  } cases[] = {
      {"correct horse", 0}, {"pässwörtchen", 0},  {"seven77", 1},    {"", 1},         {NULL, 1},
      {"Password", 1},      {"administrator", 1}, {"tab\there1", 1}, {"12345678", 1},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(GStrv) problems = password_rules_problems(cases[i].password, "administrator");
    g_assert_cmpuint(problems == NULL ? 0 : g_strv_length(problems), ==, cases[i].problems);
  }
  g_autofree char *huge = g_strnfill(257, 'x');
  g_assert_false(password_rules_check(huge, "alice", NULL));
}

static void
test_backoff(void)
{
  static const gint64 seconds[] = {0, 1, 2, 4, 8, 16, 32, 60, 60};
  for (guint failures = 0; failures < G_N_ELEMENTS(seconds); failures++)
    g_assert_cmpint(backoff_wait_us(failures, 60 * SECOND), ==, seconds[failures] * SECOND);
  g_assert_cmpint(backoff_wait_us(G_MAXUINT, 60 * SECOND), ==, 60 * SECOND);
}

static void
test_throttle(void)
{
  static const guint free_tries[THROTTLE_KINDS] = {5, 50, 100, 5, 5};
  for (int kind = 0; kind < THROTTLE_KINDS; kind++) {
    ThrottleState state = {0};
    for (guint i = 0; i < free_tries[kind]; i++)
      state = throttle_failed(&state, SECOND);
    g_assert_cmpint(throttle_wait_us((ThrottleKind)kind, &state, SECOND), ==, 0);
    state = throttle_failed(&state, SECOND);
    g_assert_cmpint(throttle_wait_us((ThrottleKind)kind, &state, SECOND), ==, SECOND);
    g_assert_cmpint(throttle_wait_us((ThrottleKind)kind, &state, 2 * SECOND), ==, 0);
    state = throttle_failed(&state, SECOND);
    g_assert_cmpint(throttle_wait_us((ThrottleKind)kind, &state, SECOND), ==, 2 * SECOND);
    g_assert_true(throttle_is_over(&state, SECOND + 15 * 60 * SECOND));
    state = throttle_failed(&state, SECOND + 15 * 60 * SECOND);
    g_assert_cmpuint(state.failures, ==, 1);
  }
}

/* Failures of a known device are kept by the wall clock. */
static void
test_throttle_clock_set_back(void)
{
  const ThrottleState state = {20, 3600 * SECOND};
  g_assert_cmpint(throttle_wait_us(THROTTLE_DEVICE, &state, 3600 * SECOND), ==, 60 * SECOND);
  g_assert_cmpint(throttle_wait_us(THROTTLE_DEVICE, &state, 3541 * SECOND), >, 0); /* by a little */
  g_assert_cmpint(throttle_wait_us(THROTTLE_DEVICE, &state, SECOND), ==, 0);
  g_assert_cmpuint(throttle_failed(&state, SECOND).failures, ==, 1);
}

static void
test_throttle_networks(void)
{
  static const struct {
    const char *address, *network;
  } rows[] = {{"198.51.100.7", "198.51.100.7"},        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
              {"2001:db8:1:2::1", "2001:db8:1:2::"},   {"2001:db8:1:3::1", "2001:db8:1:3::"},
              {"::ffff:198.51.100.7", "198.51.100.7"}, {"", ""},
              {"not an address", "not an address"}};
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *network = throttle_network(rows[i].address);
    g_assert_cmpstr(network, ==, rows[i].network);
  }
}

static void
test_entitlement(void)
{
  for (int bits = 0; bits < 8; bits++) {
    const EntitlementFacts facts = {.user = "alice",
                                    .pool = "office",
                                    .disabled = (bits & 1) != 0,
                                    .entitled = (bits & 2) != 0,
                                    .group_entitled = (bits & 4) != 0};
    g_autofree char *reason = NULL;
    gboolean expected = !facts.disabled && (facts.entitled || facts.group_entitled);
    g_assert_cmpint(entitlement_decision_allows(&facts, &reason), ==, expected);
    g_assert_nonnull(strstr(reason, "alice"));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/rules/names", test_names);
  g_test_add_func("/rules/texts", test_texts);
  g_test_add_func("/rules/passwords", test_passwords);
  g_test_add_func("/rules/backoff", test_backoff);
  g_test_add_func("/rules/throttle", test_throttle);
  g_test_add_func("/rules/throttle/clock", test_throttle_clock_set_back);
  g_test_add_func("/rules/throttle/networks", test_throttle_networks);
  g_test_add_func("/rules/entitlement", test_entitlement);
  return g_test_run();
}
