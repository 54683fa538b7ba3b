/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Desktops as an administrator sees them.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/desktop.h"
#include "broker/model/page.h"
#include "broker/service/services.h"

/** Desktops by name: an array of Desktop (transfer full); @ret_next is the next page's cursor or NULL. */
GPtrArray *desktop_admin_list(Services *services, const Page *page, char **ret_next,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The desktop with id or name @desktop; CARAWAY_ERROR_NOT_FOUND. */
Desktop *desktop_admin_get(Services *services, const char *desktop, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Gives @desktop up, and whoever uses it loses the session: a floating or dedicated one is destroyed, a
 * manual one released and left as it is. CARAWAY_ERROR_CONFLICT for a dedicated one that is somebody's,
 * unless
 * @force: what its owner kept in it is lost.
 */
gboolean desktop_admin_remove(Services *services, const Caller *caller, const char *desktop, gboolean force,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
  DESKTOP_POWER_START,
  DESKTOP_POWER_SHUT_DOWN, /**< through the guest, else switched off after 120 s */
  DESKTOP_POWER_RESTART,   /**< through the guest, else by reset after 30 s */
  DESKTOP_POWER_RESET,
  DESKTOP_POWERS
} DesktopPower;

/** Has the host of @desktop do @power and returns the desktop as it is then (transfer full). Shutting down
 * ends its session. CARAWAY_ERROR_CONFLICT where that makes no sense, with the reason. */
Desktop *desktop_admin_power(Services *services, const Caller *caller, const char *desktop,
                             DesktopPower power, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The last of @desktop's serial console (transfer full); waits for its host up to 10 s.
 * CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_UNREACHABLE, CARAWAY_ERROR_TIMED_OUT. */
char *desktop_admin_boot_log(Services *services, const char *desktop,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same, but only of a host that is linked with this broker. */
char *desktop_admin_boot_log_here(Services *services, const char *desktop,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
