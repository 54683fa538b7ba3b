/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the person who is signed in may open: GET /desktops (docs/protocols.md section 7), an entry a pool
 * with the sessions and desktops there that are theirs. Owns these values; api_session.h opens one.
 */
#pragma once

#include "common/api_client/api_session.h"

typedef enum {
  API_DESKTOP_YOURS,
  API_DESKTOP_AVAILABLE,
  API_DESKTOP_UNAVAILABLE,
} ApiDesktopState;

/** A desktop that is one's own, in a session or not. */
typedef struct {
  char *id;
  char *name;
  char *power;   /**< "up", "off", "failed", "lost", … */
  char *session; /**< (nullable) the session it is in */
} ApiOwnDesktop;

/** An entry of GET /desktops: a pool. */
typedef struct {
  char *pool_id;
  char *pool_name;
  char *description; /**< "" when there is none */
  char *kind;        /**< "floating", "dedicated" or "manual" */
  ApiDesktopState state;
  GPtrArray *sessions; /**< of ApiSession, one's own there */
  GPtrArray *desktops; /**< of ApiOwnDesktop */
  gboolean may_open_another;
  char **reasons; /**< why it is unavailable; may be empty */
} ApiDesktop;

/** GET /desktops. */
ApiRequest *api_desktop_list_request(void);

/** The ApiDesktops in the answer of GET /desktops (transfer full; the array frees them). */
GPtrArray *api_desktop_list_from_answer(const ApiAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the server answered @answer without its database, so that something may be missing. */
gboolean api_desktop_list_is_degraded(const ApiAnswer *answer);

/** Frees @desktop (nullable). */
void api_desktop_free(ApiDesktop *desktop);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiDesktop, api_desktop_free)
