/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What machines have to know of the brokers: where they are, and the public keys that their grants are signed
 * with; and that all brokers have one authority. Kept in memory, too, so that a machine is answered while the
 * database is away.
 */
#pragma once

#include "broker/model/broker_row.h"
#include "broker/service/services.h"

typedef struct BrokerDirectory BrokerDirectory;

/** An empty directory. */
BrokerDirectory *broker_directory_new(void);

/** Reads it anew from the database of @services; @ret_keys_changed (nullable) tells whether keys did. */
gboolean broker_directory_read(Services *services, gboolean *ret_keys_changed,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The published keys, then those that were revoked, an array of BrokerKey that does not change (transfer
 * full). From any thread. */
GPtrArray *broker_directory_keys(Services *services);

/** The addresses of brokers that have not stopped, this one's first (transfer full). From any thread. */
GStrv broker_directory_addresses(Services *services);

/** This broker is reached at @address, a URL. */
gboolean broker_directory_announce(Services *services, const char *address,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether brokers of this installation have an authority already. */
gboolean broker_directory_has_authority(Services *services, gboolean *ret_has,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The authority of this broker has the certificate with @ca_hash; the first broker's becomes everybody's.
 * Fails with CARAWAY_ERROR_CONFIG when it is another one. */
gboolean broker_directory_check_authority(Services *services, const char *ca_hash,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All brokers by name, with what this one sees of them: an array of BrokerRow (transfer full). */
GPtrArray *broker_directory_list(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The address of the broker that holds the link of @host (transfer full); NULL with
 * CARAWAY_ERROR_UNREACHABLE when none does, or it is this one (then @ret_is_here is TRUE). */
char *broker_directory_of_host(Services *services, const char *host, gboolean *ret_is_here,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes brokers, and their keys, that have been gone for a week; as keeper. */
gboolean broker_directory_forget_gone(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @directory (nullable). */
void broker_directory_free(BrokerDirectory *directory);
