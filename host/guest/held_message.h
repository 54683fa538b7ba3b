/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one message that waits for a guest whose agent is away for a moment, so that a warning is shown and not
 * lost. Works on the default main context.
 */
#pragma once

#include "host/guest/guest_port.h"

typedef struct HeldMessage HeldMessage;

/** A place for one message; nothing waits. */
HeldMessage *held_message_new(void);

/**
 * Keeps a copy of @message for at most 10 s. @done is called once, with CARAWAY_ERROR_NOT_READY when the time
 * ran out or another took its place, else by whoever takes it.
 */
void held_message_keep(HeldMessage *held, const GuestMessage *message, GuestPortDone done,
                       gpointer user_data);

/** What waits (transfer full) with its @ret_done and @ret_user_data, or NULL when nothing does. */
GuestMessage *held_message_take(HeldMessage *held, GuestPortDone *ret_done, gpointer *ret_user_data);

/** Ends what waits with CARAWAY_ERROR_NOT_READY and frees @held (nullable). */
void held_message_free(HeldMessage *held);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeldMessage, held_message_free)
