/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the database can be worked with, as far as this broker knows. After a failure nothing is tried for
 * a while but by who mends it: a database that stands still must not hold every worker, and those who ask
 * are told at once what still works. Owns that knowledge alone, not the mending (database_return.h).
 */
#pragma once

#include "broker/store/database.h"

typedef struct DatabaseWatch DatabaseWatch;

/** How things are, for metrics and /readyz. */
typedef struct {
  gboolean can_read;
  gboolean can_write;
  gint64 away_us;  /**< for how long it has not been well; 0 when it is */
  guint64 outages; /**< how often it was lost since the start */
} DatabaseCondition;

/** A database that is well. */
DatabaseWatch *database_watch_new(void);

/** Whether @error says that the database did not do its part, rather than that somebody asked wrongly. */
gboolean database_watch_is_trouble(const GError *error);

/** CARAWAY_ERROR_DATABASE_AWAY unless work of @mode may be tried now. */
gboolean database_watch_check(DatabaseWatch *watch, DbMode mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that work of @mode failed with @trouble at @now_us (steady time). TRUE: that is news. */
gboolean database_watch_failed(DatabaseWatch *watch, DbMode mode, const GError *trouble, gint64 now_us);

/** Whether it is time to try again at @now_us; then the calling thread may work until
 * database_watch_mended() or database_watch_failed(). */
gboolean database_watch_begin_mending(DatabaseWatch *watch, gint64 now_us);

/** Reading works again, writing is still to be tried. */
void database_watch_can_read(DatabaseWatch *watch);

/** All is well again at @now_us. Returns for how long it was not, in microseconds. */
gint64 database_watch_mended(DatabaseWatch *watch, gint64 now_us);

/** How long to wait for the next try to mend at @now_us, in microseconds; -1 when all is well. */
gint64 database_watch_pause_us(DatabaseWatch *watch, gint64 now_us);

/** How things are at @now_us. */
DatabaseCondition database_watch_condition(DatabaseWatch *watch, gint64 now_us);

/** What is the matter and what still works, a sentence or two (transfer full); NULL when all is well. */
char *database_watch_sentence(DatabaseWatch *watch);

/** Makes @trouble, an error of the database, the refusal that people get (transfer full). */
GError *database_watch_refusal(const GError *trouble);

/** Frees @watch (nullable). */
void database_watch_free(DatabaseWatch *watch);
