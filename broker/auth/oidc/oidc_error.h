/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the modules of this folder say that what a provider sent cannot be believed: one code for all of it
 * (CARAWAY_ERROR_PROVIDER_WRONG), and a sentence for whoever keeps the provider. Nothing of the provider's is
 * quoted but short names.
 */
#pragma once

#include "common/base/error.h"

/** Sets @error to CARAWAY_ERROR_PROVIDER_WRONG with the sentence @format; returns FALSE. */
gboolean oidc_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
