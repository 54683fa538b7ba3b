/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/cluster/cluster.h"

#include "broker/policy/broker_liveness.h"
#include "broker/service/hosts/host_state.h"
#include "broker/service/hosts/link_term.h"
#include "broker/store/broker_store.h"
#include "broker/store/host_store.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define LOOK_AGAIN_US (SECOND_US / 4)
#define PATIENCE_US   (3 * SECOND_US)

struct Cluster {
  Services *services;
  char *name;
  gboolean is_shared;
  gboolean is_joined;
  gint is_keeper; /* atomic */

  GMutex mutex; /* of what follows */
  GCond wake;
  GHashTable *seen; /* instance → BrokerLiveness */
  gboolean awake;
  gboolean stopping;
  GThread *thread; /* nullable */
};

Cluster *
cluster_new(Services *services, const char *name, gboolean is_shared)
{
  Cluster *cluster = g_new0(Cluster, 1);
  cluster->services = services;
  cluster->name = g_strdup(name);
  cluster->is_shared = is_shared;
  g_mutex_init(&cluster->mutex);
  g_cond_init(&cluster->wake);
  cluster->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return cluster;
}

/* NULL without @error: there is none. */
static BrokerRow *
find_broker(DbTransaction *transaction, const char *name, GError **error)
{
  GError *problem = NULL;
  BrokerRow *row = broker_store_find(transaction, name, &problem);
  if (row == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
    g_propagate_error(error, problem);
  else
    g_clear_error(&problem);
  return row;
}

static BrokerRow *
read_namesake(Cluster *cluster, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(cluster->services->db, DB_READ, error);
  return transaction != NULL ? find_broker(transaction, cluster->name, error) : NULL;
}

static void
pause_us(Cluster *cluster, gint64 for_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cluster->mutex);
  gint64 until_us = g_get_monotonic_time() + for_us;
  while (g_cond_wait_until(&cluster->wake, &cluster->mutex, until_us))
    ;
}

/* Whoever has this name beats every second while he lives: is watched for longer than that. */
static gboolean
make_sure_that_the_name_is_free(Cluster *cluster, GError **error)
{
  GError *problem = NULL;
  g_autoptr(BrokerRow) first = read_namesake(cluster, &problem);
  gint64 until_us = g_get_monotonic_time() + BROKER_GAP_US;
  while (first != NULL && !first->stopped && g_get_monotonic_time() < until_us) {
    pause_us(cluster, LOOK_AGAIN_US);
    g_autoptr(BrokerRow) now = read_namesake(cluster, &problem);
    if (now == NULL)
      break;
    if (now->beat != first->beat && !now->stopped) {
      g_set_error(
          error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
          "A broker called %s serves this database already, at %s. Give this one another broker.name, or "
          "stop that one first.",
          cluster->name, now->address[0] != '\0' ? now->address : "an address not known yet");
      return FALSE;
    }
  }
  if (problem != NULL)
    g_propagate_error(error, problem);
  return problem == NULL;
}

static gboolean
put_row(Cluster *cluster, Work *work, const BrokerRow *before, GError **error)
{
  const BrokerRow row = {.name = cluster->name,
                         .instance = work->services->instance,
                         .address = before != NULL ? before->address : (char *)"",
                         .version = (char *)CARAWAY_VERSION,
                         .beat = before != NULL ? before->beat + 1 : 1,
                         .started_us = work->now_us,
                         .seen_us = work->now_us};
  work_notify(work, CHANGE_BROKER, "");
  return broker_store_put(work->transaction, &row, error);
}

/* The embedded database was locked for this process: others of its rows are of the past. */
static gboolean
stop_others(Cluster *cluster, Work *work, GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < rows->len; i++) {
    BrokerRow *row = g_ptr_array_index(rows, i);
    if (!row->stopped && !g_str_equal(row->name, cluster->name) &&
        !broker_store_set_stopped(work->transaction, row->instance, work->now_us, error))
      return FALSE;
    row->stopped |= !g_str_equal(row->name, cluster->name);
  }
  return TRUE;
}

static const BrokerRow *
row_of(const GPtrArray *rows, const char *instance)
{
  for (guint i = 0; i < rows->len; i++) {
    const BrokerRow *row = g_ptr_array_index(rows, i);
    if (g_str_equal(row->instance, instance))
      return row;
  }
  return NULL;
}

gboolean
cluster_is_gone(Cluster *cluster, const BrokerRow *row)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cluster->mutex);
  const BrokerLiveness *liveness = g_hash_table_lookup(cluster->seen, row->instance);
  return row->stopped || (liveness != NULL && broker_liveness_is_dead(liveness));
}

/* Takes the lease when whoever holds it is gone; @ret_is_mine tells whether it is ours now. */
static gboolean
care_for_lease(Cluster *cluster, Work *work, const GPtrArray *rows, gboolean *ret_is_mine, GError **error)
{
  g_autoptr(GError) problem = NULL;
  const char *instance = work->services->instance;
  g_autofree char *holder = broker_store_holder(work->transaction, BROKER_LEASE_KEEPER, &problem);
  if (holder == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  const BrokerRow *row = holder != NULL ? row_of(rows, holder) : NULL;
  *ret_is_mine = row == NULL || g_str_equal(holder, instance) || cluster_is_gone(cluster, row);
  if (!*ret_is_mine || g_strcmp0(holder, instance) == 0)
    return TRUE;
  log_info("this broker, %s, keeps the pools from now on", cluster->name);
  work_notify(work, CHANGE_BROKER, "");
  return broker_store_set_holder(work->transaction, BROKER_LEASE_KEEPER, instance, error);
}

static gboolean
silence(Work *work, GStrv names, GError **error)
{
  for (char **name = names; *name != NULL; name++) {
    g_autoptr(Host) host = host_store_find(work->transaction, *name, error);
    if (host == NULL || !link_term_end(work, host, error) ||
        !host_state_step(work, host, HOST_EVENT_SILENT, error))
      return FALSE;
  }
  return TRUE;
}

/* Hosts that were linked with a broker that is gone, and have not dialled another one yet, are silent. After
 * a broker that stopped in order they get @patience_us for that. */
static gboolean
silence_lost_hosts(Cluster *cluster, Work *work, const GPtrArray *rows, gint64 patience_us, GError **error)
{
  g_auto(GStrv) without = host_store_unlinked(work->transaction, work->now_us - patience_us, error);
  if (without == NULL || !silence(work, without, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    const BrokerRow *row = g_ptr_array_index(rows, i);
    if (row->stopped || !cluster_is_gone(cluster, row))
      continue;
    g_auto(GStrv) names = host_store_linked(work->transaction, row->instance, error);
    if (names == NULL || !silence(work, names, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
join(Cluster *cluster, gboolean *ret_is_keeper, GError **error)
{
  g_autoptr(Work) work = work_begin(cluster->services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(GError) problem = NULL;
  g_autoptr(BrokerRow) before = find_broker(work->transaction, cluster->name, &problem);
  if (problem != NULL) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  if (!put_row(cluster, work, before, error))
    return FALSE;
  g_autoptr(GPtrArray) rows = broker_store_all(work->transaction, error);
  return rows != NULL && (cluster->is_shared || stop_others(cluster, work, rows, error)) &&
         care_for_lease(cluster, work, rows, ret_is_keeper, error) &&
         silence_lost_hosts(cluster, work, rows, cluster->is_shared ? PATIENCE_US : 0, error) &&
         work_commit(work, error);
}

gboolean
cluster_join(Cluster *cluster, GError **error)
{
  gboolean is_keeper;
  if ((cluster->is_shared && !make_sure_that_the_name_is_free(cluster, error)) ||
      !join(cluster, &is_keeper, error))
    return FALSE;
  cluster->is_joined = TRUE;
  g_atomic_int_set(&cluster->is_keeper, is_keeper);
  return TRUE;
}

/* Those who are not entered any more are forgotten. */
static void
look(Cluster *cluster, const GPtrArray *rows)
{
  gint64 now_us = clock_boottime_us(cluster->services->clock);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cluster->mutex);
  GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < rows->len; i++) {
    const BrokerRow *row = g_ptr_array_index(rows, i);
    const BrokerLiveness *before = g_hash_table_lookup(cluster->seen, row->instance);
    BrokerLiveness after =
        broker_liveness_look(before != NULL ? before : &(BrokerLiveness){0}, row->beat, now_us);
    g_hash_table_insert(seen, g_strdup(row->instance), g_memdup2(&after, sizeof after));
  }
  g_hash_table_unref(cluster->seen);
  cluster->seen = seen;
}

/* Our row is gone: it was removed as one of a broker that is gone for good, or another process has the name.
 */
static gboolean
come_back(Cluster *cluster, Work *work, GError **error)
{
  GError *problem = NULL;
  g_autoptr(BrokerRow) row = find_broker(work->transaction, cluster->name, &problem);
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  if (row == NULL)
    return put_row(cluster, work, NULL, error);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
              "Another process took the place of the broker %s; this one ends.", cluster->name);
  return FALSE;
}

static gboolean
beat(Cluster *cluster, gboolean *ret_is_keeper, GError **error)
{
  g_autoptr(Work) work = work_begin(cluster->services, DB_WRITE, error);
  gboolean known;
  if (work == NULL ||
      !broker_store_beat(work->transaction, work->services->instance, work->now_us, &known, error) ||
      (!known && !come_back(cluster, work, error)))
    return FALSE;
  g_autoptr(GPtrArray) rows = broker_store_all(work->transaction, error);
  if (rows == NULL)
    return FALSE;
  look(cluster, rows);
  return care_for_lease(cluster, work, rows, ret_is_keeper, error) &&
         (!*ret_is_keeper || silence_lost_hosts(cluster, work, rows, PATIENCE_US, error)) &&
         work_commit(work, error);
}

gboolean
cluster_tick(Cluster *cluster, GError **error)
{
  gboolean is_keeper;
  if (!beat(cluster, &is_keeper, error))
    return FALSE;
  if (g_atomic_int_exchange(&cluster->is_keeper, is_keeper) != is_keeper && is_keeper)
    services_wake(cluster->services);
  return TRUE;
}

static gboolean
wait_for_beat(Cluster *cluster)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cluster->mutex);
  gint64 until_us = g_get_monotonic_time() + BROKER_BEAT_US;
  while (!cluster->stopping && !cluster->awake)
    if (!g_cond_wait_until(&cluster->wake, &cluster->mutex, until_us))
      break;
  cluster->awake = FALSE;
  return !cluster->stopping;
}

static gpointer
run(gpointer data)
{
  Cluster *cluster = data;
  gboolean was_told = FALSE;
  while (wait_for_beat(cluster)) {
    g_autoptr(GError) error = NULL;
    if (cluster_tick(cluster, &error)) {
      was_told = FALSE;
      continue;
    }
    if (!was_told)
      log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.code = error_stable_name(error)),
                "This broker does not reach the others: %s", error->message);
    was_told = TRUE;
    if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT)) {
      cluster->is_joined = FALSE; /* the row is not ours any more */
      services_replaced(cluster->services);
      return NULL;
    }
  }
  return NULL;
}

void
cluster_start(Cluster *cluster)
{
  if (cluster->is_shared)
    cluster->thread = g_thread_new("brokers", run, cluster);
}

static gboolean
leave(Cluster *cluster, GError **error)
{
  g_autoptr(Work) work = work_begin(cluster->services, DB_WRITE, error);
  if (work == NULL ||
      !broker_store_set_stopped(work->transaction, work->services->instance, work->now_us, error))
    return FALSE;
  g_autofree char *holder = broker_store_holder(work->transaction, BROKER_LEASE_KEEPER, NULL);
  work_notify(work, CHANGE_BROKER, "");
  return (g_strcmp0(holder, work->services->instance) != 0 ||
          broker_store_set_holder(work->transaction, BROKER_LEASE_KEEPER, NULL, error)) &&
         work_commit(work, error);
}

void
cluster_stop(Cluster *cluster)
{
  g_mutex_lock(&cluster->mutex);
  cluster->stopping = TRUE;
  g_cond_broadcast(&cluster->wake);
  g_mutex_unlock(&cluster->mutex);
  g_clear_pointer(&cluster->thread, g_thread_join);
  if (!cluster->is_shared || !cluster->is_joined)
    return;
  cluster->is_joined = FALSE;
  g_autoptr(GError) error = NULL;
  g_atomic_int_set(&cluster->is_keeper, FALSE);
  if (!leave(cluster, &error))
    log_warning("The other brokers have to find out that this one stopped: %s", error->message);
}

void
cluster_wake(Cluster *cluster)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cluster->mutex);
  cluster->awake = TRUE;
  g_cond_broadcast(&cluster->wake);
}

gboolean
cluster_is_keeper(Cluster *cluster)
{
  return g_atomic_int_get(&cluster->is_keeper);
}

gboolean
cluster_is_shared(const Cluster *cluster)
{
  return cluster->is_shared;
}

const char *
cluster_name(const Cluster *cluster)
{
  return cluster->name;
}

void
cluster_free(Cluster *cluster)
{
  if (cluster == NULL)
    return;
  cluster_stop(cluster);
  g_hash_table_unref(cluster->seen);
  g_mutex_clear(&cluster->mutex);
  g_cond_clear(&cluster->wake);
  g_free(cluster->name);
  g_free(cluster);
}
