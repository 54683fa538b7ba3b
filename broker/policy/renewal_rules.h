/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a machine gets a new certificate for the one that it shows. The old one may have been revoked while
 * its connection was open; and who has only an old key is not to live on by it for ever.
 */
#pragma once

#include "broker/model/certificate_row.h"

/** An answer may be lost, or its machine unable to keep it: so long it may ask again by the old one. */
#define RENEWAL_REPEAT_US (24 * 60 * 60 * (gint64)G_USEC_PER_SEC)
/** A machine is given so many certificates in RENEWAL_WINDOW_US, and no more. */
#define RENEWAL_MAX       5
#define RENEWAL_WINDOW_US (60 * 60 * (gint64)G_USEC_PER_SEC)

typedef struct {
  const CertificateRow *older; /**< the one that is shown */
  gint64 cut_us;               /**< when the machine was shut out with all that it had; 0: never */
  gint64 replaced_us;          /**< when its replacement was issued; 0: none, or that is not known any more */
  gint64 recent;               /**< certificates that the machine was given within RENEWAL_WINDOW_US */
  gint64 now_us;
} RenewalFacts;

/** Whether the machine gets one: CARAWAY_ERROR_UNTRUSTED by this certificate never again, or
 * CARAWAY_ERROR_THROTTLED later. */
gboolean renewal_rules_check(const RenewalFacts *facts, GError **error) G_GNUC_WARN_UNUSED_RESULT;
