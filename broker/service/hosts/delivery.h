/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing the outbox to the hosts whose links are open, in order and without sending a command twice over one
 * link. Owns which was the last that each was sent; after a new hello it begins from the oldest that waits
 * (at least once).
 */
#pragma once

#include "broker/service/hosts/host_sender.h"
#include "broker/store/database.h"

typedef struct Delivery Delivery;

/** A delivery to no host yet. */
Delivery *delivery_new(void);

/** The link of @host with @term is open: everything that waits for it is to be sent. */
void delivery_open(Delivery *delivery, const char *host, gint64 term);

/** The link of @host with @term is gone; nothing happens when a newer one is open. */
void delivery_close(Delivery *delivery, const char *host, gint64 term);

/** Sends what waits in @transaction for @hosts (a set of names; nullable: all whose links are open) by
 * @sender (nullable: nothing). What cannot be sent now stays. */
gboolean delivery_run(Delivery *delivery, DbTransaction *transaction, GHashTable *hosts, HostSender *sender,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same for @host (nullable: all) in a transaction of its own. */
gboolean delivery_run_for(Delivery *delivery, Db *db, const char *host, HostSender *sender,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @delivery (nullable). */
void delivery_free(Delivery *delivery);
