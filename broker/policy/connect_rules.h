/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens when a user connects to a pool, rule by rule: resume one's own desktop, start it, be given
 * one, have one made, or be refused and why. Connecting and explaining ask the same function, connecting in
 * steps: with what costs little first, and with more facts only when those do not decide.
 */
#pragma once

#include "broker/model/desktop.h"
#include "broker/model/host.h"
#include "broker/policy/placement.h"
#include "broker/policy/pool_sizing.h"
#include "broker/policy/schedule.h"
#include "common/base/error.h"

/** How far the facts reach. */
typedef enum {
  CONNECT_KNOWS_OWN,    /**< the user, the pool, the user's desktops */
  CONNECT_KNOWS_SPARES, /**< also which free desktop could be given */
  CONNECT_KNOWS_ROOM,   /**< also size and placement: decides in any case */
} ConnectKnowledge;

/** A desktop of the user in the pool. */
typedef struct {
  const char *name;
  const char *host;
  HostState host_state;
  HostDuty host_duty;
  gboolean host_lost; /**< nobody waits for the host any more */
  Power power;
  gboolean elsewhere;       /**< its console is open on another device */
  const char *elsewhere_at; /**< (nullable) the address of that device */
} ConnectOwn;

/** Everything is borrowed. */
typedef struct {
  ConnectKnowledge knowledge;
  gboolean explains;            /**< goes on after a refusal, as far as the facts reach */
  const char *database_problem; /**< (nullable) a sentence: the database is away */
  const char *pool_key;         /**< as it was asked for */
  const Pool *pool;             /**< (nullable) there is none */
  const char *user;
  gboolean disabled;             /**< the account */
  gboolean entitled;             /**< the user as such */
  const char *const *groups;     /**< (nullable) names of groups that are entitled and that the user is in */
  const ConnectOwn *own;         /**< the one to resume first */
  guint own_count;               /**< of all that the user has in the pool */
  gboolean second_factor;        /**< the sign-in was proven with one; explaining: the account has one */
  gboolean another;              /**< wants one more */
  gboolean take_over;            /**< agreed to take over */
  const char *ready;             /**< (nullable) free desktop to give at once */
  const char *starting;          /**< (nullable) free desktop that is being made */
  guint unreachable;             /**< so many free desktops are on hosts that do not answer … */
  const char *const *away_hosts; /**< (nullable) … whose names these are */
  const ScheduleSpan *wanted;    /**< (nullable) what the schedule says now; with CONNECT_KNOWS_SPARES */
  const PoolSizingFacts *sizing; /**< with CONNECT_KNOWS_ROOM */
  const Placement *placement;    /**< with CONNECT_KNOWS_ROOM, unless there is no room in the pool */
} ConnectFacts;

typedef enum {
  CONNECT_UNDECIDED, /**< ask again with more facts */
  CONNECT_RESUME,    /**< own[chosen] as it is */
  CONNECT_START,     /**< own[chosen], which is off */
  CONNECT_ASSIGN,    /**< a free one */
  CONNECT_MAKE,      /**< a new one */
  CONNECT_REFUSE,
} ConnectOutcome;

typedef struct {
  ConnectOutcome outcome;
  guint chosen;          /**< index into own, for resume and start */
  gboolean gives_up_own; /**< own[0] is lost with its host and given up first */
  CarawayErrorCode code; /**< of a refusal … */
  const char *sentence;  /**< … and what the user is told (static) */
  GPtrArray *rules;      /**< of Rule, in the order in which they were asked */
} ConnectDecision;

/** Why @pool, which wants @wanted now, gives nobody another desktop; NULL: it does (transfer full). */
char *connect_rules_closed(const Pool *pool, const ScheduleSpan *wanted);

/** Decides by @facts; to be cleared. */
ConnectDecision connect_rules_decide(const ConnectFacts *facts);

/** The names of @hosts (NULL-terminated) as a sentence has them (transfer full), cut where there are very
 * many. */
char *connect_rules_hosts(const char *const *hosts);

/** The stable name of @outcome: "resume" (static). */
const char *connect_rules_outcome_name(ConnectOutcome outcome);

/** The refusal of @decision as @error, with rules and reasons. */
void connect_rules_refuse(const ConnectDecision *decision, GError **error);

/** Frees what @decision holds. */
void connect_decision_clear(ConnectDecision *decision);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ConnectDecision, connect_decision_clear)
