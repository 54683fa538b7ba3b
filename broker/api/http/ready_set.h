/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many descriptors as one source of a main context, by epoll(7): GLib looks at each of its sources in every
 * turn, so thousands of connections of their own would slow down every request. To be used in the context's
 * thread.
 */
#pragma once

#include <glib.h>
#include <sys/epoll.h>

typedef struct ReadySet ReadySet;
typedef struct ReadyWatch ReadyWatch;

/** Called with the EPOLL* @events that are there. */
typedef void (*ReadyFunc)(guint32 events, gpointer user_data);

/** A set in @context. */
ReadySet *ready_set_new(GMainContext *context);

/** Watches @fd for @events (level-triggered; hang-ups and errors always); NULL when the kernel has no room.
 */
ReadyWatch *ready_set_add(ReadySet *set, int fd, guint32 events, ReadyFunc func, gpointer user_data);

/** Watches for @events from now on. */
void ready_watch_set(ReadyWatch *watch, guint32 events);

/** Ends and frees @watch (nullable); its function is not called any more. Before the descriptor is closed. */
void ready_watch_free(ReadyWatch *watch);

/** Frees @set (nullable), which has no watch any more. */
void ready_set_free(ReadySet *set);
