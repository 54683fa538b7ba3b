/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to its answer: who asks, may they, and the use case; on a bounded pool of workers. Nothing
 * is ever answered without a look at the route's permission.
 */
#pragma once

#include "broker/api/route.h"

typedef struct Dispatch Dispatch;

/** Takes the @answer (transfer full) in the loop of the connections. */
typedef void (*DispatchDone)(Answer *answer, gpointer user_data);

/** @workers threads; at most @queue_limit requests wait for one. @context is borrowed. */
Dispatch *dispatch_new(const ApiContext *context, guint workers, guint queue_limit);

/** Hands @request (transfer full) to a worker; @done is called once, also when the queue is full
 * (CARAWAY_ERROR_OVERLOADED). One that @yields leaves half of the queue to others. In the loop only. */
void dispatch_push(Dispatch *dispatch, Request *request, gboolean yields, DispatchDone done,
                   gpointer user_data);

/** Answers @request (with its caller set on return) in this thread: what a worker does. */
Answer *dispatch_run(const ApiContext *context, Request *request);

/** How many requests are waiting or being worked on. */
guint dispatch_busy(Dispatch *dispatch);

/** Frees @dispatch (nullable) after the last worker; all answers must have been taken. */
void dispatch_free(Dispatch *dispatch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dispatch, dispatch_free)
