/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/store/desktop_store.h"
#include "broker/store/host_store.h"
#include "broker/store/idempotency_store.h"
#include "broker/store/pool_store.h"
#include "broker/store/session_store.h"
#include "tests/contract/store/store_case.h"

static gboolean
add_session(StoreCase *test, const char *id, const char *user, const char *desktop, GError **error)
{
  const Session session = {.id = (char *)id,
                           .pool_id = (char *)"office",
                           .pool_name = (char *)"office",
                           .user_id = (char *)user,
                           .user_name = (char *)user,
                           .desktop_id = (char *)desktop,
                           .desktop_name = (char *)desktop,
                           .host = (char *)"kvm1",
                           .state = SESSION_READY,
                           .created_us = 5,
                           .viewer = (char *)"",
                           .device = (char *)"device",
                           .slot = 1};
  return session_store_add(test->transaction, &session, error) && db_settle(test->transaction, error);
}

static void
test_claim_once(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gboolean claimed = FALSE;
  store_case_pool(test);
  store_case_user(test, "alice");
  store_case_user(test, "bob");
  store_case_desktop(test, "office-0001", ASSIGNMENT_SPARE, POWER_UP, 1);
  g_assert_true(desktop_store_claim(test->transaction, "office-0001", "alice", 1, &claimed, &error));
  g_assert_true(claimed);
  g_assert_true(desktop_store_claim(test->transaction, "office-0001", "bob", 1, &claimed, &error));
  g_assert_false(claimed);
  g_autoptr(Desktop) desktop = desktop_store_find(test->transaction, "office-0001", &error);
  g_assert_cmpstr(desktop->owner_name, ==, "alice");
  g_assert_cmpuint(desktop->epoch.counter, ==, 2);
  store_case_desktop(test, "office-0002", ASSIGNMENT_SPARE, POWER_UP, 2);
  g_assert_false(desktop_store_claim(test->transaction, "office-0002", "alice", 1, &claimed, &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT); /* a second one in the same slot */
}

static void
test_recycling_is_not_claimed(StoreCase *test, gconstpointer data)
{
  gboolean claimed = TRUE;
  store_case_pool(test);
  store_case_user(test, "alice");
  store_case_desktop(test, "office-0001", ASSIGNMENT_RECYCLING, POWER_UP, 1);
  g_assert_true(desktop_store_claim(test->transaction, "office-0001", "alice", 1, &claimed, NULL));
  g_assert_false(claimed);
}

static void
test_update(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  store_case_desktop(test, "office-0001", ASSIGNMENT_NONE, POWER_PLANNED, 1);
  g_autoptr(Desktop) desktop = desktop_store_find(test->transaction, "office-0001", &error);
  desktop->assignment = ASSIGNMENT_SPARE;
  desktop->power = POWER_UP;
  desktop->guest.ready = TRUE;
  desktop->guest.user = g_strdup("user");
  desktop->guest.idle_ms = 1234;
  desktop->guest.locked = TRUE;
  desktop->progress = 100;
  desktop->restart_until_us = 77;
  g_assert_true(desktop_store_update(test->transaction, desktop, &error));
  g_autoptr(Desktop) same = desktop_store_find(test->transaction, "office-0001", &error);
  g_assert_cmpint(same->assignment, ==, ASSIGNMENT_SPARE);
  g_assert_cmpint(same->power, ==, POWER_UP);
  g_assert_true(same->guest.ready && same->guest.locked);
  g_assert_cmpstr(same->guest.user, ==, "user");
  g_assert_cmpint(same->guest.idle_ms, ==, 1234);
  g_assert_cmpint(same->restart_until_us, ==, 77);
  g_assert_cmpstr(same->pool_name, ==, "office");
}

static void
test_counts(StoreCase *test, gconstpointer data)
{
  PoolCounts counts;
  store_case_pool(test);
  store_case_desktop(test, "a", ASSIGNMENT_SPARE, POWER_UP, 1);
  store_case_desktop(test, "b", ASSIGNMENT_SPARE, POWER_LOST, 2);
  store_case_desktop(test, "c", ASSIGNMENT_NONE, POWER_PLANNED, 3);
  store_case_desktop(test, "d", ASSIGNMENT_NONE, POWER_STARTING, 4);
  store_case_desktop(test, "e", ASSIGNMENT_RECYCLING, POWER_UP, 5);
  g_assert_true(desktop_store_count(test->transaction, "office", &counts, NULL));
  g_assert_cmpuint(counts.spare, ==, 1);
  g_assert_cmpuint(counts.starting, ==, 2);
  g_assert_cmpuint(counts.failed, ==, 2);
  g_assert_cmpuint(counts.assigned, ==, 0);
}

/* However many spares a silent host has: those of the others are found. */
static void
test_free_ones_are_on_hosts_that_answer(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  store_case_desktop(test, "office-0001", ASSIGNMENT_SPARE, POWER_UP, 1);
  g_autoptr(Host) host = host_store_find(test->transaction, "kvm1", &error);
  host->state = HOST_SILENT;
  g_assert_true(host_store_put(test->transaction, host, &error));
  g_autoptr(GPtrArray) none = desktop_store_free_of_pool(test->transaction, "office", "shape", 4, &error);
  g_assert_cmpuint(none->len, ==, 0);
  host->state = HOST_UP;
  g_assert_true(host_store_put(test->transaction, host, &error));
  g_autoptr(GPtrArray) one = desktop_store_free_of_pool(test->transaction, "office", "shape", 4, &error);
  g_assert_cmpuint(one->len, ==, 1);
}

/* Several desktops of a pool are told apart by their slot; what is kept needs no session. */
static void
test_slots(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gboolean claimed = FALSE;
  gint64 count = 0;
  store_case_pool(test);
  store_case_user(test, "alice");
  store_case_desktop(test, "office-0001", ASSIGNMENT_SPARE, POWER_UP, 1);
  store_case_desktop(test, "office-0002", ASSIGNMENT_SPARE, POWER_UP, 2);
  g_assert_true(desktop_store_claim(test->transaction, "office-0001", "alice", 2, &claimed, &error));
  g_assert_true(desktop_store_claim(test->transaction, "office-0002", "alice", 1, &claimed, &error));
  g_autoptr(GPtrArray) owned = desktop_store_owned(test->transaction, "office", "alice", &error);
  g_assert_cmpuint(owned->len, ==, 2);
  Desktop *first = g_ptr_array_index(owned, 0);
  g_assert_cmpstr(first->name, ==, "office-0002");
  g_assert_cmpuint(first->slot, ==, 1);
  g_assert_true(desktop_store_count_owned(test->transaction, "alice", &count, &error));
  g_assert_cmpint(count, ==, 2);
  g_assert_false(first->used);
  g_assert_true(desktop_store_mark_used(test->transaction, first->id, &error));
  g_autoptr(Desktop) used = desktop_store_find(test->transaction, first->id, &error);
  g_assert_true(used->used);
}

static void
test_life_of_a_desktop(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  store_case_user(test, "alice");
  store_case_desktop(test, "office-0001", ASSIGNMENT_RECYCLING, POWER_UP, 1);
  g_autoptr(Desktop) desktop = desktop_store_find(test->transaction, "office-0001", &error);
  g_assert_cmpint(desktop->kind, ==, POOL_FLOATING);
  g_assert_cmpint(desktop->on_logoff, ==, POOL_LOGOFF_RECLONE);
  desktop->stopping = desktop->signing_out = TRUE;
  desktop->slot = 3;
  desktop->remade_for = g_strdup("alice");
  desktop->guest.idle_ms = -1;
  desktop->guest.idle_at_us = 88;
  g_assert_true(desktop_store_update(test->transaction, desktop, &error));
  g_autoptr(Desktop) same = desktop_store_find(test->transaction, "office-0001", &error);
  g_assert_true(same->stopping && same->signing_out);
  g_assert_cmpuint(same->slot, ==, 3);
  g_assert_cmpstr(same->remade_for, ==, "alice");
  g_assert_cmpint(same->guest.idle_ms, ==, -1);
  g_assert_cmpint(same->guest.idle_at_us, ==, 88);
  g_assert_true(desktop_store_forget_remake(test->transaction, "office", "alice", &error));
  g_autoptr(Desktop) forgotten = desktop_store_find(test->transaction, "office-0001", &error);
  g_assert_null(forgotten->remade_for);
}

/* Only sessions that time can do something to are read at each turn. */
static void
test_limited(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  g_assert_true(add_session(test, "s1", "alice", "d1", &error));
  g_autoptr(GPtrArray) none = session_store_limited(test->transaction, &error);
  g_assert_cmpuint(none->len, ==, 0);
  g_autoptr(Pool) pool = pool_store_find(test->transaction, "office", &error);
  pool->on_disconnect = POOL_DISCONNECT_LOCK;
  g_assert_true(pool_store_update(test->transaction, pool, &error));
  g_autoptr(Session) session = session_store_find(test->transaction, "s1", &error);
  session->state = SESSION_CONNECTED;
  session->console_since_us = 5;
  g_assert_true(session_store_update(test->transaction, session, &error));
  g_autoptr(GPtrArray) open = session_store_limited(test->transaction, &error);
  g_assert_cmpuint(open->len, ==, 0);
  session->state = SESSION_DISCONNECTED;
  session->console_since_us = 7;
  session->notice = g_strdup("It ends soon.");
  session->age_warned_us = 9;
  g_assert_true(session_store_update(test->transaction, session, &error));
  g_autoptr(GPtrArray) left = session_store_limited(test->transaction, &error);
  g_assert_cmpuint(left->len, ==, 1);
  const Session *same = g_ptr_array_index(left, 0);
  g_assert_cmpint(same->console_since_us, ==, 7);
  g_assert_cmpint(same->age_warned_us, ==, 9);
  g_assert_cmpstr(same->reasons[0], ==, "It ends soon.");
}

/* I1 in the schema itself. */
static void
test_many_sessions(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  store_case_pool(test);
  store_case_desktop(test, "d3", ASSIGNMENT_SPARE, POWER_UP, 1);
  for (guint i = 0; i < 150; i++) {
    g_autofree char *desktop = g_strdup_printf("d%u", i);
    char *id = g_strdup_printf("s%u", i);
    g_ptr_array_add(ids, id);
    g_assert_true(i % 10 == 0 || add_session(test, id, id, desktop, &error));
  }
  g_autoptr(GPtrArray) sessions = session_store_find_many(test->transaction, ids, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(sessions->len, ==, ids->len);
  for (guint i = 0; i < sessions->len; i++) {
    const Session *session = g_ptr_array_index(sessions, i);
    g_assert_cmpstr(session != NULL ? session->id : NULL, ==, i % 10 == 0 ? NULL : ids->pdata[i]);
    g_assert_cmpuint(session != NULL ? session->epoch.generation : 0, ==, i == 3 ? 1 : 0);
  }
}

static void
test_one_live_session(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  g_assert_true(add_session(test, "s1", "alice", "d1", &error));
  store_case_next(test, TRUE);
  g_assert_false(add_session(test, "s2", "alice", "d2", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  store_case_next(test, FALSE);
  g_assert_false(add_session(test, "s3", "bob", "d1", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT);
  g_clear_error(&error);
  store_case_next(test, FALSE);
  g_assert_true(session_store_end(test->transaction, "s1", "session-ended", "You logged off.", 9, &error));
  g_assert_true(add_session(test, "s4", "bob", "d1", &error));
  g_assert_no_error(error);
}

static void
test_session(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  store_case_desktop(test, "d1", ASSIGNMENT_SPARE, POWER_STARTING, 1);
  g_assert_true(add_session(test, "s1", "alice", "d1", &error));
  g_autoptr(GPtrArray) own = session_store_live(test->transaction, "alice", "office", &error);
  g_assert_cmpuint(own->len, ==, 1);
  Session *session = g_ptr_array_index(own, 0);
  g_assert_cmpstr(session->step, ==, "booting");
  g_assert_cmpuint(session->progress, ==, 30);
  session->state = SESSION_CONNECTED;
  session->connected_from = g_strdup("198.51.100.7");
  g_assert_true(session_store_update(test->transaction, session, &error));
  const Page page = {0};
  g_autofree char *next = NULL;
  g_autoptr(GPtrArray) live = session_store_list(test->transaction, NULL, &page, &next, &error);
  g_assert_cmpuint(live->len, ==, 1);
  g_assert_null(next);
  g_assert_true(session_store_end(test->transaction, "s1", "host-gone", "It went.", 10, &error));
  g_assert_false(session_store_update(test->transaction, session, &error)); /* what ended stays so */
  g_clear_error(&error);
  g_autoptr(Session) ended = session_store_find(test->transaction, "s1", &error);
  g_assert_cmpint(ended->state, ==, SESSION_ENDED);
  g_assert_cmpstr(ended->end_code, ==, "host-gone");
  g_assert_cmpstr(ended->reasons[0], ==, "It went.");
  g_assert_null(ended->connected_from);
  g_assert_true(session_store_remove_ended(test->transaction, 11, &error));
  g_assert_null(session_store_find(test->transaction, "s1", NULL));
}

static void
test_idempotency_key(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  store_case_pool(test);
  g_assert_true(add_session(test, "s1", "alice", "d1", &error));
  g_assert_true(idempotency_store_add(test->transaction, "alice", "key", "office", "s1", 50, &error));
  g_autoptr(IdempotencyRow) row = idempotency_store_find(test->transaction, "alice", "key", &error);
  g_assert_cmpstr(row->session_id, ==, "s1");
  g_assert_null(
      idempotency_store_find(test->transaction, "bob", "key", NULL)); /* another's key is not ours */
  g_assert_true(idempotency_store_remove_old(test->transaction, 51, &error));
  g_assert_null(idempotency_store_find(test->transaction, "alice", "key", NULL));
}

static void
test_pool(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  gint64 pools = 0;
  store_case_pool(test);
  g_autoptr(Pool) pool = pool_store_find(test->transaction, "office", &error);
  g_assert_cmpstr(pool->channels[1], ==, "display");
  pool->spares = 4;
  g_assert_true(pool_store_update(test->transaction, pool, &error));
  g_autoptr(Pool) changed = pool_store_find(test->transaction, "office", &error);
  g_assert_cmpuint(changed->spares, ==, 4);
  g_assert_cmpint(changed->version, ==, 2);
  g_assert_true(pool_store_count_of_image(test->transaction, "debian12", &pools, &error));
  g_assert_cmpint(pools, ==, 1);
  changed->deleting = TRUE;
  g_assert_true(pool_store_update(test->transaction, changed, &error));
  g_assert_null(pool_store_find(test->transaction, "office", &error));
  g_assert_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNKNOWN_POOL);
  g_autoptr(GPtrArray) all = pool_store_all(test->transaction, NULL);
  g_assert_cmpuint(all->len, ==, 1);
}

/* Every member that an administrator sets comes back as it was written. */
static void
test_pool_members(StoreCase *test, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  static const char *const channels[] = {"main", "display", "inputs", "port", NULL};
  static const char *const tags[] = {"ward-3", "nurses", NULL};
  static const char *const hosts[] = {"kvm1", "kvm2", NULL};
  static const PoolSchedule schedule = {.time_zone = (char *)"Europe/Berlin",
                                        .count = 2,
                                        .rules = {{0x1f, 420, 1080, 8, 40}, {0x60, 1320, 360, -1, 0}}};
  store_case_pool(test);
  const Pool written = {.id = (char *)"office",
                        .description = (char *)"Büro; 'drei'",
                        .tags = (GStrv)tags,
                        .kind = POOL_DEDICATED,
                        .image = (char *)"debian13",
                        .naming = (char *)"buero-{n:3}",
                        .size = 11,
                        .size_min = 3,
                        .spares = 2,
                        .desktops_per_user = 4,
                        .vcpus = 5,
                        .memory_mib = 6000,
                        .disks = 2,
                        .disks_mib = {1024, 70000},
                        .network = (char *)"bridge:br0",
                        .heads = 3,
                        .account = (char *)"clerk",
                        .channels = (GStrv)channels,
                        .on_disconnect = POOL_DISCONNECT_SHUTDOWN,
                        .on_disconnect_delay_s = 601,
                        .on_logoff = POOL_LOGOFF_STOP,
                        .idle_limit_s = 1801,
                        .session_limit_s = 36001,
                        .warning_s = 121,
                        .may_restart = TRUE,
                        .may_reset = FALSE,
                        .take_over = POOL_TAKE_OVER_TAKE,
                        .second_factor = POOL_SECOND_FACTOR_REQUIRED,
                        .hosts = (GStrv)hosts,
                        .placement = POOL_PLACEMENT_PACK,
                        .schedule = (PoolSchedule *)&schedule};
  g_assert_true(pool_store_update(test->transaction, &written, &error));
  g_autoptr(Pool) pool = pool_store_find(test->transaction, "office", &error);
  g_assert_no_error(error);
  g_autofree char *rules = pool_schedule_to_text(&schedule),
                  *read_rules = pool_schedule_to_text(pool->schedule);
  g_assert_cmpstr(pool->description, ==, written.description);
  g_assert_true(g_strv_equal((const char *const *)pool->tags, tags));
  g_assert_true(g_strv_equal((const char *const *)pool->hosts, hosts));
  g_assert_true(g_strv_equal((const char *const *)pool->channels, channels));
  g_assert_cmpint(pool->kind, ==, written.kind);
  g_assert_cmpstr(pool->image, ==, written.image);
  g_assert_cmpstr(pool->naming, ==, written.naming);
  g_assert_cmpuint(pool->size, ==, written.size);
  g_assert_cmpuint(pool->size_min, ==, written.size_min);
  g_assert_cmpuint(pool->spares, ==, written.spares);
  g_assert_cmpuint(pool->desktops_per_user, ==, written.desktops_per_user);
  g_assert_cmpuint(pool->vcpus, ==, written.vcpus);
  g_assert_cmpuint(pool->memory_mib, ==, written.memory_mib);
  g_assert_cmpmem(pool->disks_mib, sizeof pool->disks_mib, written.disks_mib, sizeof written.disks_mib);
  g_assert_cmpuint(pool->disks, ==, written.disks);
  g_assert_cmpstr(pool->network, ==, written.network);
  g_assert_cmpuint(pool->heads, ==, written.heads);
  g_assert_cmpstr(pool->account, ==, written.account);
  g_assert_cmpint(pool->on_disconnect, ==, written.on_disconnect);
  g_assert_cmpuint(pool->on_disconnect_delay_s, ==, written.on_disconnect_delay_s);
  g_assert_cmpint(pool->on_logoff, ==, written.on_logoff);
  g_assert_cmpuint(pool->idle_limit_s, ==, written.idle_limit_s);
  g_assert_cmpuint(pool->session_limit_s, ==, written.session_limit_s);
  g_assert_cmpuint(pool->warning_s, ==, written.warning_s);
  g_assert_true(pool->may_restart && !pool->may_reset);
  g_assert_cmpint(pool->take_over, ==, written.take_over);
  g_assert_cmpint(pool->second_factor, ==, written.second_factor);
  g_assert_cmpint(pool->placement, ==, written.placement);
  g_assert_cmpstr(read_rules, ==, rules);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  STORE_CASE_ADD("/stores/desktop/claim", test_claim_once);
  STORE_CASE_ADD("/stores/desktop/recycling", test_recycling_is_not_claimed);
  STORE_CASE_ADD("/stores/desktop/update", test_update);
  STORE_CASE_ADD("/stores/desktop/counts", test_counts);
  STORE_CASE_ADD("/stores/desktop/free", test_free_ones_are_on_hosts_that_answer);
  STORE_CASE_ADD("/stores/desktop/slots", test_slots);
  STORE_CASE_ADD("/stores/desktop/life", test_life_of_a_desktop);
  STORE_CASE_ADD("/stores/session/limited", test_limited);
  STORE_CASE_ADD("/stores/session/one-live", test_one_live_session);
  STORE_CASE_ADD("/store/session/many", test_many_sessions);
  STORE_CASE_ADD("/stores/session", test_session);
  STORE_CASE_ADD("/stores/idempotency", test_idempotency_key);
  STORE_CASE_ADD("/stores/pool", test_pool);
  STORE_CASE_ADD("/stores/pool/members", test_pool_members);
  return g_test_run();
}
