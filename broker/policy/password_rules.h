/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which passwords are good enough: long rather than complicated (NIST SP 800-63B section 5.1.1.2).
 */
#pragma once

#include <glib.h>

#define PASSWORD_MIN_CHARACTERS 8
#define PASSWORD_MAX_BYTES      256

/** What is wrong with @password (nullable) for the account @user_name: sentences (transfer full), NULL when
 * nothing is. */
GStrv password_rules_problems(const char *password, const char *user_name);

/** The same as CARAWAY_ERROR_WEAK_PASSWORD with reasons. */
gboolean password_rules_check(const char *password, const char *user_name,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
