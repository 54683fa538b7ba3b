/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message of the administrator as a window on the user's desktop, on top of the others, until the user
 * closes it. Shown by gxmessage(1), so that the agent carries no toolkit.
 */
#pragma once

#include <gio/gio.h>

/**
 * Shows @title and @text (UTF-8). Fails with CARAWAY_ERROR_OVERLOADED while too many messages are still open,
 * with CARAWAY_ERROR_NOT_FOUND when gxmessage is missing.
 */
gboolean message_dialog_show(const char *title, const char *text, guint *open_count,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
