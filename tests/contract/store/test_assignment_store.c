/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/assignment_store.h"

#include "broker/store/audit_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/entitlement_store.h"
#include "broker/store/grant_store.h"
#include "broker/store/host_store.h"
#include "broker/store/idempotency_store.h"
#include "broker/store/outbox_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"
#include "broker/store/user_store.h"
#include "tests/contract/store/store_case.h"

static void
set_up(StoreCase *test)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  store_case_user(test, "alice");
  g_autoptr(Host) host = host_store_find(test->transaction, "kvm1", &error);
  host->state = HOST_UP;
  g_assert_true(host_store_put(test->transaction, host, &error));
  g_assert_true(entitlement_store_add(test->transaction, "office", ENTITLEMENT_USER, "alice", &error));
  store_case_desktop(test, "office-0001", ASSIGNMENT_SPARE, POWER_UP, 1);
  g_autoptr(Desktop) desktop = desktop_store_find(test->transaction, "office-0001", &error);
  desktop->guest.ready = TRUE;
  g_assert_true(desktop_store_update(test->transaction, desktop, &error));
}

static Session
new_session(const char *id, const char *user)
{
  return (Session){.id = (char *)id,
                   .pool_id = (char *)"office",
                   .pool_name = (char *)"office",
                   .user_id = (char *)user,
                   .user_name = (char *)user,
                   .desktop_id = (char *)"office-0001",
                   .desktop_name = (char *)"office-0001",
                   .host = (char *)"kvm1",
                   .state = SESSION_READY,
                   .created_us = 5,
                   .viewer = (char *)"",
                   .device = (char *)"device",
                   .slot = 1,
                   .console_since_us = 5};
}

static gboolean
is_plain(StoreCase *test, const char *user, const char *key)
{
  g_autoptr(GError) error = NULL;
  AssignmentRow row = {.pool_id = "office", .user_id = user, .address = "", .key = key};
  g_assert_true(assignment_store_judge(test->transaction, &row, 1, &error));
  g_assert_no_error(error);
  return row.is_plain;
}

static void
test_plain(StoreCase *test, gconstpointer data)
{
  set_up(test);
  store_case_user(test, "bob");
  g_assert_true(is_plain(test, "alice", NULL));
  g_assert_true(is_plain(test, "alice", "key"));
  g_assert_false(is_plain(test, "bob", NULL)); /* not entitled */
  g_assert_false(is_plain(test, "nobody", NULL));
}

static void
test_disabled(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  set_up(test);
  g_autoptr(User) user = user_store_find(test->transaction, "alice", &error);
  user->disabled = TRUE;
  g_assert_true(user_store_update(test->transaction, user, &error));
  g_assert_false(is_plain(test, "alice", NULL));
}

static void
test_who_has_something(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  set_up(test);
  const Session session = new_session("s1", "alice");
  g_assert_true(session_store_add(test->transaction, &session, &error));
  g_assert_true(idempotency_store_add(test->transaction, "alice", "key", "office", "s1", 5, &error));
  g_assert_false(is_plain(test, "alice", NULL));
  g_assert_true(session_store_end(test->transaction, "s1", "session-ended", "", 9, &error));
  g_assert_true(is_plain(test, "alice", NULL));
  g_assert_false(is_plain(test, "alice", "key")); /* used */
  g_assert_true(is_plain(test, "alice", "other"));
}

static void
test_spares(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  set_up(test);
  store_case_desktop(test, "office-0002", ASSIGNMENT_SPARE, POWER_UP, 2); /* its guest is not ready */
  g_autoptr(GPtrArray) spares = assignment_store_spares(test->transaction, "office", "shape", 9, &error);
  g_assert_cmpuint(spares->len, ==, 1);
  const AssignmentSpare *spare = g_ptr_array_index(spares, 0);
  g_autoptr(Host) host = host_store_find(test->transaction, "kvm1", &error);
  g_assert_cmpstr(spare->desktop->name, ==, "office-0001");
  g_assert_cmpstr(spare->desktop->shape, ==, "shape");
  g_assert_cmpuint(spare->desktop->epoch.counter, ==, 1);
  g_assert_cmpstr(spare->relay_address, ==, host->relay_address);
  g_assert_cmpuint(spare->relay_port, ==, host->relay_port);
  g_autoptr(GPtrArray) others = assignment_store_spares(test->transaction, "office", "new", 9, &error);
  g_assert_cmpuint(others->len, ==, 0);
}

static void
test_enter(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  set_up(test);
  store_case_user(test, "bob");
  g_autoptr(GPtrArray) spares = assignment_store_spares(test->transaction, "office", "shape", 9, &error);
  const Session mine = new_session("s1", "alice"), late = new_session("s2", "bob");
  AssignmentRow rows[] = {
      {.pool_id = "office", .user_id = "alice", .address = "192.0.2.1", .key = "key", .session = &mine},
      {.pool_id = "office", .user_id = "bob", .address = "192.0.2.2", .session = &late},
      {.pool_id = "office", .user_id = "nobody", .address = ""},
  };
  rows[0].desktop = rows[1].desktop =
      ((AssignmentSpare *)g_ptr_array_index(spares, 0))->desktop; /* the second comes too late */
  g_assert_true(assignment_store_enter(test->transaction, rows, G_N_ELEMENTS(rows), 5, &error));
  g_assert_no_error(error);
  g_assert_true(rows[0].is_entered);
  g_assert_false(rows[1].is_entered);
  g_assert_false(rows[2].is_entered);
  g_autoptr(Desktop) desktop = desktop_store_find(test->transaction, "office-0001", &error);
  g_assert_cmpstr(desktop->owner_name, ==, "alice");
  g_assert_cmpstr(desktop->session_id, ==, "s1");
  g_assert_cmpuint(desktop->epoch.counter, ==, 2);
  g_assert_null(session_store_find(test->transaction, "s2", NULL));
  g_autoptr(IdempotencyRow) key = idempotency_store_find(test->transaction, "alice", "key", &error);
  g_assert_cmpstr(key->session_id, ==, "s1");
}

static void
test_what_is_told(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  set_up(test);
  g_autoptr(GPtrArray) spares = assignment_store_spares(test->transaction, "office", "shape", 9, &error);
  const Session session = new_session("s1", "alice");
  AssignmentRow row = {.pool_id = "office",
                       .user_id = "alice",
                       .address = "a\"b\\c,{d}'",
                       .session = &session,
                       .desktop = ((AssignmentSpare *)g_ptr_array_index(spares, 0))->desktop};
  g_assert_true(assignment_store_enter(test->transaction, &row, 1, 5, &error));
  const Page page = {0};
  g_autoptr(GPtrArray) entries = audit_store_list(test->transaction, &page, NULL, &error);
  const AuditEntry *entry = g_ptr_array_index(entries, 0);
  g_assert_cmpstr(entry->action, ==, "session.assign");
  g_assert_cmpstr(entry->actor, ==, "alice");
  g_assert_cmpstr(entry->object, ==, "desktop/office-0001");
  g_assert_cmpstr(entry->address, ==, "a\"b\\c,{d}'"); /* arrays quote what is in them */
  ;
  g_autoptr(GPtrArray) commands = outbox_store_list(test->transaction, "kvm1", 0, &error);
  g_assert_cmpuint(commands->len, ==, 1);
  const Command *command = g_ptr_array_index(commands, 0);
  g_assert_cmpstr(command->kind, ==, "epoch");
  g_autofree char *id = g_strdup_printf("\"id\":%" G_GINT64_FORMAT ",", command->id);
  g_assert_nonnull(strstr(command->text, id));
  g_assert_nonnull(strstr(command->text, "\"epoch\":\"1.2\""));
}

static void
test_grant_with_it(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  set_up(test);
  g_autoptr(GPtrArray) spares = assignment_store_spares(test->transaction, "office", "shape", 9, &error);
  const Session session = new_session("s1", "alice");
  AssignmentRow row = {.pool_id = "office",
                       .user_id = "alice",
                       .address = "192.0.2.1",
                       .opens = TRUE,
                       .session = &session,
                       .desktop = ((AssignmentSpare *)g_ptr_array_index(spares, 0))->desktop};
  g_assert_true(assignment_store_enter(test->transaction, &row, 1, 5, &error));
  const Page page = {0};
  g_autoptr(GPtrArray) entries = audit_store_list(test->transaction, &page, NULL, &error);
  g_assert_cmpuint(entries->len, ==, 2);
  const AuditEntry *grant = g_ptr_array_index(entries, 0), *assign = g_ptr_array_index(entries, 1);
  g_assert_cmpstr(assign->action, ==, "session.assign");
  g_assert_cmpstr(grant->action, ==, "console.grant");
  g_assert_cmpstr(grant->object, ==, "session/s1");
  g_assert_cmpstr(grant->actor, ==, "alice");
  g_assert_cmpstr(grant->detail, ==, "native");
  g_assert_cmpstr(grant->address, ==, "192.0.2.1");
  g_assert_cmpint(grant->time_us, ==, 5);
}

/* The plain case of a grant: one's own ready session, from the device that was let in, on a host that
 * answers. */
static gboolean
may_be_granted_by(StoreCase *test, const char *user, const char *device, gboolean proven)
{
  g_autoptr(GError) error = NULL;
  GrantRequest requests[] = {
      {.session_id = "s0", .user_id = user, .user_name = user, .device = device, .address = "192.0.2.1"},
      {.session_id = "s1",
       .user_id = user,
       .user_name = user,
       .device = device,
       .address = "192.0.2.1",
       .proven = proven}};
  g_assert_true(grant_store_enter(test->transaction, requests, 2, 7, &error));
  g_assert_no_error(error);
  g_assert_null(requests[0].row);
  g_autoptr(GrantRow) row = requests[1].row;
  if (row == NULL)
    return FALSE;
  g_assert_cmpstr(row->session->id, ==, "s1");
  g_assert_cmpstr(row->session->desktop_id, ==, "office-0001");
  g_assert_cmpstr(row->session->host, ==, "kvm1");
  g_assert_cmpuint(row->epoch.counter, ==, 1);
  g_assert_cmpstr(row->channels[0], ==, "main");
  return TRUE;
}

static gboolean
may_be_granted(StoreCase *test, const char *user, const char *device)
{
  return may_be_granted_by(test, user, device, FALSE);
}

static guint
count_entries(StoreCase *test)
{
  g_autoptr(GError) error = NULL;
  const Page page = {0};
  g_autoptr(GPtrArray) entries = audit_store_list(test->transaction, &page, NULL, &error);
  const AuditEntry *entry = entries->len > 0 ? g_ptr_array_index(entries, 0) : NULL;
  if (entry != NULL) {
    g_assert_cmpstr(entry->action, ==, "console.grant");
    g_assert_cmpstr(entry->object, ==, "session/s1");
    g_assert_cmpstr(entry->actor, ==, "alice");
  }
  return entries->len;
}

static void
set_session(StoreCase *test, SessionState state, const char *device)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Session) session = session_store_find(test->transaction, "s1", &error);
  session->state = state;
  g_free(session->device);
  session->device = g_strdup(device);
  g_assert_true(session_store_update(test->transaction, session, &error));
}

/* Of a pool that asks for a second factor only who proved one gets a grant that fast. */
static void
test_grant_needs_second_factor(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  set_up(test);
  const Session session = new_session("s1", "alice");
  g_assert_true(session_store_add(test->transaction, &session, &error));
  g_assert_true(may_be_granted(test, "alice", "device"));
  g_autoptr(Pool) pool = pool_store_find(test->transaction, "office", &error);
  pool->second_factor = POOL_SECOND_FACTOR_REQUIRED;
  g_assert_true(pool_store_update(test->transaction, pool, &error));
  g_assert_false(may_be_granted_by(test, "alice", "device", FALSE));
  g_assert_true(may_be_granted_by(test, "alice", "device", TRUE));
}

static void
test_grant(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  set_up(test);
  const Session session = new_session("s1", "alice");
  g_assert_false(may_be_granted(test, "alice", "device"));
  g_assert_true(session_store_add(test->transaction, &session, &error));
  g_assert_true(may_be_granted(test, "alice", "device"));
  g_assert_cmpuint(count_entries(test), ==, 1);
  g_assert_false(may_be_granted(test, "bob", "device"));
  g_assert_false(may_be_granted(test, "alice", "another"));
  set_session(test, SESSION_CONNECTED, "device");
  g_assert_false(may_be_granted(test, "alice", "device"));
  set_session(test, SESSION_READY, "");
  g_assert_false(may_be_granted(test, "alice", "device"));
  set_session(test, SESSION_READY, "device");
  g_autoptr(Host) host = host_store_find(test->transaction, "kvm1", &error);
  host->state = HOST_SILENT;
  g_assert_true(host_store_put(test->transaction, host, &error));
  g_assert_false(may_be_granted(test, "alice", "device"));
  g_assert_cmpuint(count_entries(test), ==, 1); /* who was refused has none */
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/stores/assignment/plain", test_plain);
  STORE_CASE_ADD("/stores/assignment/disabled", test_disabled);
  STORE_CASE_ADD("/stores/assignment/has-something", test_who_has_something);
  STORE_CASE_ADD("/stores/assignment/spares", test_spares);
  STORE_CASE_ADD("/stores/assignment/enter", test_enter);
  STORE_CASE_ADD("/stores/assignment/told", test_what_is_told);
  STORE_CASE_ADD("/stores/assignment/grant-with-it", test_grant_with_it);
  STORE_CASE_ADD("/stores/assignment/grant", test_grant);
  STORE_CASE_ADD("/stores/assignment/grant-needs-second-factor", test_grant_needs_second_factor);
  return g_test_run();
}
