/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client as a kiosk: nobody is asked for a server, a name or a password. It joins as a device, signs in
 * by its key, opens its desktop, and begins again whenever something ended. Included by controller*.c only.
 */
#pragma once

#include "client/ui/controller_private.h"

typedef struct Kiosk Kiosk;

/** Makes @controller a kiosk, with its page in the window. */
gboolean controller_kiosk_make(Controller *controller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Does what a kiosk does by itself in the state that was entered after @before. */
void controller_kiosk_enter(Controller *controller, ClientState before);

/** Whether the kiosk's page stands for that of the controller's state. */
gboolean controller_kiosk_is_shown(const Controller *controller);

/** The request by which the device signs in (transfer full): the answer to the challenge that it just got. */
ApiRequest *controller_kiosk_sign_in_request(Controller *controller);

/** Notes how the sign-in went; @error NULL: well. */
void controller_kiosk_note_sign_in(Controller *controller, const GError *error);

/** Frees @kiosk (nullable). */
void kiosk_free(Kiosk *kiosk);
