/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/cluster/change_feed.h"

#include "broker/service/away/known_feed.h"
#include "broker/service/cluster/change_telling.h"
#include "broker/service/services_private.h"
#include "broker/service/shared_memory.h"
#include "common/base/error.h"
#include "common/base/log.h"

#include <string.h>

#define CHANGE_MARK  "mark" /* of change_feed_catch_up() */
#define TRY_AGAIN_US (SECOND_US / 2)
#define CATCH_UP_US  (30 * SECOND_US)

struct ChangeFeed {
  Services *services;
  GMutex mutex; /* of what follows */
  GCond changed;
  Changes *pending;
  char *mark; /* (nullable) the last that came */
  gboolean stopping;

  GMutex telling;  /* held while rows are read and told */
  GThread *thread; /* nullable */
};

static GHashTable *
set_of(Changes *changes, const char *channel)
{
  if (strcmp(channel, CHANGE_SESSION) == 0)
    return changes->sessions;
  if (strcmp(channel, CHANGE_OUTBOX) == 0)
    return changes->outboxes;
  if (strcmp(channel, CHANGE_HOST) == 0)
    return changes->hosts;
  return strcmp(channel, CHANGE_SIGN_IN) == 0 ? changes->accounts : NULL;
}

/* In the driver's thread, which must not wait. */
static void
on_notice(const char *channel, const char *payload, gpointer data)
{
  ChangeFeed *feed = data;
  if (channel != NULL && shared_memory_take(feed->services, channel, payload))
    return;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&feed->mutex);
  GHashTable *set = channel != NULL ? set_of(feed->pending, channel) : NULL;
  if (channel != NULL && strcmp(channel, CHANGE_SIGN_IN) == 0) /* even if nobody can ask any more why */
    known_sign_ins_forget(feed->services->known_sign_ins, payload);
  if (channel != NULL && strcmp(channel, CHANGE_SESSION) == 0) /* the same: known again once it was read */
    known_sessions_forget(feed->services->known_sessions, payload);
  if (channel == NULL)
    feed->pending->missed = TRUE;
  else if (set != NULL)
    g_hash_table_add(set, g_strdup(payload));
  else if (strcmp(channel, CHANGE_POOLS) == 0)
    feed->pending->pools = TRUE;
  else if (strcmp(channel, CHANGE_RIGHTS) == 0)
    feed->pending->rights = TRUE;
  else if (strcmp(channel, CHANGE_CERTIFICATES) == 0)
    feed->pending->certificates = TRUE;
  else if (strcmp(channel, CHANGE_BROKER) == 0 || strcmp(channel, CHANGE_KEYS) == 0)
    feed->pending->brokers = TRUE;
  else if (strcmp(channel, CHANGE_MARK) == 0) {
    g_free(feed->mark);
    feed->mark = g_strdup(payload);
  }
  g_cond_broadcast(&feed->changed);
}

static Changes *
take_pending(ChangeFeed *feed)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&feed->mutex);
  Changes *taken = feed->pending;
  feed->pending = changes_new();
  return taken;
}

/* What could not be read is looked for as if it had been missed. */
static gboolean
tell_pending(ChangeFeed *feed, GError **error)
{
  g_autoptr(Changes) changes = take_pending(feed);
  g_mutex_lock(&feed->telling);
  gboolean told = change_telling_run(feed->services, changes, error);
  if (!told)
    known_feed_doubt(feed->services, changes);
  g_mutex_unlock(&feed->telling);
  if (told)
    return TRUE;
  g_mutex_lock(&feed->mutex);
  feed->pending->missed = TRUE;
  g_mutex_unlock(&feed->mutex);
  return FALSE;
}

/* Waits until something changed, not before @not_before_us; FALSE: stop. */
static gboolean
wait_for_change(ChangeFeed *feed, gint64 not_before_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&feed->mutex);
  while (!feed->stopping && g_get_monotonic_time() < not_before_us)
    g_cond_wait_until(&feed->changed, &feed->mutex, not_before_us);
  while (!feed->stopping && changes_are_none(feed->pending))
    g_cond_wait(&feed->changed, &feed->mutex);
  return !feed->stopping;
}

static gpointer
run(gpointer data)
{
  ChangeFeed *feed = data;
  gint64 not_before_us = 0;
  while (wait_for_change(feed, not_before_us)) {
    g_autoptr(GError) error = NULL;
    gboolean told = tell_pending(feed, &error);
    not_before_us = told ? 0 : g_get_monotonic_time() + TRY_AGAIN_US;
    if (!told && !g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE_AWAY))
      log_warning("Changes wait to be told: %s", error->message);
  }
  return NULL;
}

ChangeFeed *
change_feed_new(Services *services)
{
  ChangeFeed *feed = g_new0(ChangeFeed, 1);
  feed->services = services;
  g_mutex_init(&feed->mutex);
  g_mutex_init(&feed->telling);
  g_cond_init(&feed->changed);
  feed->pending = changes_new();
  db_listen(services->db, on_notice, feed);
  return feed;
}

void
change_feed_start(ChangeFeed *feed)
{
  feed->thread = g_thread_new("changes", run, feed);
}

void
change_feed_stop(ChangeFeed *feed)
{
  db_listen(feed->services->db, NULL, NULL);
  g_mutex_lock(&feed->mutex);
  feed->stopping = TRUE;
  g_cond_broadcast(&feed->changed);
  g_mutex_unlock(&feed->mutex);
  g_clear_pointer(&feed->thread, g_thread_join);
}

static gboolean
set_mark(ChangeFeed *feed, const char *mark, GError **error)
{
  g_autoptr(DbTransaction) transaction = db_begin(feed->services->db, DB_WRITE, error);
  return transaction != NULL && db_notify(transaction, CHANGE_MARK, mark, error) &&
         db_commit(transaction, error);
}

/* Notices come in the order of commits: after a mark of our own everything before has come. */
gboolean
change_feed_catch_up(ChangeFeed *feed, GError **error)
{
  g_autofree char *mark = g_uuid_string_random();
  if (!set_mark(feed, mark, error))
    return FALSE;
  gint64 until_us = g_get_monotonic_time() + CATCH_UP_US;
  g_mutex_lock(&feed->mutex);
  while (g_strcmp0(feed->mark, mark) != 0)
    if (!g_cond_wait_until(&feed->changed, &feed->mutex, until_us))
      g_error("a notice of the database did not come");
  g_mutex_unlock(&feed->mutex);
  return tell_pending(feed, error);
}

void
change_feed_miss(ChangeFeed *feed)
{
  on_notice(NULL, NULL, feed);
}

void
change_feed_hold(ChangeFeed *feed)
{
  g_mutex_lock(&feed->telling);
}

void
change_feed_release(ChangeFeed *feed)
{
  g_mutex_unlock(&feed->telling);
}

void
change_feed_free(ChangeFeed *feed)
{
  if (feed == NULL)
    return;
  change_feed_stop(feed);
  changes_free(feed->pending);
  g_free(feed->mark);
  g_mutex_clear(&feed->mutex);
  g_mutex_clear(&feed->telling);
  g_cond_clear(&feed->changed);
  g_free(feed);
}
