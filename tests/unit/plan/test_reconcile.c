/* SPDX-License-Identifier: Apache-2.0 */
/* Guards INVARIANTS I1 and I4: after a crash everything is owned or removed, and what is not ours is not
 * touched. */
#include "host/plan/reconcile.h"

#define OURS   "11111111-2222-4333-8444-555555555555"
#define THEIRS "99999999-2222-4333-8444-555555555555"
#define ID     "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"
#define OTHER  "5f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"

static const char *const no_overlays[] = {NULL};

static const DesktopRecord *
record_of(DesktopRecord *record, const char *id, DesktopStage stage)
{
  *record = (DesktopRecord){.id = (char *)id, .installation = (char *)OURS, .stage = stage};
  return record;
}

static ReconcileAction
only_action(GArray *steps, const char *id)
{
  g_autoptr(GArray) owned = steps;
  g_assert_cmpuint(owned->len, ==, 1);
  const ReconcileStep *step = &g_array_index(owned, ReconcileStep, 0);
  g_assert_cmpstr(step->id, ==, id);
  return step->action;
}

static void
test_every_stage(void)
{
  static const struct {
    DesktopStage stage;
    ReconcileAction without_domain, with_domain;
  } cases[] = {
      {DESKTOP_STAGE_CREATING, RECONCILE_CREATE_AGAIN, RECONCILE_ADOPT},
      {DESKTOP_STAGE_RUNNING, RECONCILE_FAIL, RECONCILE_ADOPT},
      {DESKTOP_STAGE_OFF, RECONCILE_KEEP, RECONCILE_ADOPT},
      {DESKTOP_STAGE_FAILED, RECONCILE_KEEP, RECONCILE_DESTROY},
      {DESKTOP_STAGE_DESTROYING, RECONCILE_DESTROY, RECONCILE_DESTROY},
  };
  const ReconcileDomain domain = {ID, "caraway-a", OURS};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    DesktopRecord record;
    const DesktopRecord *records[] = {record_of(&record, ID, cases[i].stage)};
    g_assert_cmpint(only_action(reconcile_start(OURS, records, 1, NULL, 0, no_overlays), ID), ==,
                    cases[i].without_domain);
    g_assert_cmpint(only_action(reconcile_start(OURS, records, 1, &domain, 1, no_overlays), ID), ==,
                    cases[i].with_domain);
  }
}

static void
test_destroyed_ones_need_nothing(void)
{
  DesktopRecord record;
  const DesktopRecord *records[] = {record_of(&record, ID, DESKTOP_STAGE_DESTROYED)};
  g_autoptr(GArray) steps = reconcile_start(OURS, records, 1, NULL, 0, no_overlays);
  g_assert_cmpuint(steps->len, ==, 0);
}

static void
test_domain_without_a_record(void)
{
  const ReconcileDomain domain = {ID, "caraway-a", OURS};
  g_assert_cmpint(only_action(reconcile_start(OURS, NULL, 0, &domain, 1, no_overlays), ID), ==,
                  RECONCILE_DESTROY_DOMAIN);
}

static void
test_what_is_not_ours_is_only_shown(void)
{
  static const char *const installations[] = {THEIRS, NULL};
  for (guint i = 0; i < G_N_ELEMENTS(installations); i++) {
    const ReconcileDomain domain = {ID, "their-vm", installations[i]};
    g_assert_cmpint(only_action(reconcile_start(OURS, NULL, 0, &domain, 1, no_overlays), "their-vm"), ==,
                    RECONCILE_SHOW);
  }
}

/* A domain that only has the id of a desktop of ours is not that desktop. */
static void
test_foreign_domain_with_our_id(void)
{
  DesktopRecord record;
  const DesktopRecord *records[] = {record_of(&record, ID, DESKTOP_STAGE_RUNNING)};
  const ReconcileDomain domain = {ID, "their-vm", THEIRS};
  g_autoptr(GArray) steps = reconcile_start(OURS, records, 1, &domain, 1, no_overlays);
  g_assert_cmpuint(steps->len, ==, 2);
  g_assert_cmpint(g_array_index(steps, ReconcileStep, 0).action, ==, RECONCILE_FAIL);
  g_assert_cmpint(g_array_index(steps, ReconcileStep, 1).action, ==, RECONCILE_SHOW);
}

static void
test_files_without_a_record(void)
{
  static const char *const overlays[] = {ID, OTHER, NULL};
  DesktopRecord record;
  const DesktopRecord *records[] = {record_of(&record, OTHER, DESKTOP_STAGE_OFF)};
  g_autoptr(GArray) steps = reconcile_start(OURS, records, 1, NULL, 0, overlays);
  g_assert_cmpuint(steps->len, ==, 2);
  g_assert_cmpint(g_array_index(steps, ReconcileStep, 1).action, ==, RECONCILE_REMOVE_FILES);
  g_assert_cmpstr(g_array_index(steps, ReconcileStep, 1).id, ==, ID);
}

static void
test_orphans(void)
{
  DesktopRecord kept, orphan, destroyed;
  const DesktopRecord *records[] = {record_of(&kept, ID, DESKTOP_STAGE_RUNNING),
                                    record_of(&orphan, OTHER, DESKTOP_STAGE_CREATING),
                                    record_of(&destroyed, THEIRS, DESKTOP_STAGE_DESTROYED)};
  const HostDesktopRef wanted[] = {{ID, {1, 1}}};
  g_autoptr(GPtrArray) orphans = reconcile_orphans(records, 3, wanted, 1);
  g_assert_cmpuint(orphans->len, ==, 1);
  g_assert_cmpstr(orphans->pdata[0], ==, OTHER);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reconcile/every-stage", test_every_stage);
  g_test_add_func("/reconcile/destroyed", test_destroyed_ones_need_nothing);
  g_test_add_func("/reconcile/domain-without-record", test_domain_without_a_record);
  g_test_add_func("/reconcile/not-ours", test_what_is_not_ours_is_only_shown);
  g_test_add_func("/reconcile/foreign-with-our-id", test_foreign_domain_with_our_id);
  g_test_add_func("/reconcile/files-without-record", test_files_without_a_record);
  g_test_add_func("/reconcile/orphans", test_orphans);
  return g_test_run();
}
