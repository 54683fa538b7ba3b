/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/serial_lanes.h"

typedef struct {
  GMutex lock;
  GCond changed;
  gboolean may_go;
  gint inside; /* tasks of the lane that run now */
  GArray *order;
} Log;

typedef struct {
  Log *log;
  int number;
} Entry;

static void
run_entry(gpointer data)
{
  Entry *entry = data;
  g_assert_cmpint(g_atomic_int_add(&entry->log->inside, 1), ==, 0);
  g_mutex_lock(&entry->log->lock);
  while (!entry->log->may_go)
    g_cond_wait(&entry->log->changed, &entry->log->lock);
  g_array_append_val(entry->log->order, entry->number);
  g_mutex_unlock(&entry->log->lock);
  g_atomic_int_add(&entry->log->inside, -1);
}

static gboolean
push(SerialLanes *lanes, Log *log, int number)
{
  Entry *entry = g_new0(Entry, 1);
  *entry = (Entry){log, number};
  return serial_lanes_push(lanes, "a", run_entry, entry, g_free);
}

static void
let_go(Log *log)
{
  g_mutex_lock(&log->lock);
  log->may_go = TRUE;
  g_cond_broadcast(&log->changed);
  g_mutex_unlock(&log->lock);
}

static void
test_one_lane_keeps_its_order(void)
{
  Log log = {.order = g_array_new(FALSE, FALSE, sizeof(int))};
  SerialLanes *lanes = serial_lanes_new(4, 100);
  for (int i = 0; i < 50; i++)
    g_assert_true(push(lanes, &log, i));
  let_go(&log);
  serial_lanes_free(lanes); /* waits for all */
  g_assert_cmpuint(log.order->len, ==, 50);
  for (int i = 0; i < 50; i++)
    g_assert_cmpint(g_array_index(log.order, int, (guint)i), ==, i);
  g_array_unref(log.order);
}

static void
set_flag(gpointer data)
{
  Log *log = data;
  let_go(log);
}

/* With one lane stuck, another one frees it: so they run at once. */
static void
test_lanes_do_not_wait_for_each_other(void)
{
  Log log = {.order = g_array_new(FALSE, FALSE, sizeof(int))};
  SerialLanes *lanes = serial_lanes_new(2, 100);
  g_assert_true(push(lanes, &log, 1));
  g_assert_true(serial_lanes_push(lanes, "b", set_flag, &log, NULL));
  serial_lanes_free(lanes);
  g_assert_cmpuint(log.order->len, ==, 1);
  g_array_unref(log.order);
}

static void
test_full_lane_refuses(void)
{
  Log log = {.order = g_array_new(FALSE, FALSE, sizeof(int))};
  SerialLanes *lanes = serial_lanes_new(1, 2);
  guint taken = 0;
  for (int i = 0; i < 10; i++)
    taken += push(lanes, &log, i);
  g_assert_cmpuint(taken, >=, 2); /* two wait, and one may have begun */
  g_assert_cmpuint(taken, <=, 3);
  Entry *entry = g_new0(Entry, 1);
  *entry = (Entry){&log, 99};
  serial_lanes_push_always(lanes, "a", run_entry, entry, g_free);
  let_go(&log);
  serial_lanes_free(lanes);
  g_assert_cmpuint(log.order->len, ==, taken + 1);
  g_assert_cmpint(g_array_index(log.order, int, log.order->len - 1), ==, 99);
  g_array_unref(log.order);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/serial-lanes/order", test_one_lane_keeps_its_order);
  g_test_add_func("/serial-lanes/independent", test_lanes_do_not_wait_for_each_other);
  g_test_add_func("/serial-lanes/full", test_full_lane_refuses);
  return g_test_run();
}
