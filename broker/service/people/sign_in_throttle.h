/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counts of failed sign-ins, in memory and bounded: policy/throttle.h says what they mean.
 */
#pragma once

#include <glib.h>

typedef struct SignInThrottle SignInThrottle;

/** An empty one. */
SignInThrottle *sign_in_throttle_new(void);

/** Fails with CARAWAY_ERROR_THROTTLED when @account may not be tried from @address at @now_us (steady time).
 */
gboolean sign_in_throttle_check(SignInThrottle *throttle, const char *account, const char *address,
                                gint64 now_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Fails with CARAWAY_ERROR_THROTTLED when there are @wait_us to wait. */
gboolean sign_in_throttle_allow(gint64 wait_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A try failed. */
void sign_in_throttle_failed(SignInThrottle *throttle, const char *account, const char *address,
                             gint64 now_us);

/** A try succeeded: this account is free again from this address. Returns whether any had failed. */
gboolean sign_in_throttle_succeeded(SignInThrottle *throttle, const char *account, const char *address);

/** Frees @throttle (nullable). */
void sign_in_throttle_free(SignInThrottle *throttle);
