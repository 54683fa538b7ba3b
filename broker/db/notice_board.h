/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices on their way to the one listener of a database: a queue and the thread that empties it, so that
 * whoever commits never waits for who listens. Order is the order of pushing.
 */
#pragma once

#include <glib.h>

typedef struct NoticeBoard NoticeBoard;

/** Called with each notice; @channel NULL: anything may have been missed. */
typedef void (*NoticeListener)(const char *channel, const char *payload, gpointer data);

/** A board without a listener, with its thread. */
NoticeBoard *notice_board_new(void);

/** Puts up a notice (both copied; @channel nullable). What comes while nobody listens is dropped. */
void notice_board_push(NoticeBoard *board, const char *channel, const char *payload);

/** Sets who listens (nullable: nobody). No call of the listener before runs any more when this returns; not
 * to be called by a listener. */
void notice_board_listen(NoticeBoard *board, NoticeListener listener, gpointer data);

/** Ends the thread and frees @board (nullable). */
void notice_board_free(NoticeBoard *board);
