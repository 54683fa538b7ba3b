/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/services.h"

#include "broker/service/audit/audit_sealing.h"
#include "broker/service/audit_log.h"
#include "broker/service/away/database_return.h"
#include "broker/service/away/known_feed.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/housekeeping.h"
#include "broker/service/people/sign_in_history.h"
#include "broker/service/pools/pool_keeper.h"
#include "broker/service/services_private.h"
#include "broker/service/sessions/session_limits.h"
#include "broker/service/trust/certificate_registry.h"
#include "broker/service/trust/grant_keys.h"
#include "broker/service/work.h"
#include "broker/store/setting_store.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

#define READERS              4
#define HASH_WAITING         4 /* fewer than the workers of the API: sign-ins leave some for others */
#define SLOW_TICK_US         (10 * SECOND_US)
#define TURN_GAP_US          (SECOND_US / 20)
#define TURN_GAP_FACTOR      10
#define CLEANING_INTERVAL_US (60 * SECOND_US)
#define HOUR_US              (3600 * SECOND_US)
#define DAY_US               (24 * 60 * 60 * SECOND_US)
#define NONCE_KEY_BYTES      32

static gint64
read_number(DbTransaction *transaction, const char *name, gint64 fallback)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = setting_store_get(transaction, name, &error);
  return text != NULL ? g_ascii_strtoll(text, NULL, 10) : fallback;
}

static gboolean
write_number(DbTransaction *transaction, const char *name, gint64 number, GError **error)
{
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
  return setting_store_set(transaction, name, text, error);
}

/* The setting @name; @value (transfer full) when it was never set. NULL on failure. */
static char *
read_or_set(DbTransaction *transaction, const char *name, char *value, GError **error)
{
  g_autofree char *fallback = value;
  GError *problem = NULL;
  char *found = setting_store_get(transaction, name, &problem);
  if (found != NULL)
    return found;
  if (!g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  return setting_store_set(transaction, name, fallback, error) ? g_steal_pointer(&fallback) : NULL;
}

/* The first broker of a new database gives the installation its id, and what challenges of devices are sealed
 * with. */
static gboolean
read_identity(Services *services, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(services->db, DB_WRITE, error);
  if (transaction == NULL)
    return FALSE;
  services->installation = read_or_set(transaction, "installation", g_uuid_string_random(), error);
  if (services->installation == NULL)
    return FALSE;
  services->nonce_key = read_or_set(transaction, "device-nonce-key", secret_random(NONCE_KEY_BYTES), error);
  if (services->nonce_key == NULL)
    return FALSE;
  services->generation = (guint64)read_number(transaction, "generation", 1);
  return write_number(transaction, "generation", (gint64)services->generation, error) &&
         db_commit(transaction, error);
}

/* What is known by heart while the database is away, and what is written when it is back. */
static void
make_memory(Services *services)
{
  services->watch = database_watch_new();
  services->known_sessions = known_sessions_new();
  services->known_sign_ins = known_sign_ins_new();
  services->known_passwords = known_passwords_new();
  services->journal = away_journal_new();
  services->refusals = refusal_window_new();
  services->sign_outs = away_sign_outs_new();
  services->unwritten_silences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void
free_memory(Services *services)
{
  database_watch_free(services->watch);
  known_sessions_free(services->known_sessions);
  known_sign_ins_free(services->known_sign_ins);
  known_passwords_free(services->known_passwords);
  away_journal_free(services->journal);
  refusal_window_free(services->refusals);
  away_sign_outs_free(services->sign_outs);
  g_clear_pointer(&services->unwritten_silences, g_hash_table_unref);
}

/* A server is for several brokers, a file for one. */
static gboolean
is_shared(const char *database)
{
  return g_str_has_prefix(database, "postgresql://") || g_str_has_prefix(database, "postgres://");
}

#define SERVICES_OF_TIME(clock)                                                                              \
  ((const Services *)(gconstpointer)((const char *)(clock)-G_STRUCT_OFFSET(Services, time)))

static gint64
time_wall_us(const Clock *clock)
{
  return db_clock_us(SERVICES_OF_TIME(clock)->db);
}

static gint64
time_boottime_us(const Clock *clock)
{
  return clock_boottime_us(SERVICES_OF_TIME(clock)->clock);
}

static SignInLimit
limit_or(const SignInLimit *limit, gint64 idle_us, gint64 lifetime_us)
{
  return (SignInLimit){limit->idle_us > 0 ? limit->idle_us : idle_us,
                       limit->lifetime_us > 0 ? limit->lifetime_us : lifetime_us};
}

Services *
services_new(const ServicesOptions *options, GError **error)
{
  g_autoptr(Services) services = g_new0(Services, 1);
  g_mutex_init(&services->mutex);
  g_cond_init(&services->wake);
  services->clock = options->clock;
  services->time = (Clock){time_wall_us, time_boottime_us};
  make_memory(services);
  services->instance = g_uuid_string_random();
  services->sender = options->sender;
  services->signer = options->signer;
  services->directories = options->directories;
  services->sign_in_limits =
      (SignInLimits){limit_or(&options->sign_in.user, 12 * HOUR_US, 7 * 24 * HOUR_US),
                     limit_or(&options->sign_in.administrator, 2 * HOUR_US, 24 * HOUR_US)};
  services->audit_keep_us = (options->audit_keep_days > 0 ? options->audit_keep_days : 365) * DAY_US;
  const char *name = options->broker_name != NULL ? options->broker_name : "b1";
  services->db = database_open(options->database_path, name, READERS, options->clock, error);
  if (services->db == NULL || !read_identity(services, error))
    return NULL;
  services->sealer = audit_sealer_new(services);
  services->hasher = password_hasher_new(options->hash_workers > 0 ? options->hash_workers : 2, HASH_WAITING);
  services->authenticator = local_authenticator_new(services->hasher);
  services->throttle = sign_in_throttle_new();
  services->external_recheck = external_recheck_new(services);
  services->device_budget = device_budget_new();
  services->hub = session_hub_new();
  services->delivery = delivery_new();
  services->session_times = session_times_new();
  services->keeper_memory = keeper_memory_new();
  services->host_silence = host_silence_new();
  services->host_pulse = host_pulse_new();
  services->feed = change_feed_new(services);
  services->assignment_batch = assignment_batch_new(services);
  services->grant_batch = grant_batch_new(services);
  services->directory = broker_directory_new();
  services->certificates = certificate_memory_new();
  services->cluster = cluster_new(services, name, is_shared(options->database_path));
  return cluster_join(services->cluster, error) && broker_directory_read(services, NULL, error) &&
                 certificate_memory_read(services->certificates, services->db, error) &&
                 housekeeping_recover(services, error) && known_feed_load(services, error) &&
                 sign_in_history_recall(services, error)
             ? g_steal_pointer(&services)
             : NULL;
}

void
services_set_sender(Services *services, HostSender *sender)
{
  services->sender = sender;
}

void
services_set_signer(Services *services, GrantSigner *signer)
{
  services->signer = signer;
}

void
services_set_grant_keys(Services *services, GrantKeys *keys)
{
  services->grant_keys = keys;
  services->signer = grant_keys_signer(keys);
}

gboolean
services_set_audit_key(Services *services, const GrantKey *key, GError **error)
{
  services->audit_key = key;
  return audit_sealing_publish_key(services, error);
}

/* What one broker does for all; each step makes sure in its own transaction that it is this one. */
static gboolean
keep(Services *services, GError **error)
{
  gint64 now_us = clock_boottime_us(services->clock);
  if (!housekeeping_give_up_hosts(services, error))
    return FALSE;
  if (now_us - services->cleaned_us >= CLEANING_INTERVAL_US) {
    if (!housekeeping_delete_expired(services, error) || !broker_directory_forget_gone(services, error))
      return FALSE;
    services->cleaned_us = now_us;
  }
  return session_limits_run(services, error) && pool_keeper_run(services, error);
}

/* The lease was taken away between two looks: no failure, the other one goes on. */
static gboolean
keep_if_keeper(Services *services, GError **error)
{
  GError *problem = NULL;
  if (!cluster_is_keeper(services->cluster)) {
    services->next_limit_us = 0; /* the limits of sessions are another's to watch */
    return TRUE;
  }
  if (keep(services, &problem))
    return TRUE;
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH)) {
    g_error_free(problem);
    cluster_wake(services->cluster);
    return TRUE;
  }
  g_propagate_error(error, problem);
  return FALSE;
}

gboolean
services_tick(Services *services, GError **error)
{
  if (!database_return_try(services))
    return TRUE; /* told already */
  housekeeping_look_at_clock(services);
  if (services->grant_keys != NULL)
    grant_keys_tend(services->grant_keys);
  return host_events_write_heartbeats(services, error) && certificate_registry_write_noted(services, error) &&
         keep_if_keeper(services, error) &&
         delivery_run_for(services->delivery, services->db, NULL, services->sender, error); /* a safety net */
}

gboolean
services_catch_up(Services *services, GError **error)
{
  return change_feed_catch_up(services->feed, error);
}

gboolean
services_beat(Services *services, GError **error)
{
  return cluster_tick(services->cluster, error);
}

gboolean
services_is_keeper(Services *services)
{
  return cluster_is_keeper(services->cluster);
}

void
services_set_replaced(Services *services, void (*replaced)(gpointer data), gpointer data)
{
  services->replaced = replaced;
  services->replaced_data = data;
}

void
services_replaced(Services *services)
{
  if (services->replaced != NULL)
    services->replaced(services->replaced_data);
}

void
services_wake(Services *services)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&services->mutex);
  services->awake = TRUE;
  g_cond_signal(&services->wake);
}

/* How long till the next limit of which the time is known. */
static gint64
known_pause_us(Services *services, gint64 tick_us)
{
  gint64 now_us = clock_boottime_us(services->clock);
  if (services->next_limit_us != 0)
    tick_us = CLAMP(services->next_limit_us - now_us, TURN_GAP_US, tick_us);
  if (services->grant_keys != NULL)
    tick_us = CLAMP(grant_keys_due_us(services->grant_keys) - now_us, MIN(SECOND_US, tick_us), tick_us);
  return tick_us;
}

/* Waits for a change or the slow tick; FALSE: stop. Changes come in crowds: one turn serves them all, and
 * where a turn takes long (@took_us) the pause is as much longer, so that turns never eat up a core. */
static gboolean
wait_for_turn(Services *services, gint64 took_us)
{
  gint64 gap_us = CLAMP(took_us * TURN_GAP_FACTOR, TURN_GAP_US, SECOND_US);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&services->mutex);
  gint64 began_us = g_get_monotonic_time(), now_us = began_us;
  gint64 pause_us = database_return_pause_us(services);
  gint64 tick_us = pause_us >= 0 ? MIN(pause_us + gap_us, SLOW_TICK_US) : SLOW_TICK_US;
  tick_us = known_pause_us(services, tick_us);
  while (!services->stopping && now_us < began_us + tick_us &&
         !(services->awake && now_us >= began_us + gap_us)) {
    g_cond_wait_until(&services->wake, &services->mutex, began_us + (services->awake ? gap_us : tick_us));
    now_us = g_get_monotonic_time();
  }
  services->awake = FALSE;
  return !services->stopping;
}

static gpointer
run_background(gpointer data)
{
  Services *services = data;
  gint64 took_us;
  do {
    gint64 began_us = g_get_monotonic_time();
    g_autoptr(GError) error = NULL;
    if (!services_tick(services, &error))
      log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.code = error_stable_name(error)),
                "The pools wait for the next try: %s", error->message);
    took_us = g_get_monotonic_time() - began_us;
  } while (wait_for_turn(services, took_us));
  return NULL;
}

gboolean
services_tell_life(Services *services, gboolean starts, const char *detail, GError **error)
{
  return audit_log_event(services, starts ? "broker.start" : "broker.stop", "broker",
                         cluster_name(services->cluster), detail, error);
}

void
services_start(Services *services)
{
  change_feed_start(services->feed);
  cluster_start(services->cluster);
  external_recheck_start(services->external_recheck);
  audit_sealer_start(services->sealer);
  services->background = g_thread_new("keeper", run_background, services);
}

void
services_stop(Services *services)
{
  if (services->feed != NULL)
    change_feed_stop(services->feed);
  g_mutex_lock(&services->mutex);
  services->stopping = TRUE;
  g_cond_signal(&services->wake);
  g_mutex_unlock(&services->mutex);
  g_clear_pointer(&services->background, g_thread_join);
  if (services->external_recheck != NULL)
    external_recheck_stop(services->external_recheck);
  if (services->sealer != NULL)
    audit_sealer_stop(services->sealer);
  if (services->cluster != NULL)
    cluster_stop(services->cluster);
}

const Clock *
services_time(Services *services)
{
  return &services->time;
}

const char *
services_installation(Services *services)
{
  return services->installation;
}

void
services_free(Services *services)
{
  if (services == NULL)
    return;
  services_stop(services);
  change_feed_free(services->feed);
  assignment_batch_free(services->assignment_batch);
  grant_batch_free(services->grant_batch);
  cluster_free(services->cluster);
  audit_sealer_free(services->sealer);
  broker_directory_free(services->directory);
  certificate_memory_free(services->certificates);
  host_pulse_free(services->host_pulse);
  host_silence_free(services->host_silence);
  session_times_free(services->session_times);
  keeper_memory_free(services->keeper_memory);
  delivery_free(services->delivery);
  external_recheck_free(services->external_recheck);
  session_hub_free(services->hub);
  sign_in_throttle_free(services->throttle);
  factor_vault_free(services->factor_vault);
  device_budget_free(services->device_budget);
  secret_free(services->nonce_key);
  authenticator_free(services->authenticator);
  password_hasher_free(services->hasher);
  db_close(services->db);
  free_memory(services);
  g_free(services->installation);
  g_free(services->instance);
  g_mutex_clear(&services->mutex);
  g_cond_clear(&services->wake);
  g_free(services);
}
