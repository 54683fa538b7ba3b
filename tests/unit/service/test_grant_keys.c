/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of grants change while grants are given out: none that is sound is ever refused, and none of a key
 * that was taken back is accepted. Guards I3 and I7; row 16. */
#include "broker/service/trust/grant_keys.h"

#include "broker/db/db_fault.h"
#include "broker/policy/grant_key_rotation.h"
#include "broker/service/services_private.h"
#include "broker/service/trust/grant_key_admin.h"
#include "broker/service/trust/grant_key_files.h"
#include "broker/service/work.h"
#include "broker/store/audit_store.h"
#include "broker/store/broker_store.h"
#include "broker/store/grant_key_store.h"
#include "common/wire/grant_key.h"
#include "tests/unit/service/service_fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIFE_US    (30 * G_TIME_SPAN_DAY)
#define OVERLAP_US (600 * G_TIME_SPAN_SECOND)
#define ROUNDS     6

typedef struct {
  ServiceFixture *fixture;
  GrantKeys *keys;
} Case;

static void
open_keys(Case *test)
{
  g_autoptr(GError) error = NULL;
  const GrantKeysSettings settings = {test->fixture->folder, LIFE_US, OVERLAP_US};
  test->keys = grant_keys_open(test->fixture->services, &settings, &error);
  g_assert_no_error(error);
}

static void
close_keys(Case *test)
{
  test->fixture->services->grant_keys = NULL;
  g_clear_pointer(&test->keys, grant_keys_free);
}

static void
set_up(Case *test, gconstpointer data)
{
  test->fixture = service_fixture_new();
  open_keys(test);
}

static void
tear_down(Case *test, gconstpointer data)
{
  static const char *const names[] = {GRANT_KEY_FILE, GRANT_KEY_NEXT_FILE};
  close_keys(test);
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(test->fixture->folder, names[i], NULL);
    g_unlink(path);
  }
  service_fixture_free(test->fixture);
}

/* As a new process would. */
static void
restart(Case *test)
{
  close_keys(test);
  service_fixture_restart(test->fixture);
  open_keys(test);
}

static void
run(Case *test)
{
  g_autoptr(GError) error = NULL;
  gboolean done = grant_keys_run(test->keys, &error);
  g_assert_no_error(error);
  g_assert_true(done);
}

static void
pass(Case *test, gint64 us)
{
  fake_clock_advance(&test->fixture->clock, us);
  run(test);
}

static char *
sign_with(GrantKeys *keys, GError **error)
{
  static const char *const channels[] = {"main", "display", NULL};
  const Grant grant = {.id = "11111111-2222-4333-8444-555555555555",
                       .session = "11111111-2222-4333-8444-555555555556",
                       .desktop = "11111111-2222-4333-8444-555555555557",
                       .epoch = {1, 1},
                       .host = "kvm1",
                       .address = "192.0.2.10",
                       .port = 8444,
                       .identity = "relay/kvm1",
                       .user = "alice",
                       .channels = (char **)channels,
                       .issued_s = 1700000000,
                       .expires_s = 1700000030,
                       .viewer = "native"};
  GrantSigner *signer = grant_keys_signer(keys);
  return signer->sign(signer, &grant, error);
}

static char *
sign(Case *test)
{
  g_autoptr(GError) error = NULL;
  char *text = sign_with(test->keys, &error);
  g_assert_no_error(error);
  return text;
}

/* Whether a verifier that has fetched the list a moment ago takes it. */
static gboolean
counts(Case *test, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Work) work = work_begin(test->fixture->services, DB_READ, &error);
  g_autoptr(GPtrArray) published = broker_store_keys(work->transaction, &error);
  g_assert_no_error(error);
  g_autoptr(GrantKeySet) set = grant_key_set_new();
  for (guint i = 0; i < published->len; i++) {
    const BrokerKey *key = g_ptr_array_index(published, i);
    g_assert_true(grant_key_set_add_public(set, key->id, key->public_key));
  }
  g_autoptr(Grant) grant = grant_verify(text, -1, set, NULL);
  return grant != NULL;
}

static gint
by_state(gconstpointer a, gconstpointer b)
{
  const GrantKeyRow *one = *(GrantKeyRow *const *)a, *other = *(GrantKeyRow *const *)b;
  return (gint)one->state - (gint)other->state;
}

static void
assert_states(Case *test, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows = grant_key_admin_list(test->fixture->services, &error);
  g_assert_no_error(error);
  g_ptr_array_sort(rows, by_state);
  g_autoptr(GString) found = g_string_new(NULL);
  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf(found, "%s%s", i > 0 ? " " : "",
                           grant_key_state_name(((GrantKeyRow *)g_ptr_array_index(rows, i))->state));
  g_assert_cmpstr(found->str, ==, expected);
}

static void
ask(Case *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows =
      grant_key_admin_rotate(test->fixture->services, test->fixture->admin, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(rows->len, ==, 1);
}

static void
test_old_keys_change(Case *test, gconstpointer data)
{
  g_autofree char *first = sign(test);
  assert_states(test, "current");
  pass(test, LIFE_US - G_USEC_PER_SEC);
  assert_states(test, "current");
  pass(test, G_USEC_PER_SEC);
  assert_states(test, "next current");
  g_autofree char *second = sign(test);
  pass(test, OVERLAP_US - 1);
  g_autofree char *last = sign(test);
  g_autofree char *id = grant_key_id_of(first);
  g_autofree char *id_of_last = grant_key_id_of(last);
  g_assert_cmpstr(id, ==, id_of_last);
  pass(test, 1);
  assert_states(test, "current previous");
  g_autofree char *fresh = sign(test);
  g_autofree char *id_of_fresh = grant_key_id_of(fresh);
  g_assert_cmpstr(id, !=, id_of_fresh);
  g_assert_true(counts(test, last) && counts(test, fresh));
  pass(test, OVERLAP_US - 1);
  g_assert_true(counts(test, last));
  pass(test, 1);
  assert_states(test, "current retired");
  g_assert_false(counts(test, last));
  g_assert_true(counts(test, fresh));
}

/* A grant is presented at any moment from its making to its end, while keys change all the time. */
static void
test_no_sound_grant_is_refused(Case *test, gconstpointer data)
{
  const gint64 step_us = 20 * G_TIME_SPAN_SECOND;
  g_autoptr(GPtrArray) living = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < 72; i++) {
    ask(test);
    pass(test, step_us);
    g_ptr_array_add(living, sign(test));
    if (living->len > (GRANT_KEY_GRANT_LIFE_US + GRANT_KEY_TOLERANCE_US) / step_us)
      g_ptr_array_remove_index(living, 0);
    for (guint at = 0; at < living->len; at++)
      g_assert_true(counts(test, g_ptr_array_index(living, at)));
    if (i % 37 == 36)
      restart(test);
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows = grant_key_admin_list(test->fixture->services, &error);
  g_assert_cmpuint(rows->len, >, 3); /* they did change */
}

static void
test_a_clock_that_is_set_cuts_no_overlap_short(Case *test, gconstpointer data)
{
  ask(test);
  run(test);
  assert_states(test, "next current");
  test->fixture->clock.wall_us += G_TIME_SPAN_DAY;
  run(test);
  assert_states(test, "next current");
  pass(test, OVERLAP_US);
  assert_states(test, "current previous");
  test->fixture->clock.wall_us += G_TIME_SPAN_DAY;
  run(test);
  assert_states(test, "current previous");
}

static void
test_hosts_are_told_before_a_key_signs(Case *test, gconstpointer data)
{
  service_fixture_catch_up(test->fixture);
  guint told = test->fixture->keys_told;
  ask(test);
  run(test);
  service_fixture_catch_up(test->fixture);
  g_assert_cmpuint(test->fixture->keys_told, ==, told + 1);
  g_autoptr(GPtrArray) keys = broker_directory_keys(test->fixture->services);
  g_assert_cmpuint(keys->len, ==, 2);
}

static char *
read_file(Case *test, const char *name)
{
  g_autofree char *path = g_build_filename(test->fixture->folder, name, NULL);
  char *text = NULL;
  return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static void
write_file(Case *test, const char *name, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(test->fixture->folder, name, NULL);
  g_file_set_contents(path, text, -1, &error);
  g_assert_no_error(error);
}

static void
take_back(Case *test, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *id = grant_key_id_of(text);
  g_autoptr(GrantKeyRow) row =
      grant_key_admin_revoke(test->fixture->services, test->fixture->admin, id, "it leaked", &error);
  g_assert_no_error(error);
  g_assert_cmpint(row->state, ==, GRANT_KEY_REVOKED);
  g_assert_cmpstr(row->reason, ==, "it leaked");
}

/* At once: verifiers refuse it before its broker has heard of it, and the next one goes with it. */
static void
test_a_revoked_key_counts_nowhere(Case *test, gconstpointer data)
{
  ask(test);
  run(test);
  g_autofree char *leaked = sign(test);
  g_autofree char *file = read_file(test, GRANT_KEY_FILE);
  g_autofree char *next_file = read_file(test, GRANT_KEY_NEXT_FILE);
  take_back(test, leaked);
  g_assert_false(counts(test, leaked));
  assert_states(test, "revoked revoked");
  run(test);
  assert_states(test, "current revoked revoked");
  g_autofree char *fresh = sign(test);
  g_assert_true(counts(test, fresh));
  g_autofree char *file_after = read_file(test, GRANT_KEY_FILE);
  g_autofree char *next_after = read_file(test, GRANT_KEY_NEXT_FILE);
  g_assert_cmpstr(file_after, !=, file);
  g_assert_cmpstr(file_after, !=, next_file);
  g_assert_null(next_after);
  take_back(test, leaked); /* again: it stays as it is */
  assert_states(test, "current revoked revoked");
}

static void
test_a_previous_key_is_revoked_alone(Case *test, gconstpointer data)
{
  g_autofree char *leaked = sign(test);
  ask(test);
  run(test);
  pass(test, OVERLAP_US);
  g_autofree char *fresh = sign(test);
  take_back(test, leaked);
  g_assert_false(counts(test, leaked));
  g_assert_true(counts(test, fresh));
  run(test);
  assert_states(test, "current revoked");
}

/* While the database is away nothing can be published, so nothing is signed either. */
static gboolean
fail_commits(DbStep step, DbMode mode, gpointer data, GError **error)
{
  if (step != DB_STEP_COMMIT || mode != DB_WRITE)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE, "as the test wants");
  return FALSE;
}

static void
assert_fails(Case *test)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(grant_keys_run(test->keys, &error));
  g_assert_nonnull(error);
}

static void
test_nothing_is_signed_with_a_key_that_is_not_published(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *leaked = sign(test);
  take_back(test, leaked);
  db_set_fault(test->fixture->services->db, fail_commits, NULL);
  assert_fails(test);
  assert_fails(test);
  g_assert_null(sign_with(test->keys, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED);
  db_set_fault(test->fixture->services->db, NULL, NULL);
  fake_clock_advance(&test->fixture->clock, G_TIME_SPAN_MINUTE);
  g_clear_error(&error);
  g_assert_true(services_tick(test->fixture->services, &error)); /* it is tried again */
  run(test);
  g_autofree char *fresh = sign(test);
  g_assert_true(counts(test, fresh));
}

/* Killed between two steps: the folder and the database are one step apart. */
static void
test_it_starts_from_between_any_two_steps(Case *test, gconstpointer data)
{
  g_autofree char *before = sign(test);
  ask(test);
  db_set_fault(test->fixture->services->db, fail_commits, NULL);
  assert_fails(test); /* the next key is made and not published */
  restart(test);
  assert_states(test, "next current");
  g_autofree char *still = sign(test);
  g_assert_true(counts(test, before) && counts(test, still));
  fake_clock_advance(&test->fixture->clock, OVERLAP_US);
  db_set_fault(test->fixture->services->db, fail_commits, NULL);
  assert_fails(test); /* it signs, and the database does not say so yet */
  g_autofree char *between = sign(test);
  g_assert_true(counts(test, between));
  assert_states(test, "next current");
  restart(test);
  assert_states(test, "current previous");
  g_autofree char *after = sign(test);
  g_assert_true(counts(test, before) && counts(test, between) && counts(test, after));
}

/* A state folder that came back from a backup holds keys of then. */
static void
test_old_files_bring_no_key_back(Case *test, gconstpointer data)
{
  g_autofree char *old = sign(test);
  g_autofree char *file = read_file(test, GRANT_KEY_FILE);
  ask(test);
  run(test);
  g_autofree char *next_file = read_file(test, GRANT_KEY_NEXT_FILE);
  pass(test, OVERLAP_US);
  pass(test, OVERLAP_US);
  assert_states(test, "current retired");
  write_file(test, GRANT_KEY_FILE, file);
  write_file(test, GRANT_KEY_NEXT_FILE, next_file);
  restart(test);
  assert_states(test, "current retired"); /* the next of then is the current of now */
  g_assert_false(counts(test, old));
  g_autofree char *now = sign(test);
  g_assert_true(counts(test, now));
  take_back(test, now);
  write_file(test, GRANT_KEY_FILE, file);
  restart(test);
  g_autofree char *last = sign(test);
  g_assert_true(counts(test, last));
  g_assert_false(counts(test, old) || counts(test, now));
}

static void
test_damaged_files(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *before = sign(test);
  write_file(test, GRANT_KEY_NEXT_FILE, "{");
  restart(test);
  g_assert_true(counts(test, before));
  close_keys(test);
  write_file(test, GRANT_KEY_FILE, "{");
  const GrantKeysSettings settings = {test->fixture->folder, LIFE_US, OVERLAP_US};
  g_assert_null(grant_keys_open(test->fixture->services, &settings, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_autofree char *path = g_build_filename(test->fixture->folder, GRANT_KEY_FILE, NULL);
  g_unlink(path); /* as the documents say */
  open_keys(test);
  g_autofree char *after = sign(test);
  g_assert_true(counts(test, before) && counts(test, after));
  assert_states(test, "current previous");
}

static void
test_the_key_of_another_broker_is_refused(Case *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = sign(test);
  close_keys(test);
  g_autoptr(Work) work = work_begin(test->fixture->services, DB_WRITE, &error);
  const BrokerRow row = {.name = "b2", .instance = "other", .address = "", .version = ""};
  g_assert_true(broker_store_put(work->transaction, &row, &error));
  g_assert_cmpint(db_run(work->transaction, &error, "UPDATE grant_key SET broker = 'b2'", ""), ==, 1);
  g_assert_true(work_commit(work, &error));
  g_clear_pointer(&work, work_free);
  const GrantKeysSettings settings = {test->fixture->folder, LIFE_US, OVERLAP_US};
  g_assert_null(grant_keys_open(test->fixture->services, &settings, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG);
  g_assert_nonnull(strstr(error->message, "b2"));
}

/* In the child: keys change for ever, by command and by leaks, and each grant is told before the next step.
 */
static void
change_for_ever(Case *test, guint seed, int pipe_end)
{
  g_autoptr(GRand) chance = g_rand_new_with_seed(seed);
  for (;;) {
    g_autofree char *text = sign(test);
    char line[GRANT_TEXT_MAX] = "";
    g_strlcpy(line, text, sizeof line);
    if (write(pipe_end, line, sizeof line) != sizeof line)
      _exit(1);
    ask(test);
    pass(test, OVERLAP_US / g_rand_int_range(chance, 1, 4));
  }
}

static char *
run_and_kill(Case *test, guint seed)
{
  int ends[2];
  char line[GRANT_TEXT_MAX];
  g_autofree char *last = NULL;
  g_assert_cmpint(pipe(ends), ==, 0);
  close_keys(test);
  g_clear_pointer(&test->fixture->services, services_free);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    service_fixture_restart(test->fixture);
    open_keys(test);
    change_for_ever(test, seed, ends[1]);
  }
  close(ends[1]);
  for (guint i = 0; i < 3 + seed % 5; i++)
    g_assert_cmpint(read(ends[0], line, sizeof line), ==, sizeof line);
  kill(child, SIGKILL);
  g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
  do {
    g_free(last);
    last = g_strdup(line);
  } while (read(ends[0], line, sizeof line) == sizeof line);
  close(ends[0]);
  return g_steal_pointer(&last);
}

static void
test_killed_anywhere(Case *test, gconstpointer data)
{
  for (guint seed = 1; seed <= ROUNDS; seed++) {
    g_autofree char *last = run_and_kill(test, seed);
    service_fixture_restart(test->fixture);
    open_keys(test);
    g_autofree char *fresh = sign(test);
    g_assert_true(counts(test, last));
    g_assert_true(counts(test, fresh));
  }
}

#define ADD(path, function) g_test_add("/grant-keys/" path, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("age", test_old_keys_change);
  ADD("overlap", test_no_sound_grant_is_refused);
  ADD("clock", test_a_clock_that_is_set_cuts_no_overlap_short);
  ADD("told", test_hosts_are_told_before_a_key_signs);
  ADD("revoked", test_a_revoked_key_counts_nowhere);
  ADD("revoked-previous", test_a_previous_key_is_revoked_alone);
  ADD("unpublished", test_nothing_is_signed_with_a_key_that_is_not_published);
  ADD("between-steps", test_it_starts_from_between_any_two_steps);
  ADD("old-files", test_old_files_bring_no_key_back);
  ADD("damaged", test_damaged_files);
  ADD("foreign", test_the_key_of_another_broker_is_refused);
  ADD("killed", test_killed_anywhere);
  return g_test_run();
}
