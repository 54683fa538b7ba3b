/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The brokers of one database: this one's place among them, which of them live, and which one keeps the
 * pools. Owns this broker's row, its beats, and the taking of the lease. Alone on an embedded database there
 * is nobody to look at: no beats are written.
 */
#pragma once

#include "broker/model/broker_row.h"
#include "broker/service/services.h"

typedef struct Cluster Cluster;

/** This broker is called @name; whether the database @is_shared with others. Nothing is entered yet. */
Cluster *cluster_new(Services *services, const char *name, gboolean is_shared);

/** Enters this process: hosts whose links ended with the one before are silent, and the lease is taken when
 * nobody who may live has it. Fails with CARAWAY_ERROR_CONFLICT while another living broker has this name;
 * that takes up to 2.5 s to know. */
gboolean cluster_join(Cluster *cluster, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Starts to beat and to look at the others, in a thread of its own. */
void cluster_start(Cluster *cluster);

/** Ends that thread, and gives the lease to whoever is next. */
void cluster_stop(Cluster *cluster);

/** One beat and one look, for tests that hold the clock themselves. */
gboolean cluster_tick(Cluster *cluster, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Another broker said something about itself: looks soon. From any thread. */
void cluster_wake(Cluster *cluster);

/** Whether this broker held the lease when it last looked; work_begin_as_keeper() makes sure. */
gboolean cluster_is_keeper(Cluster *cluster);

/** Whether @row was seen dead, or stopped. */
gboolean cluster_is_gone(Cluster *cluster, const BrokerRow *row);

/** Whether other brokers may work with the same database. */
gboolean cluster_is_shared(const Cluster *cluster);

/** The name of this broker (transfer none). */
const char *cluster_name(const Cluster *cluster);

/** Frees @cluster (nullable). */
void cluster_free(Cluster *cluster);
