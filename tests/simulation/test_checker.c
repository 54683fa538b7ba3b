/* SPDX-License-Identifier: Apache-2.0 */
/* The checker on histories written by hand: it must see each thing that is wrong, and nothing where nothing
 * is. */
#include "tests/simulation/checker.h"

#define S ((gint64)G_USEC_PER_SEC)
#define E1                                                                                                   \
  {                                                                                                          \
    1, 1                                                                                                     \
  }
#define E2                                                                                                   \
  {                                                                                                          \
    1, 2                                                                                                     \
  }

typedef struct {
  const char *name;
  const char *rule; /* NULL: nothing is wrong */
  Event events[12];
} Case;

#define SIZE(n)                                                                                              \
  {.kind = EVENT_RESIZE, .call = 100 + n, .number = n},                                                      \
  {                                                                                                          \
    .kind = EVENT_DONE, .call = 100 + n                                                                      \
  }
#define ROW(who, what, when)                                                                                 \
  {                                                                                                          \
    .kind = EVENT_DESKTOP_ROW, .desktop = "d1", .host = "kvm1", .user = who, .text = what, .epoch = when     \
  }
#define OTHER_ROW(id, who, what)                                                                             \
  {                                                                                                          \
    .kind = EVENT_DESKTOP_ROW, .desktop = id, .host = "kvm1", .user = who, .text = what, .epoch = E1         \
  }
#define SESSION_ROW(who, what)                                                                               \
  {                                                                                                          \
    .kind = EVENT_SESSION_ROW, .session = "s1", .desktop = "d1", .host = "kvm1", .user = who, .text = what   \
  }
#define ANSWER(who, owner, id, on)                                                                           \
  {                                                                                                          \
    .kind = EVENT_SESSION, .user = who, .key = "k1", .session = id, .desktop = on, .host = "kvm1",           \
    .text = owner                                                                                            \
  }
#define GRANT(who, when)                                                                                     \
  {                                                                                                          \
    .kind = EVENT_GRANT, .user = who, .key = "g1", .session = "s1", .desktop = "d1", .host = "kvm1",         \
    .text = who, .epoch = when                                                                               \
  }
#define CONSOLE(who, at)                                                                                     \
  {                                                                                                          \
    .kind = EVENT_CONSOLE, .user = who, .key = "g1", .session = "s1", .desktop = "d1", .host = "kvm1",       \
    .time_us = at                                                                                            \
  }
#define GIVEN ROW(NULL, "spare", E1), ROW("anna", "assigned", E2), SESSION_ROW("anna", "ready")

static const Case cases[] = {
    {"nothing wrong",
     NULL,
     {SIZE(2), GIVEN, ANSWER("anna", "anna", "s1", "d1"), GRANT("anna", E2), CONSOLE("anna", 5 * S)}},
    {"answered and not stored", "durable", {ANSWER("anna", "anna", "s1", "d1"), {.kind = EVENT_SETTLED}}},
    {"somebody else's session", "one-owner", {GIVEN, ANSWER("bert", "anna", "s1", "d1")}},
    {"desktop for a second user", "one-owner", {GIVEN, ROW("bert", "assigned", E2)}},
    {"back to the pool", "one-owner", {GIVEN, ROW(NULL, "spare", E2)}},
    {"session moved",
     "one-owner",
     {GIVEN, ANSWER("anna", "anna", "s1", "d1"), ANSWER("anna", "anna", "s1", "d2")}},
    {"epoch as before", "epoch", {ROW(NULL, "spare", E1), ROW("anna", "assigned", E1)}},
    {"epoch falls", "epoch", {ROW("anna", "assigned", E2), ROW("anna", "assigned", E1)}},
    {"key forgotten",
     "idempotent",
     {GIVEN, ANSWER("anna", "anna", "s1", "d1"), ANSWER("anna", "anna", "s2", "d2")}},
    {"two desktops of one",
     "quota",
     {OTHER_ROW("d1", "anna", "assigned"), OTHER_ROW("d2", "anna", "assigned"), {.kind = EVENT_SETTLED}}},
    {"beyond the size",
     "quota",
     {SIZE(1), OTHER_ROW("d1", NULL, "none"), OTHER_ROW("d2", NULL, "none"), {.kind = EVENT_BROKER_DIED}}},
    {"what leaves does not count",
     NULL,
     {SIZE(1),
      OTHER_ROW("d1", NULL, "recycling"),
      OTHER_ROW("d2", NULL, "none"),
      {.kind = EVENT_BROKER_DIED}}},
    {"on two hosts",
     "one-host",
     {{.kind = EVENT_MACHINE_STARTED, .desktop = "d1", .host = "kvm1"},
      {.kind = EVENT_MACHINE_STARTED, .desktop = "d1", .host = "kvm2"}}},
    {"made again",
     "one-host",
     {{.kind = EVENT_MACHINE_STARTED, .desktop = "d1", .host = "kvm1"},
      {.kind = EVENT_MACHINE_STOPPED, .desktop = "d1", .host = "kvm1", .text = "destroyed"},
      {.kind = EVENT_MACHINE_STARTED, .desktop = "d1", .host = "kvm2"}}},
    {"ended without a reason",
     "durable",
     {{.kind = EVENT_LINK_UP, .host = "kvm1"}, GIVEN, SESSION_ROW("anna", "ended")}},
    {"ended because the machine failed",
     NULL,
     {{.kind = EVENT_LINK_UP, .host = "kvm1"},
      GIVEN,
      {.kind = EVENT_MACHINE_STOPPED, .desktop = "d1", .host = "kvm1", .text = "failed"},
      SESSION_ROW("anna", "ended")}},
    {"ended a moment after the link broke",
     "durable",
     {{.kind = EVENT_LINK_DOWN, .host = "kvm1", .time_us = 10 * S},
      GIVEN,
      {.kind = EVENT_SESSION_ROW,
       .session = "s1",
       .desktop = "d1",
       .host = "kvm1",
       .user = "anna",
       .text = "ended",
       .time_us = 12 * S}}},
    {"ended long after the link broke",
     NULL,
     {{.kind = EVENT_LINK_DOWN, .host = "kvm1", .time_us = 10 * S},
      GIVEN,
      {.kind = EVENT_SESSION_ROW,
       .session = "s1",
       .desktop = "d1",
       .host = "kvm1",
       .user = "anna",
       .text = "ended",
       .time_us = 50 * S}}},
    {"logged off and there again",
     "durable",
     {GIVEN,
      {.kind = EVENT_LOG_OFF, .call = 7, .user = "anna", .session = "s1"},
      SESSION_ROW("anna", "ended"),
      {.kind = EVENT_DONE, .call = 7, .user = "anna"},
      SESSION_ROW("anna", "disconnected")}},
    {"disabled and still in",
     "shut-out",
     {GIVEN,
      {.kind = EVENT_DISABLE, .call = 7, .user = "anna"},
      {.kind = EVENT_DONE, .call = 7, .user = "anna"},
      {.kind = EVENT_SETTLED}}},
    {"disabled and let in",
     "shut-out",
     {{.kind = EVENT_DISABLE, .call = 7, .user = "anna"},
      {.kind = EVENT_DONE, .call = 7, .user = "anna"},
      ANSWER("anna", "anna", "s1", "d1")}},
    {"grant of an old epoch", "grant", {GIVEN, ANSWER("anna", "anna", "s1", "d1"), GRANT("anna", E1)}},
    {"grant for another's desktop", "grant", {GIVEN, GRANT("bert", E2)}},
    {"let in without a grant", "grant", {GIVEN, CONSOLE("anna", S)}},
    {"let in twice",
     "grant",
     {GIVEN, ANSWER("anna", "anna", "s1", "d1"), GRANT("anna", E2), CONSOLE("anna", S),
      CONSOLE("anna", 2 * S)}},
    {"let in too late",
     "grant",
     {{.kind = EVENT_CLOCK_STEP, .time_us = -S},
      GIVEN,
      ANSWER("anna", "anna", "s1", "d1"),
      GRANT("anna", E2),
      CONSOLE("anna", 60 * S)}},
    {"machine that nobody knows",
     "orphan",
     {{.kind = EVENT_MACHINE_STARTED, .desktop = "d1", .host = "kvm1"},
      {.kind = EVENT_FINAL_MACHINE, .desktop = "d1", .host = "kvm1"},
      {.kind = EVENT_SETTLED}}},
    {"row without a machine", "orphan", {ROW(NULL, "spare", E1), {.kind = EVENT_SETTLED}}},
    {"pool not filled", "recovery", {SIZE(3), {.kind = EVENT_FINAL_POOL, .wanted = 2}}},
    {"pool filled as far as it can",
     NULL,
     {SIZE(1), ROW("anna", "assigned", E2), {.kind = EVENT_FINAL_POOL, .wanted = 2}}},
    {"nobody gets on", "recovery", {{.kind = EVENT_FINAL_CONNECT, .user = "anna", .text = "host-gone"}}},
    {"an old term is obeyed",
     "term",
     {{.kind = EVENT_WELCOMED, .host = "kvm1", .number = 4},
      {.kind = EVENT_OBEYED, .host = "kvm1", .desktop = "d1", .number = 3}}},
    {"a term is obeyed before the next welcome",
     NULL,
     {{.kind = EVENT_WELCOMED, .host = "kvm1", .number = 3},
      {.kind = EVENT_LINK_UP, .host = "kvm1", .number = 4},
      {.kind = EVENT_OBEYED, .host = "kvm1", .desktop = "d1", .number = 3}}},
    {"an old link is believed",
     "term",
     {{.kind = EVENT_LINK_UP, .host = "kvm1", .number = 4},
      {.kind = EVENT_HEARD, .host = "kvm1", .number = 3}}},
    {"a spare of another broker than the keeper",
     "one-keeper",
     {{.kind = EVENT_BROKER_STARTED, .number = 1},
      {.kind = EVENT_KEEPER, .number = 1},
      {.kind = EVENT_DESKTOP_ROW,
       .desktop = "d1",
       .host = "kvm1",
       .text = "none",
       .epoch = E1,
       .broker = 2}}},
    {"made for whoever connects",
     NULL,
     {{.kind = EVENT_KEEPER, .number = 1},
      {.kind = EVENT_DESKTOP_ROW,
       .desktop = "d1",
       .host = "kvm1",
       .user = "anna",
       .text = "assigned",
       .epoch = E1,
       .broker = 2}}},
    {"nobody keeps the pools",
     "recovery",
     {{.kind = EVENT_BROKER_STARTED, .number = 1},
      {.kind = EVENT_KEEPER, .number = 1},
      {.kind = EVENT_BROKER_DIED, .number = 1},
      {.kind = EVENT_SETTLED}}},
    {"given up while its broker was stopped",
     NULL,
     {{.kind = EVENT_LINK_UP, .host = "kvm1", .broker = 1, .number = 4, .time_us = S},
      GIVEN,
      {.kind = EVENT_BROKER_STOPPED, .number = 1, .time_us = 10 * S},
      {.kind = EVENT_SESSION_ROW,
       .session = "s1",
       .desktop = "d1",
       .host = "kvm1",
       .user = "anna",
       .text = "ended",
       .time_us = 50 * S}}},
    {"let in again by a call that is not answered yet",
     NULL,
     {GIVEN,
      {.kind = EVENT_ENABLE, .call = 6, .user = "anna"},
      {.kind = EVENT_DISABLE, .call = 7, .user = "anna"},
      {.kind = EVENT_DONE, .call = 7, .user = "anna"},
      {.kind = EVENT_BROKER_STOPPED}}},
    {"never quiet", "recovery", {{.kind = EVENT_NOT_QUIET, .text = "a command"}}},
};

static void
test_case(gconstpointer data)
{
  const Case *one = data;
  g_autoptr(History) history = history_new();
  for (guint i = 0; i < G_N_ELEMENTS(one->events) && (i == 0 || one->events[i].kind != EVENT_CONNECT); i++)
    history_add(history, &one->events[i]);
  g_autoptr(GPtrArray) violations = checker_judge(history);
  const Violation *first = violations->len > 0 ? g_ptr_array_index(violations, 0) : NULL;
  if (first != NULL)
    g_test_message("%s", first->sentence);
  g_assert_cmpstr(first != NULL ? first->rule : NULL, ==, one->rule);
}

static void
test_explains(void)
{
  const Event events[] = {ROW(NULL, "spare", E1), OTHER_ROW("d7", NULL, "spare"),
                          ROW("anna", "assigned", E1)};
  g_autoptr(History) history = history_new();
  for (guint i = 0; i < G_N_ELEMENTS(events); i++)
    history_add(history, &events[i]);
  g_autoptr(GPtrArray) violations = checker_judge(history);
  g_assert_cmpuint(violations->len, ==, 1);
  g_autofree char *text = checker_explain(history, g_ptr_array_index(violations, 0));
  g_assert_nonnull(strstr(text, "desktop=d1"));
  g_assert_null(strstr(text, "desktop=d7")); /* has nothing to do with it */
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *path = g_strconcat("/checker/", cases[i].name, NULL);
    g_test_add_data_func(path, &cases[i], test_case);
  }
  g_test_add_func("/checker/explains", test_explains);
  return g_test_run();
}
