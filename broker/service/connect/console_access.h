/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letting a console in: signed grants for our viewers, one-time passwords for those that only know passwords,
 * and turning such a password into a grant. Owns who may, not the signature and not the addresses a client
 * dials.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/service/services.h"

typedef enum {
  VIEWER_NATIVE,  /**< gets a grant, 30 s to its first use */
  VIEWER_BROWSER, /**< gets a password, 120 s (spice-html5) */
  VIEWER_VV,      /**< gets a password, 120 s (remote-viewer) */
} Viewer;

/** What opens one console. */
typedef struct {
  char *grant;    /**< (nullable) signed text, for native */
  char *password; /**< (nullable) one-time, at most 60 characters, for browser and vv */
  gint64 expires_us;
  char *session_id;
  char *desktop_name; /**< for the window's title */
  char *pool_name;
  char *host;           /**< "kvm1" */
  char *relay_address;  /**< of the host's relay */
  guint16 relay_port;   /**< of the host's relay */
  char *relay_identity; /**< "relay/kvm1" */
} ConsoleAccess;

/** The viewer called @name ("native", "browser", "vv"); FALSE when there is none. */
gboolean viewer_from_name(const char *name, Viewer *ret_viewer);

/**
 * Lets @caller open a console on its session @session_id. Fails with CARAWAY_ERROR_NOT_FOUND,
 * CARAWAY_ERROR_SESSION_ENDED, CARAWAY_ERROR_NOT_READY, CARAWAY_ERROR_HOST_GONE, and
 * CARAWAY_ERROR_IN_USE_ELSEWHERE when a console of another sign-in lives, unless @take_over.
 */
ConsoleAccess *console_access_create(Services *services, const Caller *caller, const char *session_id,
                                     Viewer viewer, gboolean take_over,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Spends @password, presented by the machine @peer_role ("relay" or "portal") @peer_name, and returns a
 * signed grant (transfer full). Fails with CARAWAY_ERROR_GRANT_INVALID, CARAWAY_ERROR_GRANT_EXPIRED,
 * CARAWAY_ERROR_GRANT_USED, CARAWAY_ERROR_SESSION_ENDED; a relay may only redeem what is for its own host.
 */
char *console_access_redeem(Services *services, const char *password, const char *peer_role,
                            const char *peer_name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @access (nullable), wiping its secrets. */
void console_access_free(ConsoleAccess *access);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsoleAccess, console_access_free)
