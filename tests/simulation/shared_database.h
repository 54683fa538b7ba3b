/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes one SQLite file serve several brokers as a server does: the linker sends the notices of the
 * driver through here (--wrap), so that what one broker commits is on its way to the others, and comes when
 * the run lets it, late, out of order, or not at all because a line broke. It also tells brokers that they
 * share. No thread: a broker's own notices wait until it catches up. Single threaded.
 */
#pragma once

#include <glib.h>

/** Brokers that are started from now on share the database, or have it alone; no notices are anywhere. */
void shared_database_begin(gboolean is_shared);

/** From now on the broker @number acts; 0: none does. Its listener is made while it starts. */
void shared_database_set_acting(guint number);

/** A transaction of the broker that acts became durable: what it notified is on its way to the others. */
void shared_database_committed(void);

/** How many transactions of the broker @number became durable. */
guint shared_database_commits(guint number);

/** A transaction begins: nothing was notified in it yet. */
void shared_database_began(void);

/** The next @count notices on their way to the broker @number arrive, in order or not. */
void shared_database_let_arrive(guint number, guint count, gboolean in_order);

/** The broker @number was cut off from notices for a moment: what was on its way is lost, and it knows. */
void shared_database_lose(guint number);
