/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices, as an administrator lets them in, keeps and throws them out. A device is named by its id, its name
 * or, while it waits, the code that it shows. Each that is approved has an account of its own, by which
 * nobody signs in with a password; revoking it ends its sign-ins and cuts its sessions at once.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/device.h"
#include "broker/model/page.h"
#include "broker/service/services.h"

/** The name of a device's account is its own after this. */
#define DEVICE_ACCOUNT_PREFIX "device-"

/** What may be set; what is NULL stays as it is. */
typedef struct {
  const char *description;
  const char *pool; /**< id or name; "" for none */
} DeviceSettings;

#define DEVICE_SETTINGS_NONE ((DeviceSettings){NULL, NULL})

/** Devices, or only those that wait: an array of Device (transfer full). */
GPtrArray *device_admin_list(Services *services, gboolean pending, const Page *page, char **ret_next,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The device @key. */
Device *device_admin_get(Services *services, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Lets the device @key in as @name: makes its account, entitles that to the pool of @settings and puts it
 * into @group (nullable). @version 0: any. */
Device *device_admin_approve(Services *services, const Caller *caller, const char *key, const char *name,
                             const char *group, const DeviceSettings *settings, gint64 version,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Tells the device @key, which waits, no. */
Device *device_admin_reject(Services *services, const Caller *caller, const char *key, gint64 version,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Throws the device @key out for good. */
Device *device_admin_revoke(Services *services, const Caller *caller, const char *key, gint64 version,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Changes what the device @key, which is approved, does. Its own entitlement follows the pool. */
Device *device_admin_change(Services *services, const Caller *caller, const char *key,
                            const DeviceSettings *settings, gint64 version,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets the device @key, its account with it: its key may ask again as if it were new. */
gboolean device_admin_delete(Services *services, const Caller *caller, const char *key,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
