/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caraway-host --destroy-all: nothing of this installation is left on the machine but its identity.
 */
#pragma once

#include "host/desktop_job.h"

/**
 * Ends every domain of @installation and removes every overlay, log, socket and record. Blocks; no agent may
 * run. Goes on after a failure and returns the first.
 */
gboolean removal_run(const JobContext *context, const char *installation, guint *ret_count,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
