/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/database_return.h"

#include "broker/service/cluster/change_feed.h"
#include "broker/service/hosts/host_events.h"
#include "broker/service/people/sign_in_ending.h"
#include "broker/service/work.h"
#include "broker/store/audit_store.h"
#include "broker/store/session_store.h"
#include "broker/store/setting_store.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define BATCH 500

/* What is tried is of about the size of real work: a disk that takes one small page more is not well. */
#define PROBE_SETTING "probe"
#define PROBE_BYTES   32768

void
database_return_note(Services *services, DbMode mode, const GError *error)
{
  if (!database_watch_is_trouble(error) ||
      !database_watch_failed(services->watch, mode, error, clock_boottime_us(services->clock)))
    return;
  log_write(LOG_LEVEL_ERROR, LOG_FIELDS(.code = error_stable_name(error)),
            "The database is away; owners come back to their own desktops, all else waits: %s",
            error->message);
  services_wake(services);
}

gboolean
database_return_forgive(Services *services, GError *problem, GError **error)
{
  if (database_watch_is_trouble(problem)) {
    database_return_note(services, DB_WRITE, problem);
    g_error_free(problem);
    return TRUE;
  }
  g_propagate_error(error, problem);
  return FALSE;
}

void
database_return_note_silence(Services *services, const char *host, gint64 term)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&services->mutex);
  const gint64 *noted = g_hash_table_lookup(services->unwritten_silences, host);
  if (noted == NULL || *noted < term)
    g_hash_table_replace(services->unwritten_silences, g_strdup(host), g_memdup2(&term, sizeof term));
}

/* --- the steps of the way back --- */

static gboolean
probe_reading(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return FALSE;
  g_autofree char *installation = setting_store_get(work->transaction, "installation", error);
  return installation != NULL;
}

static gboolean
write_probe(Services *services, const char *value, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && setting_store_set(work->transaction, PROBE_SETTING, value, error) &&
         work_commit(work, error);
}

static gboolean
probe_writing(Services *services, GError **error)
{
  g_autofree char *large = g_strnfill(PROBE_BYTES, 'x');
  return write_probe(services, large, error) && write_probe(services, "", error);
}

typedef gboolean (*WriteRows)(Services *services, const GPtrArray *rows, GError **error);

/* What can never be written must not keep the database shut for everything else. */
static gboolean
write_one_by_one(Services *services, const GPtrArray *rows, WriteRows write, const char *what, GError **error)
{
  for (guint i = 0; i < rows->len; i++) {
    GError *problem = NULL;
    g_autoptr(GPtrArray) row = g_ptr_array_new();
    g_ptr_array_add(row, g_ptr_array_index(rows, i));
    if (write(services, row, &problem))
      continue;
    if (database_watch_is_trouble(problem)) {
      g_propagate_error(error, problem);
      return FALSE;
    }
    log_warning("%s cannot be written and is left out: %s", what, problem->message);
    g_error_free(problem);
  }
  return TRUE;
}

/* Writes @rows, which are @what each, in one transaction; when one cannot be written for reasons of its own,
 * the others. */
static gboolean
write_or_leave_out(Services *services, const GPtrArray *rows, WriteRows write, const char *what,
                   GError **error)
{
  GError *problem = NULL;
  if (write(services, rows, &problem))
    return TRUE;
  if (database_watch_is_trouble(problem)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_error_free(problem);
  return write_one_by_one(services, rows, write, what, error);
}

/* At least once: when the answer to a commit is lost, the same entries are written again. */
static gboolean
write_entries(Services *services, const GPtrArray *entries, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  for (guint i = 0; work != NULL && i < entries->len; i++)
    if (!audit_store_add(work->transaction, g_ptr_array_index(entries, i), error))
      return FALSE;
  return work != NULL && work_commit(work, error);
}

static gboolean
write_lost(Services *services, guint64 lost, GError **error)
{
  if (lost == 0)
    return TRUE;
  g_autofree char *detail = g_strdup_printf(
      "%" G_GUINT64_FORMAT
      " more refusals while the database was away found no place; the broker's log has a part.",
      lost);
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && work_audit(work, NULL, "audit.lost", "audit", "refusals", detail, error) &&
         work_commit(work, error);
}

static gboolean
write_journal(Services *services, GError **error)
{
  for (;;) {
    guint64 lost;
    g_autoptr(GPtrArray) entries = away_journal_peek(services->journal, BATCH, &lost);
    if (entries->len == 0 && lost == 0)
      return TRUE;
    if (!write_or_leave_out(services, entries, write_entries, "An entry of the audit log", error))
      return FALSE;
    away_journal_drop(services->journal, entries->len, 0);
    if (!write_lost(services, lost, error))
      return FALSE;
    away_journal_drop(services->journal, 0, lost);
  }
}

/* Another broker may have ended the session or let another device in meanwhile; then that holds. */
static gboolean
write_device(Work *work, const KnownDevice *device, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Session) session = session_store_find(work->transaction, device->session_id, &problem);
  if (session == NULL) {
    if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
      g_clear_error(&problem);
    else
      g_propagate_error(error, problem);
    return problem == NULL;
  }
  if (session->state == SESSION_ENDED || !g_str_equal(session->device, device->before))
    return TRUE;
  g_free(session->device);
  session->device = g_strdup(device->device);
  work_tell(work, session->id);
  return session_store_update(work->transaction, session, error);
}

static gboolean
write_some_devices(Services *services, const GPtrArray *devices, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  for (guint i = 0; work != NULL && i < devices->len; i++)
    if (!write_device(work, g_ptr_array_index(devices, i), error))
      return FALSE;
  return work != NULL && work_commit(work, error);
}

static gboolean
write_devices(Services *services, GError **error)
{
  g_autoptr(GPtrArray) devices = known_sessions_devices(services->known_sessions);
  if (devices->len == 0)
    return TRUE;
  if (!write_or_leave_out(services, devices, write_some_devices, "The device of a session", error))
    return FALSE;
  known_sessions_devices_written(services->known_sessions, devices);
  return TRUE;
}

static gboolean
write_sign_out(Work *work, const AwaySignOut *out, GError **error)
{
  g_autofree char *object = g_strconcat("user/", out->user_name, NULL);
  const AuditEntry entry = {.time_us = out->time_us,
                            .actor = out->user_name,
                            .action = (char *)"sign-out",
                            .object = object,
                            .succeeded = TRUE,
                            .code = (char *)"",
                            .detail = (char *)"While the database was away.",
                            .address = out->address};
  return sign_in_ending_one(work, out->user_id, out->token_hash, error) &&
         audit_store_add(work->transaction, &entry, error);
}

static gboolean
write_some_sign_outs(Services *services, const GPtrArray *outs, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  for (guint i = 0; work != NULL && i < outs->len; i++)
    if (!write_sign_out(work, g_ptr_array_index(outs, i), error))
      return FALSE;
  return work != NULL && work_commit(work, error);
}

/* Till they are written, those sign-ins are refused here by what is known of them. */
static gboolean
write_sign_outs(Services *services, GError **error)
{
  for (;;) {
    g_autoptr(GPtrArray) outs = away_sign_outs_peek(services->sign_outs, BATCH);
    if (outs->len == 0)
      return TRUE;
    if (!write_or_leave_out(services, outs, write_some_sign_outs, "A sign-out", error))
      return FALSE;
    away_sign_outs_drop(services->sign_outs, outs);
  }
}

static GHashTable *
take_silences(Services *services)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&services->mutex);
  GHashTable *silences = g_steal_pointer(&services->unwritten_silences);
  services->unwritten_silences = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return silences;
}

/* A newer link of the host makes an old silence void. */
static gboolean
write_silences(Services *services, GError **error)
{
  g_autoptr(GHashTable) silences = take_silences(services);
  GHashTableIter iter;
  gpointer host, term;
  g_hash_table_iter_init(&iter, silences);
  while (g_hash_table_iter_next(&iter, &host, &term))
    if (!host_events_silent(services, host, *(gint64 *)term, error)) {
      g_hash_table_iter_init(&iter, silences);
      while (g_hash_table_iter_next(&iter, &host, &term))
        database_return_note_silence(services, host, *(gint64 *)term);
      return FALSE;
    }
  return TRUE;
}

static gboolean
write_all(Services *services, GError **error)
{
  return write_silences(services, error) && write_sign_outs(services, error) &&
         write_devices(services, error) && write_journal(services, error);
}

static gboolean
mend(Services *services, GError **error)
{
  if (!probe_reading(services, error))
    return FALSE;
  database_watch_can_read(services->watch);
  return probe_writing(services, error) && write_all(services, error);
}

/* --- after it --- */

static void
renew_links(Services *services)
{
  if (services->sender != NULL && services->sender->renew != NULL)
    services->sender->renew(services->sender);
}

static gboolean
try_mending(Services *services)
{
  g_autoptr(GError) error = NULL;
  if (!mend(services, &error)) {
    database_watch_failed(services->watch, DB_WRITE, error, clock_boottime_us(services->clock));
    log_debug("The database is still away: %s", error->message);
    return FALSE;
  }
  gint64 away_us = database_watch_mended(services->watch, clock_boottime_us(services->clock));
  log_write(LOG_LEVEL_INFO, LOG_FIELDS(.code = "database-back"),
            "The database is back after %.1f s; hosts tell their state again",
            (double)away_us / G_USEC_PER_SEC);
  change_feed_miss(services->feed);
  return TRUE;
}

gboolean
database_return_try(Services *services)
{
  gint64 now_us = clock_boottime_us(services->clock);
  if (database_watch_pause_us(services->watch, now_us) >= 0 &&
      (!database_watch_begin_mending(services->watch, now_us) || !try_mending(services)))
    return FALSE;
  renew_links(services); /* also of those that lost an event in the last moment */
  g_autoptr(GError) error = NULL;
  if (write_all(services, &error)) /* the same: who was answered from memory while it came back */
    return TRUE;
  database_return_note(services, DB_WRITE, error);
  return FALSE;
}

gint64
database_return_pause_us(Services *services)
{
  return database_watch_pause_us(services->watch, clock_boottime_us(services->clock));
}
