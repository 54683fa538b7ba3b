/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose certificate the portal serves: one of the installation's authority, which joining gave it, or one of
 * another that people's machines know already. Viewers are told which authority to expect accordingly.
 */
#pragma once

#include <glib.h>

/**
 * Whether the first certificate in the PEM file @path is signed by another authority than @ca_pem, the
 * installation's. Its dates do not matter here. CARAWAY_ERROR_CONFIG with the file's name when it cannot be
 * read.
 */
gboolean served_certificate_is_own(const char *path, const char *ca_pem, gboolean *ret_is_own,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
