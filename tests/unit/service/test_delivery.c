/* SPDX-License-Identifier: Apache-2.0 */
/* Handing commands to hosts while the database stands still, and by several threads at once. */
#include "broker/service/hosts/delivery.h"

#include "broker/db/db_fault.h"
#include "broker/service/services_private.h"
#include "tests/unit/service/service_fixture.h"

#define LIMIT_US (5 * G_USEC_PER_SEC)

typedef struct {
  HostSender sender;
  ServiceFixture *fixture;
  Delivery *delivery;
  GThreadFunc meanwhile; /* what another thread does before the first statement is answered */
  GMutex mutex;
  GCond cond;
  gboolean is_standing, is_done, came_in_time;
  GArray *sent; /* ids of commands */
} Case;

static gboolean
deliver(HostSender *sender, const char *host, gint64 id, const char *text)
{
  g_array_append_val(((Case *)sender)->sent, id);
  return TRUE;
}

static gpointer
run_meanwhile(gpointer data)
{
  Case *test = data;
  test->meanwhile(test);
  g_mutex_lock(&test->mutex);
  test->is_done = TRUE;
  g_cond_broadcast(&test->cond);
  g_mutex_unlock(&test->mutex);
  return NULL;
}

/* The database answers the first statement when the other thread is done, or did not get on. */
static gboolean
stand_still(DbStep step, DbMode mode, gpointer data, GError **error)
{
  Case *test = data;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&test->mutex);
  if (step != DB_STEP_STATEMENT || test->is_standing)
    return TRUE;
  test->is_standing = TRUE;
  g_thread_unref(g_thread_new("meanwhile", run_meanwhile, test));
  gint64 until_us = g_get_monotonic_time() + LIMIT_US;
  while (!test->is_done && g_cond_wait_until(&test->cond, &test->mutex, until_us))
    ;
  test->came_in_time = test->is_done;
  return TRUE;
}

/* Two desktops wait to be made, and the link has the term 1. */
static void
set_up(Case *test, gconstpointer data)
{
  test->sender.deliver = deliver;
  test->fixture = service_fixture_new();
  test->delivery = delivery_new();
  test->sent = g_array_new(FALSE, FALSE, sizeof(gint64));
  service_fixture_pool(test->fixture, 2, 2);
  g_assert_true(services_tick(test->fixture->services, NULL));
  delivery_open(test->delivery, FIXTURE_HOST, 1);
}

static void
tear_down(Case *test, gconstpointer data)
{
  g_array_unref(test->sent);
  delivery_free(test->delivery);
  service_fixture_free(test->fixture);
}

static void
run(Case *test)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(delivery_run_for(test->delivery, test->fixture->services->db, NULL, &test->sender, &error));
  g_assert_no_error(error);
}

/* Runs while the database stands still and the other thread does @meanwhile. */
static void
run_during(Case *test, GThreadFunc meanwhile)
{
  test->meanwhile = meanwhile;
  db_set_fault(test->fixture->services->db, stand_still, test);
  run(test);
  g_assert_true(test->came_in_time);
  g_mutex_lock(&test->mutex); /* when it is done it touches nothing any more */
  g_mutex_unlock(&test->mutex);
  db_set_fault(test->fixture->services->db, NULL, NULL);
}

static gpointer
link_another_host(gpointer data)
{
  Case *test = data;
  delivery_open(test->delivery, "kvm2", 1);
  delivery_close(test->delivery, "kvm2", 1);
  return NULL;
}

static void
test_links_come_and_go(Case *test, gconstpointer data)
{
  run_during(test, link_another_host);
  g_assert_cmpuint(test->sent->len, ==, 2);
}

static gpointer
run_too(gpointer data)
{
  run(data);
  return NULL;
}

static void
test_nothing_is_sent_twice(Case *test, gconstpointer data)
{
  run_during(test, run_too);
  g_assert_cmpuint(test->sent->len, ==, 2);
  g_assert_cmpint(g_array_index(test->sent, gint64, 0), <, g_array_index(test->sent, gint64, 1));
}

static gpointer
link_again(gpointer data)
{
  delivery_open(((Case *)data)->delivery, FIXTURE_HOST, 2);
  return NULL;
}

/* What was read for the old link is not sent over the new one, which begins by itself. */
static void
test_new_link_begins_anew(Case *test, gconstpointer data)
{
  run_during(test, link_again);
  g_assert_cmpuint(test->sent->len, ==, 0);
  run(test);
  g_assert_cmpuint(test->sent->len, ==, 2);
}

#define ADD(name, function) g_test_add("/service/delivery/" name, Case, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("links", test_links_come_and_go);
  ADD("twice", test_nothing_is_sent_twice);
  ADD("anew", test_new_link_begins_anew);
  return g_test_run();
}
