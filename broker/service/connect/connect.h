/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a pool to a session: resume one's own, else be given a warm spare, else one that is being made. Each
 * is one durable transaction; a grant for the new desktop is part of the same where that can be.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/pool.h"
#include "broker/model/session.h"
#include "broker/service/connect/console_access.h"
#include "broker/service/services.h"

/** What connect_pool() needs beside the pool. */
typedef struct {
  gboolean take_over;  /**< also when another device has the console open */
  gboolean another;    /**< one more desktop instead of the one that is open */
  const char *desktop; /**< (nullable) id or name of that one of one's own that is wanted */
  const char
      *idempotency_key; /**< (nullable) at most 255 bytes: the same key returns the same session for 24 h */
} ConnectOptions;

/** What a user may open. */
typedef struct {
  char *pool_id;
  char *pool_name;
  char *description;
  PoolKind kind;
  PoolLogoff on_logoff; /**< what becomes of one of its desktops when its user logs off */
  gboolean available;   /**< connecting would be tried and is likely to work, or the user has a session */
  gboolean may_open_another; /**< asking for one more than is open would be tried and is likely to work */
  GPtrArray *sessions;       /**< of Session: those of the user on it, by slot */
  GPtrArray *desktops;       /**< of Desktop: those that are the user's, by slot, in a session or not */
  GStrv reasons;             /**< (nullable) sentences: why it is not available */
} DesktopOffer;

/**
 * A session of @caller on the pool with id or name @pool: state ready (or connected, disconnected) to open a
 * console at once, preparing while its desktop is made or started. Refusals carry reasons:
 * CARAWAY_ERROR_UNKNOWN_POOL, CARAWAY_ERROR_NOT_ENTITLED, CARAWAY_ERROR_NO_FREE_DESKTOP,
 * CARAWAY_ERROR_DESKTOP_LIMIT, CARAWAY_ERROR_NOT_FOUND (the desktop is not theirs),
 * CARAWAY_ERROR_NO_CAPACITY, CARAWAY_ERROR_HOST_GONE, CARAWAY_ERROR_IMAGE_MISSING,
 * CARAWAY_ERROR_IN_USE_ELSEWHERE; CARAWAY_ERROR_CONFLICT when the idempotency key was used for another pool,
 * CARAWAY_ERROR_SESSION_ENDED when its session has ended since.
 */
Session *connect_pool(Services *services, const Caller *caller, const char *pool,
                      const ConnectOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * As connect_pool(), and opens a console for @viewer at once where that goes: @ret_access (transfer full) is
 * NULL when the desktop is not ready yet or console_access_create() refuses, which then says why when it is
 * asked again.
 */
Session *connect_and_open(Services *services, const Caller *caller, const char *pool,
                          const ConnectOptions *options, Viewer viewer, ConsoleAccess **ret_access,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What @caller may open, by name: an array of DesktopOffer (transfer full). */
GPtrArray *connect_offers(Services *services, const Caller *caller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @offer (nullable). */
void desktop_offer_free(DesktopOffer *offer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DesktopOffer, desktop_offer_free)
