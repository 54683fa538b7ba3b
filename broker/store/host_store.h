/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of hosts and of what each holds in quarantine.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/host.h"
#include "broker/model/page.h"

/** Enters @host, or writes what is there anew, except its link, images and quarantine. */
gboolean host_store_put(DbTransaction *transaction, const Host *host,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes the duty of @host, which host_store_put() leaves alone; CARAWAY_ERROR_NOT_FOUND. */
gboolean host_store_write_duty(DbTransaction *transaction, const Host *host,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes what @name had left at @seen_us, if its newest link is that of @term at the broker @broker;
 * @ret_counts tells. */
gboolean host_store_beat(DbTransaction *transaction, const char *name, gint64 term, const char *broker,
                         const HostCapacity *capacity, gint64 seen_us, gboolean *ret_counts,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The link of @name is now the one of @term at the broker @broker (its instance; nullable: none). */
gboolean host_store_set_link(DbTransaction *transaction, const char *name, gint64 term, const char *broker,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The names of hosts that are up by a link with the broker @instance (transfer full). */
GStrv host_store_linked(DbTransaction *transaction, const char *instance,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The names of hosts that are up by a link with no broker, or one that stopped at or before
 * @stopped_since_us (transfer full). */
GStrv host_store_unlinked(DbTransaction *transaction, gint64 stopped_since_us,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the link of @term at the broker @broker is the newest of @name. */
gboolean host_store_has_link(DbTransaction *transaction, const char *name, gint64 term, const char *broker,
                             gboolean *ret_has, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The host @name without images, quarantine and number of desktops; CARAWAY_ERROR_NOT_FOUND. */
Host *host_store_find(DbTransaction *transaction, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Hosts by name, as host_store_find() reads them; the cursor is the last name. */
GPtrArray *host_store_list(DbTransaction *transaction, const Page *page, char **ret_next,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** All hosts, as host_store_find() reads them: for placement. */
GPtrArray *host_store_all(DbTransaction *transaction, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Deletes the row of @name and its commands; it may have no desktops. */
gboolean host_store_remove(DbTransaction *transaction, const char *name,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Reads how many desktops @host has. */
gboolean host_store_count_desktops(DbTransaction *transaction, Host *host,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Appends what @host holds in quarantine to its list. */
gboolean host_store_read_quarantine(DbTransaction *transaction, Host *host,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes the list of @host what is written down as its quarantine. */
gboolean host_store_write_quarantine(DbTransaction *transaction, const Host *host,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
