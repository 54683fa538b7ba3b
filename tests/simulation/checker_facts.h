/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checker knows of each desktop, session, person, host and grant by the events so far.
 */
#pragma once

#include "tests/simulation/checker.h"

typedef struct {
  const char *owner_ever; /* whose it was first */
  const char *owner;      /* of its row */
  const char *assignment; /* of its row; NULL: no row */
  const char *host;       /* of its row */
  const char *runs_on;    /* host of its machine */
  Epoch epoch;            /* of its row */
  gboolean was_seen, was_destroyed, is_lost, may_end, runs_at_end;
} DesktopFacts;

typedef struct {
  const char *user, *desktop, *host;
  const char *state; /* of its row; NULL: none was seen */
  const char *id;
  gboolean may_end; /* somebody or something gave a reason */
  gboolean must_end;
  gint64 wall_us; /* when it was answered first */
} SessionFacts;

typedef struct {
  gboolean is_disabled; /* acknowledged */
  gboolean is_withdrawn;
  guint open_ends;    /* calls that end what they have and were not answered yet */
  guint open_returns; /* calls that let them in again and were not answered yet */
} PersonFacts;

typedef struct {
  gboolean is_linked;
  gint64 since_us;
  guint broker;    /* number of the one that it is linked with */
  gint64 greeted;  /* highest term that a broker gave */
  gint64 welcomed; /* highest that it was told */
} HostFacts;

typedef struct {
  const Event *given;
  gboolean is_used;
} GrantFacts;

typedef struct {
  const char *session;
  gint64 wall_us;
} KeyFacts;

typedef struct {
  const History *history;
  GPtrArray *violations;
  GHashTable *desktops, *sessions, *people, *hosts, *grants, *keys;
  GHashTable *brokers;          /* set of numbers: of those who live, stopped or not */
  guint keeper;                 /* number of the broker that has the lease; 0: nobody */
  guint open_resizes;           /* calls that were not answered yet */
  GHashTable *calls;            /* number → index of what was asked */
  GPtrArray *answered;          /* ids of sessions that were answered in the last act */
  gint64 size_least, size_most; /* what the pool's size may be */
  gint64 stepped_us;            /* steady time of the last step of the wall clock */
  gboolean has_new_desktop, has_new_owner, someone_is_out;
  guint index;
} Checker;

/** The facts of @id in @table, made when there are none. */
gpointer checker_facts(GHashTable *table, const char *id, gsize size);

#define DESKTOP(checker, id) ((DesktopFacts *)checker_facts((checker)->desktops, id, sizeof(DesktopFacts)))
#define SESSION(checker, id) ((SessionFacts *)checker_facts((checker)->sessions, id, sizeof(SessionFacts)))
#define PERSON(checker, id)  ((PersonFacts *)checker_facts((checker)->people, id, sizeof(PersonFacts)))
#define HOST(checker, id)    ((HostFacts *)checker_facts((checker)->hosts, id, sizeof(HostFacts)))

/** Enters a violation of @rule at the current event. */
void checker_blame(Checker *checker, const char *rule, const char *format, ...) G_GNUC_PRINTF(3, 4);

/** Rules about answers, grants and consoles. */
void checker_take_answer(Checker *checker, const Event *event);

/** Rules about machines, links and rows of the database. */
void checker_take_state(Checker *checker, const Event *event);

/** Rules about brokers among each other and towards hosts. */
void checker_take_brokers(Checker *checker, const Event *event);

/** Rules about what must hold once everything is quiet. */
void checker_take_end(Checker *checker, const Event *event);
