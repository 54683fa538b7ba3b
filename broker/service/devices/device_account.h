/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account of a device, inside the use cases of device_admin.h: made, entitled, closed, removed.
 */
#pragma once

#include "broker/model/device.h"
#include "broker/service/work.h"

/** The hash of a password that nobody knows (transfer full): telling a device's account from one that is not
 * there takes an attempt to sign in as long as any. Slow; outside of the transaction. */
char *device_account_hash(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes the account of @device, which has its name, with @password_hash, and sets it in @device. */
gboolean device_account_make(Work *work, Device *device, const char *password_hash,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Entitles the account of @device to its pool (if any) instead of to @before (nullable), and ends its
 * sessions there. */
gboolean device_account_entitle(Work *work, const Caller *caller, const Device *device, const char *before,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Puts the account of @device into the group with id or name @group, which @caller has to keep. */
gboolean device_account_join(Work *work, const Caller *caller, const Device *device, const char *group,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Disables the account of @device, ends its sign-ins and cuts its sessions, at every broker. */
gboolean device_account_close(Work *work, const Caller *caller, const Device *device,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same, and deletes the account; CARAWAY_ERROR_CONFLICT when it owns a desktop. */
gboolean device_account_remove(Work *work, const Caller *caller, const Device *device,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Fails with CARAWAY_ERROR_CONFLICT when @user_id is the account of a device, with which @what cannot be
 * done. */
gboolean device_account_check_is_none(Work *work, const char *user_id, const char *what,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
