/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which link of a host counts. Each hello gets a term, higher than all before, and names the broker that
 * holds the link; commands carry that term and events are taken of that link alone. So a broker that was
 * stopped and goes on later can neither command a host that has dialled another one meanwhile, nor enter what
 * that host said before.
 */
#pragma once

#include "broker/model/host.h"
#include "broker/service/work.h"

/** Gives @host a new term and notes that this broker holds its link. */
gboolean link_term_begin(Work *work, Host *host, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Fails with CARAWAY_ERROR_STALE_EPOCH when the link of @term here is not the newest of @host, with
 * CARAWAY_ERROR_UNTRUSTED when no such host is entered. */
gboolean link_term_check(Work *work, const char *host, gint64 term, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that no broker holds a link of @host. */
gboolean link_term_end(Work *work, Host *host, GError **error) G_GNUC_WARN_UNUSED_RESULT;
