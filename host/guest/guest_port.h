/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's end of a desktop's guest port (docs/protocols.md section 6): connects to the Unix socket that
 * QEMU binds, follows what the guest says of itself and sends it requests. A guest is not trusted: everything
 * from it is bounded in size and rate, and a stream that makes no sense is closed and opened anew. Works on
 * the default main context.
 */
#pragma once

#include "common/wire/guest_message.h"

typedef struct GuestPort GuestPort;

/** What the guest last said. */
typedef struct {
  gboolean has_answered; /**< its agent runs */
  gboolean is_ready;     /**< the desktop session is there */
  char *user;            /**< nullable */
  gint64 idle_ms;
  gboolean is_locked;
} GuestState;

/** Called, at most ten times a second, when @state is another than before. */
typedef void (*GuestPortChanged)(const GuestState *state, gpointer user_data);

/** The end of a request: @error NULL when the guest did it. */
typedef void (*GuestPortDone)(const GError *error, gpointer user_data);

/** A port at the socket @path, which may come into being later. */
GuestPort *guest_port_new(const char *path, GuestPortChanged changed, gpointer user_data);

/** The state now (transfer none). */
const GuestState *guest_port_state(const GuestPort *port);

/** Forgets the state: the guest was reset. It says hello again. */
void guest_port_restart(GuestPort *port);

/**
 * Sends @message of a type with a request number, which is filled in. GUEST_MESSAGE_MESSAGE waits up to 10 s
 * for a guest whose agent is away for a moment; of several that wait the last counts. @done is called once:
 * with CARAWAY_ERROR_NOT_READY when the guest's agent is not there, CARAWAY_ERROR_TIMED_OUT when it says
 * nothing for 10 s, CARAWAY_ERROR_CONFLICT when it could not.
 */
void guest_port_request(GuestPort *port, const GuestMessage *message, GuestPortDone done, gpointer user_data);

/** Closes and frees @port (nullable); requests that wait end with CARAWAY_ERROR_NOT_READY. */
void guest_port_free(GuestPort *port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GuestPort, guest_port_free)
