/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a desktop's host is to know about it, as values: ready, signed-in user, idle time, locked. Decides
 * which messages a change is worth; sends none.
 */
#pragma once

#include "common/wire/guest_message.h"

typedef struct {
  gboolean is_ready; /**< the desktop of the signed-in user is on the screen */
  char *user;        /**< nullable: nobody is signed in */
  gint64 idle_ms;    /**< since the last key or pointer movement */
  gboolean is_locked;
} DesktopState;

/** Nobody is signed in. */
void desktop_state_clear(DesktopState *state);

/** Copies @from over @state. */
void desktop_state_assign(DesktopState *state, const DesktopState *from);

/**
 * Which messages take the host from @before to @after: an array of GuestMessage (transfer full), in an order
 * in which "ready" is the last. @before NULL means that the host knows nothing: it gets the whole state.
 */
GPtrArray *desktop_state_messages(const DesktopState *before, const DesktopState *after);
