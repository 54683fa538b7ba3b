/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose a desktop is by an administrator's word: assigning, taking back, and adopting virtual machines that
 * were there before.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/desktop.h"
#include "broker/service/services.h"

/**
 * Makes @user (id or name) the owner of @desktop, which is dedicated or manual and nobody's; theirs already
 * is fine. Returns it. CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_CONFLICT when it is somebody else's or
 * floating, CARAWAY_ERROR_DESKTOP_LIMIT when they have as many of the pool as it allows.
 */
Desktop *desktop_owner_assign(Services *services, const Caller *caller, const char *desktop, const char *user,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes @desktop from its owner, whose session ends: a dedicated one is destroyed, a manual one stays and
 * may be assigned again. CARAWAY_ERROR_CONFLICT when it is nobody's or floating. */
gboolean desktop_owner_unassign(Services *services, const Caller *caller, const char *desktop,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Takes the virtual machine that @host calls @domain (name or UUID) into the manual pool @pool. Returns the
 * desktop that it becomes; its host tells the rest. CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_CONFLICT when the
 * pool is not manual, full, or the machine cannot be adopted, with the reason.
 */
Desktop *desktop_owner_adopt(Services *services, const Caller *caller, const char *pool, const char *host,
                             const char *domain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
