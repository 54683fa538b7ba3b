/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's end of the Unix socket to the helper inside the user's session. Both speak the guest
 * protocol: the helper tells "ready" and "idle" and shows messages. One helper at a time, of the user that is
 * signed in; who is at the other end is asked from the kernel (SO_PEERCRED), never believed.
 */
#pragma once

#include "common/wire/guest_message.h"

#define SESSION_LINK_PATH "/run/caraway-guest/session.sock"

typedef struct SessionLink SessionLink;

typedef struct {
  gboolean (*is_welcome)(guint32 uid, gpointer user_data); /**< may a process of this user be the helper? */
  void (*on_message)(const GuestMessage *message, gpointer user_data); /**< borrowed for the call */
  void (*on_closed)(gpointer user_data);                               /**< the helper went away */
} SessionLinkEvents;

/** Listens on @path, replacing what is there. @events is static. NULL and @error when that fails. */
SessionLink *session_link_new(const char *path, const SessionLinkEvents *events, gpointer user_data,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sends @message to the helper; FALSE when there is none. */
gboolean session_link_send(SessionLink *link, const GuestMessage *message);

/** Ends the connection to the helper: its user is not signed in any more. */
void session_link_drop(SessionLink *link);

/** Frees @link (nullable). */
void session_link_free(SessionLink *link);
