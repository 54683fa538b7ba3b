/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts that broker/policy/connect_rules decides by, read from the stores as far as they are wanted. Owns
 * no decision.
 */
#pragma once

#include "broker/model/session.h"
#include "broker/model/user.h"
#include "broker/policy/connect_rules.h"
#include "broker/service/work.h"

/** @facts borrows from the rest. */
typedef struct {
  ConnectFacts facts;
  User *user;
  GStrv groups;
  Session *session; /**< (nullable) the user's, the one to resume */
  Desktop *desktop; /**< (nullable) the user's, the one to resume */
  ConnectOwn own;
  char *ready;    /**< (nullable) name of a free desktop */
  char *starting; /**< (nullable) name of one that is being made */
  ScheduleSpan wanted;
  PoolSizingFacts sizing;
  Placement placement;
} ConnectReading;

/** Reads what there is to know of @user_id (id or name) in @pool up to @knowledge. To be cleared in any case.
 * @device: the sign-in that asks, as the session keeps it; "" for none. */
gboolean connect_facts_read(Work *work, const Pool *pool, const char *user_id, const char *device,
                            ConnectKnowledge knowledge, ConnectReading *reading,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees what @reading holds. */
void connect_reading_clear(ConnectReading *reading);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ConnectReading, connect_reading_clear)
