/* SPDX-License-Identifier: Apache-2.0 */
/* Guards INVARIANTS I1 and I4: after a crash everything is owned or removed, and what is not ours is not
 * touched. */
#include "host/plan/reconcile.h"

#define OURS   "11111111-2222-4333-8444-555555555555"
#define THEIRS "99999999-2222-4333-8444-555555555555"
#define ID     "4f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"
#define OTHER  "5f1c9a52-8d1e-4b52-9a51-0c6e2f1d7a10"

static const char *const none[] = {NULL};
static const ReconcileFiles no_files = {none, none, none};

static const DesktopRecord *
record_of(DesktopRecord *record, const char *id, DesktopStage stage)
{
  *record = (DesktopRecord){.id = (char *)id, .installation = (char *)OURS, .stage = (int)stage};
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
test_every_stage_of_every_kind(void)
{
  static const struct {
    HostDesktopKind kind;
    DesktopStage stage;
    ReconcileAction without_domain, with_domain;
  } cases[] = {
      {HOST_KIND_FLOATING, DESKTOP_STAGE_CREATING, RECONCILE_CREATE_AGAIN, RECONCILE_TAKE_OVER},
      {HOST_KIND_FLOATING, DESKTOP_STAGE_RUNNING, RECONCILE_FAIL, RECONCILE_TAKE_OVER},
      {HOST_KIND_FLOATING, DESKTOP_STAGE_OFF, RECONCILE_KEEP, RECONCILE_TAKE_OVER},
      {HOST_KIND_FLOATING, DESKTOP_STAGE_FAILED, RECONCILE_KEEP, RECONCILE_DESTROY},
      {HOST_KIND_FLOATING, DESKTOP_STAGE_DESTROYING, RECONCILE_DESTROY, RECONCILE_DESTROY},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_CREATING, RECONCILE_CREATE_AGAIN, RECONCILE_TAKE_OVER},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_RUNNING, RECONCILE_OFF, RECONCILE_TAKE_OVER},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_OFF, RECONCILE_KEEP, RECONCILE_TAKE_OVER},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_FAILED, RECONCILE_KEEP, RECONCILE_TAKE_OVER},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_DESTROYING, RECONCILE_DESTROY, RECONCILE_DESTROY},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_CREATING, RECONCILE_OFF, RECONCILE_TAKE_OVER},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_RUNNING, RECONCILE_OFF, RECONCILE_TAKE_OVER},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_OFF, RECONCILE_KEEP, RECONCILE_TAKE_OVER},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_FAILED, RECONCILE_KEEP, RECONCILE_TAKE_OVER},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_DESTROYING, RECONCILE_FORGET, RECONCILE_FORGET},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    gboolean is_theirs = cases[i].kind == HOST_KIND_ADOPTED;
    const ReconcileDomain domain = {ID, "a", is_theirs ? NULL : OURS, TRUE};
    DesktopRecord record;
    const DesktopRecord *records[] = {record_of(&record, ID, cases[i].stage)};
    record.kind = (int)cases[i].kind;
    g_assert_cmpint(only_action(reconcile_start(OURS, records, 1, NULL, 0, &no_files), ID), ==,
                    cases[i].without_domain);
    g_assert_cmpint(only_action(reconcile_start(OURS, records, 1, &domain, 1, &no_files), ID), ==,
                    cases[i].with_domain);
  }
}

/* An adopted machine that is defined and off is there and does not run. */
static void
test_adopted_that_is_off(void)
{
  const ReconcileDomain domain = {ID, "theirs", NULL, FALSE};
  DesktopRecord record;
  const DesktopRecord *records[] = {record_of(&record, ID, DESKTOP_STAGE_RUNNING)};
  record.kind = HOST_KIND_ADOPTED;
  g_assert_cmpint(only_action(reconcile_start(OURS, records, 1, &domain, 1, &no_files), ID), ==,
                  RECONCILE_OFF);
}

static void
test_destroyed_ones_need_nothing(void)
{
  DesktopRecord record;
  const DesktopRecord *records[] = {record_of(&record, ID, DESKTOP_STAGE_DESTROYED)};
  g_autoptr(GArray) steps = reconcile_start(OURS, records, 1, NULL, 0, &no_files);
  g_assert_cmpuint(steps->len, ==, 0);
}

static void
test_domain_without_a_record(void)
{
  const ReconcileDomain domain = {ID, "caraway-a", OURS, TRUE};
  g_assert_cmpint(only_action(reconcile_start(OURS, NULL, 0, &domain, 1, &no_files), ID), ==,
                  RECONCILE_DESTROY_DOMAIN);
}

static void
test_what_is_not_ours_is_left_alone(void)
{
  static const char *const installations[] = {THEIRS, NULL};
  for (guint i = 0; i < G_N_ELEMENTS(installations); i++) {
    const ReconcileDomain domain = {ID, "their-vm", installations[i], TRUE};
    g_autoptr(GArray) steps = reconcile_start(OURS, NULL, 0, &domain, 1, &no_files);
    g_assert_cmpuint(steps->len, ==, 0);
  }
}

/* A domain that only has the id of a desktop of ours is not that desktop. */
static void
test_foreign_domain_with_our_id(void)
{
  DesktopRecord record;
  const DesktopRecord *records[] = {record_of(&record, ID, DESKTOP_STAGE_RUNNING)};
  const ReconcileDomain domain = {ID, "their-vm", THEIRS, TRUE};
  g_assert_cmpint(only_action(reconcile_start(OURS, records, 1, &domain, 1, &no_files), ID), ==,
                  RECONCILE_FAIL);
}

static void
test_files_without_a_record(void)
{
  static const char *const overlays[] = {ID, OTHER, NULL};
  const ReconcileFiles files = {overlays, none, none};
  DesktopRecord record;
  const DesktopRecord *records[] = {record_of(&record, OTHER, DESKTOP_STAGE_OFF)};
  g_autoptr(GArray) steps = reconcile_start(OURS, records, 1, NULL, 0, &files);
  g_assert_cmpuint(steps->len, ==, 2);
  g_assert_cmpint(g_array_index(steps, ReconcileStep, 1).action, ==, RECONCILE_REMOVE_FILES);
  g_assert_cmpstr(g_array_index(steps, ReconcileStep, 1).id, ==, ID);
}

/* What a dedicated desktop may have written is not removed because its record is gone or damaged. */
static void
test_what_is_kept_is_only_shown(void)
{
  static const char *const ids[] = {ID, NULL};
  const ReconcileFiles cases[] = {{none, ids, none}, {ids, none, ids}, {none, ids, ids}, {none, none, ids}};
  const ReconcileDomain domain = {ID, "caraway-a", OURS, TRUE};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_assert_cmpint(only_action(reconcile_start(OURS, NULL, 0, NULL, 0, &cases[i]), ID), ==, RECONCILE_SHOW);
    g_assert_cmpint(only_action(reconcile_start(OURS, NULL, 0, &domain, 1, &cases[i]), ID), ==,
                    RECONCILE_SHOW);
  }
}

/* kind x stage x quarantined or not -> what a welcome that does not name it means, and one that does */
static void
test_every_welcome(void)
{
  static const struct {
    HostDesktopKind kind;
    DesktopStage stage;
    gboolean is_quarantined;
    ReconcileWelcome unknown, named;
  } cases[] = {
      {HOST_KIND_FLOATING, DESKTOP_STAGE_CREATING, FALSE, RECONCILE_REMOVE, RECONCILE_LEAVE},
      {HOST_KIND_FLOATING, DESKTOP_STAGE_RUNNING, FALSE, RECONCILE_REMOVE, RECONCILE_LEAVE},
      {HOST_KIND_FLOATING, DESKTOP_STAGE_OFF, FALSE, RECONCILE_REMOVE, RECONCILE_LEAVE},
      {HOST_KIND_FLOATING, DESKTOP_STAGE_FAILED, FALSE, RECONCILE_REMOVE, RECONCILE_LEAVE},
      {HOST_KIND_FLOATING, DESKTOP_STAGE_DESTROYING, FALSE, RECONCILE_LEAVE, RECONCILE_LEAVE},
      {HOST_KIND_FLOATING, DESKTOP_STAGE_DESTROYED, FALSE, RECONCILE_LEAVE, RECONCILE_LEAVE},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_CREATING, FALSE, RECONCILE_REMOVE, RECONCILE_LEAVE},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_RUNNING, FALSE, RECONCILE_QUARANTINE, RECONCILE_LEAVE},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_RUNNING, TRUE, RECONCILE_LEAVE, RECONCILE_BRING_BACK},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_OFF, FALSE, RECONCILE_QUARANTINE, RECONCILE_LEAVE},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_OFF, TRUE, RECONCILE_LEAVE, RECONCILE_BRING_BACK},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_FAILED, FALSE, RECONCILE_REMOVE, RECONCILE_LEAVE},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_DESTROYING, TRUE, RECONCILE_LEAVE, RECONCILE_LEAVE},
      {HOST_KIND_DEDICATED, DESKTOP_STAGE_DESTROYED, FALSE, RECONCILE_LEAVE, RECONCILE_LEAVE},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_CREATING, FALSE, RECONCILE_RELEASE, RECONCILE_LEAVE},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_RUNNING, FALSE, RECONCILE_RELEASE, RECONCILE_LEAVE},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_OFF, FALSE, RECONCILE_RELEASE, RECONCILE_LEAVE},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_FAILED, FALSE, RECONCILE_RELEASE, RECONCILE_LEAVE},
      {HOST_KIND_ADOPTED, DESKTOP_STAGE_DESTROYING, FALSE, RECONCILE_LEAVE, RECONCILE_LEAVE},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    DesktopRecord record;
    record_of(&record, ID, cases[i].stage);
    record.kind = (int)cases[i].kind;
    record.is_quarantined = cases[i].is_quarantined;
    g_assert_cmpint(reconcile_welcome(&record, FALSE), ==, cases[i].unknown);
    g_assert_cmpint(reconcile_welcome(&record, TRUE), ==, cases[i].named);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reconcile/every-stage-of-every-kind", test_every_stage_of_every_kind);
  g_test_add_func("/reconcile/adopted-off", test_adopted_that_is_off);
  g_test_add_func("/reconcile/destroyed", test_destroyed_ones_need_nothing);
  g_test_add_func("/reconcile/domain-without-record", test_domain_without_a_record);
  g_test_add_func("/reconcile/not-ours", test_what_is_not_ours_is_left_alone);
  g_test_add_func("/reconcile/foreign-with-our-id", test_foreign_domain_with_our_id);
  g_test_add_func("/reconcile/files-without-record", test_files_without_a_record);
  g_test_add_func("/reconcile/kept-without-record", test_what_is_kept_is_only_shown);
  g_test_add_func("/reconcile/every-welcome", test_every_welcome);
  return g_test_run();
}
