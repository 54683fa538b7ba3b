/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was seen in one simulated run, in order: what was asked and answered, what hosts really ran and for
 * whom, which consoles were let in, and what the database held after each step. Owns the events and their
 * texts; judges nothing.
 */
#pragma once

#include "common/wire/epoch.h"

/* X(SUFFIX, "word in a printed history") */
#define EVENT_KINDS(X)                                                                                       \
  X(CONNECT, "asks to connect")                                                                              \
  X(LOG_OFF, "asks to log off")                                                                              \
  X(CONTROL, "asks for")                                                                                     \
  X(ASK_GRANT, "asks for a grant")                                                                           \
  X(DISABLE, "is to be disabled")                                                                            \
  X(ENABLE, "is to be enabled")                                                                              \
  X(WITHDRAW, "is to lose the pool")                                                                         \
  X(ENTITLE, "is to get the pool")                                                                           \
  X(RESIZE, "pool is to be resized")                                                                         \
  X(DELETE_DESKTOP, "desktop is to be deleted")                                                              \
  X(SESSION, "is answered with a session")                                                                   \
  X(GRANT, "is answered with a grant")                                                                       \
  X(DONE, "is answered: done")                                                                               \
  X(REFUSED, "is refused")                                                                                   \
  X(LOST, "gets no answer")                                                                                  \
  X(MACHINE_STARTED, "machine starts")                                                                       \
  X(MACHINE_STOPPED, "machine is gone")                                                                      \
  X(CREATE_FAILED, "machine could not be made")                                                              \
  X(SIGNED_OUT, "guest signed out inside")                                                                   \
  X(LINK_UP, "link opens")                                                                                   \
  X(LINK_DOWN, "link breaks")                                                                                \
  X(CONSOLE, "console is let in")                                                                            \
  X(CONSOLE_REFUSED, "console is refused")                                                                   \
  X(KEEPER, "database: pools are kept by broker")                                                            \
  X(DESKTOP_ROW, "database: desktop is")                                                                     \
  X(DESKTOP_ROW_GONE, "database: desktop is forgotten")                                                      \
  X(SESSION_ROW, "database: session is")                                                                     \
  X(SESSION_ROW_GONE, "database: session is forgotten")                                                      \
  X(BROKER_DIED, "broker dies")                                                                              \
  X(BROKER_STARTED, "broker starts")                                                                         \
  X(BROKER_STOPPED, "broker is stopped")                                                                     \
  X(BROKER_RESUMED, "broker goes on")                                                                        \
  X(WELCOMED, "host was welcomed at term")                                                                   \
  X(OBEYED, "host obeys a command of term")                                                                  \
  X(HEARD, "broker takes what came over a link of term")                                                     \
  X(CLOCK_STEP, "wall clock is set")                                                                         \
  X(FAULT, "fault:")                                                                                         \
  X(SETTLED, "everything is healed and quiet")                                                               \
  X(NOT_QUIET, "does not come to rest")                                                                      \
  X(FINAL_MACHINE, "at the end: machine runs")                                                               \
  X(FINAL_POOL, "at the end: pool has spares")                                                               \
  X(FINAL_CONNECT, "at the end: connecting gives")

typedef enum {
#define X(suffix, words) EVENT_##suffix,
  EVENT_KINDS(X)
#undef X
      EVENT_KIND_COUNT
} EventKind;

/** One event; members that a kind does not need are NULL and 0. Texts live as long as the history. */
typedef struct {
  EventKind kind;
  guint broker;   /**< number of the broker that did it; 0: none */
  guint call;     /**< ties an answer to what was asked; 0: nothing was asked */
  gint64 time_us; /**< steady */
  gint64 wall_us; /**< by the wall clock, which steps */
  const char *user, *key, *pool, *session, *desktop, *host;
  const char *text; /**< a state, a stable code, an assignment */
  Epoch epoch;
  gint64 number; /**< a size, a count, whether */
  gint64 wanted; /**< what the number should be */
} Event;

typedef struct History History;

/** An empty history. */
History *history_new(void);

/** Appends a copy of @event . */
void history_add(History *history, const Event *event);

/** How many events there are. */
guint history_length(const History *history);

/** The event at @index (transfer none; till the next is added). */
const Event *history_at(const History *history, guint index);

/** One line for people about the event at @index (transfer full). */
char *history_line(const History *history, guint index);

/** Frees @history (nullable). */
void history_free(History *history);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(History, history_free)
