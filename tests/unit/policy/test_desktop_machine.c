/* SPDX-License-Identifier: Apache-2.0 */
/* Every cell of the desktop's state machine, written out a second time by hand, and what must hold over all.
 */
#include "broker/policy/desktop_machine.h"

/* A cell: N S A R is the assignment after, small letters are effects. */
static const struct {
  char letter;
  DesktopEffects effect;
} letters[] = {
    {'e', DESKTOP_EFFECT_RAISE_EPOCH}, {'d', DESKTOP_EFFECT_DESTROY},       {'l', DESKTOP_EFFECT_RELEASE},
    {'f', DESKTOP_EFFECT_FORGET},      {'r', DESKTOP_EFFECT_SESSION_READY}, {'x', DESKTOP_EFFECT_SESSION_END},
    {'o', DESKTOP_EFFECT_SIGN_OUT},    {'s', DESKTOP_EFFECT_SHUT_DOWN},     {'m', DESKTOP_EFFECT_REMAKE},
    {'?', DESKTOP_EFFECT_MISS},        {'!', DESKTOP_EFFECT_REFUSE},
};

/* READY CLAIM ASSIGN OPEN LEAVE RECLONE KEEP STOP OFF FAIL UNMADE UNASSIGN RETIRE GONE */
static const char *const cells[POOL_KINDS][ASSIGNMENTS] = {
    [POOL_FLOATING] =
        {
            [ASSIGNMENT_NONE] = "S Ae N! N! N N N N Rd Rd Rd N! Rd Rf",
            [ASSIGNMENT_SPARE] = "S Ae S! S! S S S S Rd Rd Rd S! Rd Rf",
            [ASSIGNMENT_ASSIGNED] = "Ar A! A! A! Rdx Rdx Rdx Rdx Rdx Rdx Rdx A! Rdx Rfx",
            [ASSIGNMENT_RECYCLING] = "R R! R! R! R R R R R R R R! R Rf",
        },
    [POOL_DEDICATED] =
        {
            [ASSIGNMENT_NONE] = "S Ae Ae N! N N N N Rd Rd Rd N! Rd Rf",
            [ASSIGNMENT_SPARE] = "S Ae Ae S! S S S S Rd Rd Rd S! Rd Rf",
            [ASSIGNMENT_ASSIGNED] = "Ar A! A! Ae Ax Rdxm Aox Asx Ax Ax Rdx Rdx Rdx Ax?",
            [ASSIGNMENT_RECYCLING] = "R R! R! R! R R R R R R R R! R Rf",
        },
    [POOL_MANUAL] =
        {
            [ASSIGNMENT_NONE] = "S N! Ae N! N N N N S N Rf N! Rl N?",
            [ASSIGNMENT_SPARE] = "S S! Ae S! S S S S S S Rf S! Rl S?",
            [ASSIGNMENT_ASSIGNED] = "Ar A! A! Ae Ax Aox Aox Asx Ax Ax Rfx Seox Rlx Ax?",
            [ASSIGNMENT_RECYCLING] = "R R! R! R! R R R R R R R R! R Rf",
        },
};

static DesktopStep
read_cell(const char *cell)
{
  static const char assignments[] = {[ASSIGNMENT_NONE] = 'N',
                                     [ASSIGNMENT_SPARE] = 'S',
                                     [ASSIGNMENT_ASSIGNED] = 'A',
                                     [ASSIGNMENT_RECYCLING] = 'R'};
  DesktopStep step = {0};
  for (int i = 0; i < ASSIGNMENTS; i++)
    if (assignments[i] == cell[0])
      step.assignment = (Assignment)i;
  for (const char *letter = cell + 1; *letter != '\0'; letter++)
    for (guint i = 0; i < G_N_ELEMENTS(letters); i++)
      if (letters[i].letter == *letter)
        step.effects |= letters[i].effect;
  return step;
}

static void
test_cells(void)
{
  for (int kind = 0; kind < POOL_KINDS; kind++)
    for (int before = 0; before < ASSIGNMENTS; before++) {
      g_auto(GStrv) row = g_strsplit(cells[kind][before], " ", -1);
      g_assert_cmpuint(g_strv_length(row), ==, DESKTOP_EVENTS);
      for (int event = 0; event < DESKTOP_EVENTS; event++) {
        DesktopStep wanted = read_cell(row[event]);
        DesktopStep step = desktop_machine_step((PoolKind)kind, (Assignment)before, (DesktopEvent)event);
        g_test_message("kind %d, assignment %d, event %d: %s", kind, before, event, row[event]);
        g_assert_cmpint(step.assignment, ==, wanted.assignment);
        g_assert_cmpint((int)step.effects, ==, (int)wanted.effects);
      }
    }
}

/* What somebody was given in a floating pool is never anybody's again (I5). */
static void
test_floating_is_never_handed_on(void)
{
  for (int before = ASSIGNMENT_ASSIGNED; before <= ASSIGNMENT_RECYCLING; before++)
    for (int event = 0; event < DESKTOP_EVENTS; event++) {
      DesktopStep step = desktop_machine_step(POOL_FLOATING, (Assignment)before, (DesktopEvent)event);
      g_assert_cmpint(step.assignment, >=, before);
    }
}

static void
test_manual_is_never_destroyed(void)
{
  for (int before = 0; before < ASSIGNMENTS; before++)
    for (int event = 0; event < DESKTOP_EVENTS; event++) {
      DesktopStep step = desktop_machine_step(POOL_MANUAL, (Assignment)before, (DesktopEvent)event);
      g_assert_false(step.effects & (DESKTOP_EFFECT_DESTROY | DESKTOP_EFFECT_REMAKE));
    }
}

/* What its owner worked in goes only by the pool's own rule or an administrator's word. */
static void
test_dedicated_is_kept(void)
{
  for (int event = 0; event < DESKTOP_EVENTS; event++) {
    DesktopStep step = desktop_machine_step(POOL_DEDICATED, ASSIGNMENT_ASSIGNED, (DesktopEvent)event);
    gboolean is_wanted = event == DESKTOP_EVENT_LOG_OFF_RECLONE || event == DESKTOP_EVENT_UNMADE ||
                         event == DESKTOP_EVENT_UNASSIGN || event == DESKTOP_EVENT_RETIRE;
    g_assert_cmpint((step.effects & DESKTOP_EFFECT_DESTROY) != 0, ==, is_wanted);
    g_assert_cmpint(step.assignment == ASSIGNMENT_ASSIGNED, ==, !is_wanted);
    g_assert_false(step.effects & DESKTOP_EFFECT_FORGET);
  }
}

/* A refusal changes nothing, and who loses a desktop loses its session. */
static void
test_effects_fit(void)
{
  for (int kind = 0; kind < POOL_KINDS; kind++)
    for (int before = 0; before < ASSIGNMENTS; before++)
      for (int event = 0; event < DESKTOP_EVENTS; event++) {
        DesktopStep step = desktop_machine_step((PoolKind)kind, (Assignment)before, (DesktopEvent)event);
        if (step.effects & DESKTOP_EFFECT_REFUSE) {
          g_assert_cmpint(step.assignment, ==, before);
          g_assert_cmpint((int)step.effects, ==, DESKTOP_EFFECT_REFUSE);
        }
        if (before == ASSIGNMENT_ASSIGNED && step.assignment != ASSIGNMENT_ASSIGNED)
          g_assert_true(step.effects & DESKTOP_EFFECT_SESSION_END);
        if (before != ASSIGNMENT_ASSIGNED && step.assignment == ASSIGNMENT_ASSIGNED)
          g_assert_true(step.effects & DESKTOP_EFFECT_RAISE_EPOCH);
      }
}

static void
test_log_off_events(void)
{
  g_assert_cmpint(desktop_machine_log_off(POOL_LOGOFF_RECLONE), ==, DESKTOP_EVENT_LOG_OFF_RECLONE);
  g_assert_cmpint(desktop_machine_log_off(POOL_LOGOFF_KEEP), ==, DESKTOP_EVENT_LOG_OFF_KEEP);
  g_assert_cmpint(desktop_machine_log_off(POOL_LOGOFF_STOP), ==, DESKTOP_EVENT_LOG_OFF_STOP);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/desktop-machine/cells", test_cells);
  g_test_add_func("/desktop-machine/floating-is-never-handed-on", test_floating_is_never_handed_on);
  g_test_add_func("/desktop-machine/manual-is-never-destroyed", test_manual_is_never_destroyed);
  g_test_add_func("/desktop-machine/dedicated-is-kept", test_dedicated_is_kept);
  g_test_add_func("/desktop-machine/effects-fit", test_effects_fit);
  g_test_add_func("/desktop-machine/log-off-events", test_log_off_events);
  return g_test_run();
}
