/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of one user who connects to one pool, for policy/connect_rules.h, read in steps: what costs
 * little first. Connecting and explaining read the same. Owns no decision.
 */
#pragma once

#include "broker/model/desktop.h"
#include "broker/model/user.h"
#include "broker/policy/connect_rules.h"
#include "broker/service/hosts/capacity.h"
#include "broker/service/work.h"

typedef struct {
  Work *work;           /**< borrowed, as are the next four */
  const char *user_id;  /**< or their name */
  const char *device;   /**< names the sign-in, "" when it is none of theirs */
  const char *pool_key; /**< id or name */
  const char *desktop;  /**< (nullable) id or name of that one of their own that is wanted */
  gboolean another;
  gboolean take_over;
  gboolean proven;   /**< the sign-in was, with a second factor */
  gboolean explains; /**< go on after a refusal */

  ConnectFacts facts; /**< what was read, for connect_rules_decide(); borrows from below */
  User *user;
  Pool *pool;          /**< (nullable) there is none */
  GPtrArray *sessions; /**< of Session: live ones of the user on the pool, by slot */
  GPtrArray *desktops; /**< of Desktop: those of the pool that the user owns, by slot */
  Desktop *chosen;     /**< (nullable, borrowed) the one of their own that this is about … */
  Session *session;    /**< (nullable, borrowed) … and its session */
  GPtrArray *ranking;  /**< (nullable) of Desktop, borrowed from free: what could be given, best first */

  GStrv groups;
  ConnectOwn own;
  GPtrArray *free;
  GStrv away_hosts;
  PoolSizingFacts sizing;
  ScheduleSpan wanted;
  Capacity *capacity;
  Placement placement;
} ConnectCase;

/** Reads user, pool, entitlement and what is the user's already; again after something of it changed. Fails
 * with CARAWAY_ERROR_NOT_FOUND when the desktop that is wanted is not theirs. */
gboolean connect_case_read_own(ConnectCase *connect, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Reads also which free desktops there are. */
gboolean connect_case_read_spares(ConnectCase *connect, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Reads also whether the pool and a host have room for a new one. */
gboolean connect_case_read_room(ConnectCase *connect, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** After connect_case_read_own(): decides, and reads on until it is decided; @ret_decision is to be cleared.
 */
gboolean connect_case_decide(ConnectCase *connect, ConnectDecision *ret_decision,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The lowest slot that none of the user's desktops has. */
guint connect_case_free_slot(const ConnectCase *connect);

/** Frees what @connect holds. */
void connect_case_clear(ConnectCase *connect);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ConnectCase, connect_case_clear)
