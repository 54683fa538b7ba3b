/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/database_watch.h"

#include "common/base/error.h"

/* A second, so that other brokers do not take this one for dead. It doubles when the database was back for a
 * moment only: all hosts say hello after each return. */
#define PAUSE_FIRST_US   G_USEC_PER_SEC
#define PAUSE_LONGEST_US (4 * G_USEC_PER_SEC)
#define SOUND_AFTER_US   (30 * G_USEC_PER_SEC)

static const char AWAY[] = "The broker cannot work with its database at the moment. Open desktops go on, and "
                           "who is signed in can come "
                           "back to desktops of their own; signing in, new desktops and changes have to "
                           "wait. Try again in a minute.";

struct DatabaseWatch {
  GMutex mutex;
  gboolean cannot_read, cannot_write;
  char *cause; /* (nullable) what the database said first */
  gint64 since_us;
  gint64 back_us; /* when it was last mended; 0: never */
  gint64 next_try_us;
  gint64 pause_us;
  guint64 outages;
  GThread *mender; /* (nullable) may work although nobody else may */
};

DatabaseWatch *
database_watch_new(void)
{
  DatabaseWatch *watch = g_new0(DatabaseWatch, 1);
  g_mutex_init(&watch->mutex);
  watch->pause_us = PAUSE_FIRST_US;
  return watch;
}

gboolean
database_watch_is_trouble(const GError *error)
{
  return g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_NO_SPACE) ||
         g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE_AWAY);
}

static GError *
refuse(const char *cause)
{
  GError *refusal = g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_DATABASE_AWAY, AWAY);
  if (cause != NULL)
    error_set_reasons(refusal, (const char *const[]){cause, NULL});
  return refusal;
}

GError *
database_watch_refusal(const GError *trouble)
{
  if (g_error_matches(trouble, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE_AWAY))
    return g_error_copy(trouble);
  return refuse(trouble->message);
}

gboolean
database_watch_check(DatabaseWatch *watch, DbMode mode, GError **error)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&watch->mutex);
  gboolean is_shut = mode == DB_READ ? watch->cannot_read : watch->cannot_write;
  if (!is_shut || watch->mender == g_thread_self())
    return TRUE;
  g_propagate_error(error, refuse(watch->cause));
  return FALSE;
}

/* Under the mutex. */
static gboolean
begin_outage(DatabaseWatch *watch, const GError *trouble, gint64 now_us)
{
  if (watch->cannot_write)
    return FALSE;
  gboolean is_relapse = watch->back_us != 0 && now_us - watch->back_us < SOUND_AFTER_US;
  watch->pause_us = is_relapse ? MIN(watch->pause_us * 2, PAUSE_LONGEST_US) : PAUSE_FIRST_US;
  watch->next_try_us = is_relapse ? now_us + watch->pause_us : now_us;
  watch->since_us = now_us;
  watch->cannot_write = TRUE;
  watch->outages++;
  g_free(watch->cause);
  watch->cause = g_strdup(trouble->message);
  return TRUE;
}

gboolean
database_watch_failed(DatabaseWatch *watch, DbMode mode, const GError *trouble, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&watch->mutex);
  if (g_error_matches(trouble, CARAWAY_ERROR, CARAWAY_ERROR_DATABASE_AWAY))
    return FALSE; /* our own words */
  gboolean is_news = begin_outage(watch, trouble, now_us);
  if (mode == DB_READ)
    watch->cannot_read = TRUE;
  if (watch->mender != g_thread_self())
    return is_news;
  watch->mender = NULL;
  watch->next_try_us = now_us + watch->pause_us;
  return is_news;
}

gboolean
database_watch_begin_mending(DatabaseWatch *watch, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&watch->mutex);
  if (!watch->cannot_write || watch->mender != NULL || now_us < watch->next_try_us)
    return FALSE;
  watch->mender = g_thread_self();
  return TRUE;
}

void
database_watch_can_read(DatabaseWatch *watch)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&watch->mutex);
  watch->cannot_read = FALSE;
}

gint64
database_watch_mended(DatabaseWatch *watch, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&watch->mutex);
  watch->mender = NULL;
  watch->cannot_read = watch->cannot_write = FALSE;
  g_clear_pointer(&watch->cause, g_free);
  watch->back_us = now_us;
  return now_us - watch->since_us;
}

gint64
database_watch_pause_us(DatabaseWatch *watch, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&watch->mutex);
  return watch->cannot_write ? MAX(watch->next_try_us - now_us, 0) : -1;
}

DatabaseCondition
database_watch_condition(DatabaseWatch *watch, gint64 now_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&watch->mutex);
  return (DatabaseCondition){.can_read = !watch->cannot_read,
                             .can_write = !watch->cannot_write,
                             .away_us = watch->cannot_write ? MAX(now_us - watch->since_us, 1) : 0,
                             .outages = watch->outages};
}

char *
database_watch_sentence(DatabaseWatch *watch)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&watch->mutex);
  return watch->cannot_write ? g_strdup(AWAY) : NULL;
}

void
database_watch_free(DatabaseWatch *watch)
{
  if (watch == NULL)
    return;
  g_free(watch->cause);
  g_mutex_clear(&watch->mutex);
  g_free(watch);
}
