/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The base system: Debian's packages, unpacked and set up by mmdebstrap into one tar file. It depends on
 * package lists alone, so it is cached apart from what changes often (overlay, guest agent).
 */
#pragma once

#include "host/image/build_step.h"

/**
 * Makes the base system of @step's recipe at @target (a .tar). Fails with CARAWAY_ERROR_CONFIG when no apt
 * source fits, CARAWAY_ERROR_NOT_FOUND, CARAWAY_ERROR_NO_SPACE, or with what mmdebstrap said.
 */
gboolean base_system_make(const BuildStep *step, const char *target,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
