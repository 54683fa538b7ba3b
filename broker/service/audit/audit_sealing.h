/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seals what was committed to the audit log: this broker's rows, and, as the keeper, the rows that a broker
 * which is gone has left. Owns the rules of a seal; the thread that asks for it is audit_sealer.h.
 */
#pragma once

#include "broker/service/services.h"

/** Publishes the public half of the key that this broker seals with. Without a key nothing is done. */
gboolean audit_sealing_publish_key(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Seals what is there, at most some seals of each chain; @ret_more: there was more. Without a key nothing is
 * done. */
gboolean audit_sealing_run(Services *services, gboolean *ret_more, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A line in the log with the newest seal of this broker's chain: an anchor outside of the database. */
void audit_sealing_log_head(Services *services);
