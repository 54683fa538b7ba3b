/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a broker that starts knows of failed sign-ins: those that the audit log has. Who guesses passwords
 * gains nothing by a broker's end.
 */
#pragma once

#include "broker/service/services.h"

/** Has the throttle of @services count what failed within the time that it remembers. */
gboolean sign_in_history_recall(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;
