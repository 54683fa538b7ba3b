/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the program does to verify the audit log of its database without a broker, and then ends.
 */
#pragma once

#include "common/base/config.h"

/** Verifies the audit log of the database of @config and prints what was found. CARAWAY_ERROR_CONFLICT,
 * naming the first break, when it is not what was sealed. */
gboolean audit_command_verify(const Config *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
