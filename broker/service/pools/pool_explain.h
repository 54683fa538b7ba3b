/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a user would get a desktop of a pool now, or not: every rule that connecting asks, and what it says.
 */
#pragma once

#include "broker/policy/connect_rules.h"
#include "broker/service/services.h"

/** Names, and the decision with all its rules. */
typedef struct {
  char *pool;
  char *user;
  char *desktop; /**< (nullable) the one that would be opened, where there is one already */
  ConnectDecision decision;
} PoolExplanation;

/** Explains @user (id or name) on @pool (id or name), as from a device that has nothing open.
 * CARAWAY_ERROR_UNKNOWN_POOL, CARAWAY_ERROR_NOT_FOUND. */
PoolExplanation *pool_explain(Services *services, const char *pool, const char *user,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @explanation (nullable). */
void pool_explanation_free(PoolExplanation *explanation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PoolExplanation, pool_explanation_free)
