/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread of the engine: an epoll loop that accepts, runs its connections when their sockets or limits say
 * so, and takes tasks from other threads. A connection never leaves its loop. Private to common/relay.
 */
#pragma once

#include "common/relay/relay_shared.h"

typedef struct RelayLoop RelayLoop;
typedef struct RelayConnection RelayConnection;
typedef struct RelayTask RelayTask;

/** Something to be done on a loop's thread for one connection. Embed it as the first member. */
struct RelayTask {
  guint64 connection;
  /** @connection is NULL when it is gone, or the loop has ended. Frees the task. */
  void (*run)(RelayTask *task, RelayConnection *connection, RelayShared *shared);
};

/** A loop that accepts from @listen_fd (borrowed). Connection ids are @index modulo @count. */
RelayLoop *relay_loop_new(RelayShared *shared, int listen_fd, guint index, guint count);

/** Starts its thread. */
void relay_loop_start(RelayLoop *loop);

/** From any thread: has @task (transfer full) run. On a loop that has ended it is run at once without
 * connection. */
void relay_loop_post(RelayLoop *loop, RelayTask *task);

/** From any thread: no more accepting. */
void relay_loop_stop_listening(RelayLoop *loop);

/** Ends every connection and joins the thread. */
void relay_loop_stop(RelayLoop *loop);

/** What all loops share. */
RelayShared *relay_loop_shared(RelayLoop *loop);

/**
 * On the loop's thread: runs @connection whenever @fd becomes readable or writable (edge triggered: a run
 * reads and writes until nothing goes any more). Closing @fd ends it.
 */
void relay_loop_watch(RelayLoop *loop, int fd, RelayConnection *connection);

/** Takes a reference; a request outlives its engine when its owner is slow. */
RelayLoop *relay_loop_ref(RelayLoop *loop);

/** Drops a reference. */
void relay_loop_unref(RelayLoop *loop);
