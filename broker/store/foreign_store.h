/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the virtual machines that hosts told of and that are not Caraway's.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/foreign.h"

/** Makes @domains, @count of them, what is known of @host. */
gboolean foreign_store_replace_of_host(DbTransaction *transaction, const char *host,
                                       const HostForeign *domains, guint count,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Those of @host by name (array of Foreign, transfer full). */
GPtrArray *foreign_store_of_host(DbTransaction *transaction, const char *host,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The one on @host whose name or UUID is @domain; CARAWAY_ERROR_NOT_FOUND. */
Foreign *foreign_store_find(DbTransaction *transaction, const char *host, const char *domain,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
