/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools as an administrator keeps them, and who is entitled to each. What a change asks of the desktops is
 * done by the pool keeper afterwards.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/entitlement.h"
#include "broker/model/page.h"
#include "broker/model/pool_request.h"
#include "broker/policy/schedule.h"
#include "broker/service/services.h"

/** A pool with how it is doing. */
typedef struct {
  Pool *pool;
  PoolCounts counts;
  ScheduleSpan wanted; /**< by the schedule, now */
  GStrv problems;      /**< sentences: why it has not what it wants */
} PoolStatus;

/** Makes a pool; members that @settings leaves out get defaults, name and image have none.
 * CARAWAY_ERROR_CONFLICT, CARAWAY_ERROR_INVALID, CARAWAY_ERROR_IMAGE_MISSING when the image is not
 * registered. */
PoolStatus *pool_admin_create(Services *services, const Caller *caller, const PoolSettings *settings,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Pools by name, with @tag (nullable) only those that have it. Returns an array of PoolStatus (transfer
 * full); @ret_next is the next page's cursor or NULL. */
GPtrArray *pool_admin_list(Services *services, const char *tag, const Page *page, char **ret_next,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The pool with id or name @pool; CARAWAY_ERROR_NOT_FOUND. */
PoolStatus *pool_admin_get(Services *services, const char *pool, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Changes @pool (not its name). @version as for user_admin_change(). Spares of another shape or image are
 * made anew. */
PoolStatus *pool_admin_change(Services *services, const Caller *caller, const char *pool,
                              const PoolSettings *settings, gint64 version,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes @pool and destroys its spares. CARAWAY_ERROR_CONFLICT while somebody has a session on it. */
gboolean pool_admin_delete(Services *services, const Caller *caller, const char *pool,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Who may use @pool: an array of Entitlement by kind and name (transfer full), at most 10,000. */
GPtrArray *pool_admin_entitlements(Services *services, const char *pool,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Lets @subject (id or name of a user or group) use @pool; it is no error when it might already. */
gboolean pool_admin_entitle(Services *services, const Caller *caller, const char *pool, EntitlementKind kind,
                            const char *subject, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes that back; sessions of those who may no longer use the pool are cut. */
gboolean pool_admin_withdraw(Services *services, const Caller *caller, const char *pool, EntitlementKind kind,
                             const char *subject, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @status (nullable). */
void pool_status_free(PoolStatus *status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PoolStatus, pool_status_free)
