/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the end of a desktop's serial console for the broker, on a worker.
 */
#pragma once

#include "host/settings.h"
#include "host/workers.h"

/** Called on the main context with the last HOST_MESSAGE_MAX_BOOT_LOG bytes at most, as UTF-8. */
typedef void (*AgentBootLogDone)(gint64 request, const char *text, gpointer user_data);

/** Reads the log of the desktop @id (a UUID); one that is not there is empty. */
void agent_boot_log_read(const HostSettings *settings, Workers *workers, const char *id, gint64 request,
                         AgentBootLogDone done, gpointer user_data);
