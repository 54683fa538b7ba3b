/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual machines on this host that are not Caraway's, as they are told to the broker: looked at on a
 * worker when the hypervisor reports something, and from time to time. Says nothing of adopted ones.
 */
#pragma once

#include "host/hypervisor/hypervisor.h"
#include "host/workers.h"

typedef struct ForeignList ForeignList;

/** What the list needs; outlives it. */
typedef struct {
  Hypervisor *hypervisor;
  Workers *workers;
  const char *installation;
  gboolean (*is_ours)(const char *id, gpointer user_data); /**< a desktop of ours, adopted ones too */
  void (*changed)(gpointer user_data);
  gpointer user_data;
} ForeignListParts;

/** A list that begins to look at once. */
ForeignList *foreign_list_new(const ForeignListParts *parts);

/** Something happened to a machine: looks again, soon. */
void foreign_list_look(ForeignList *list);

/** At most 256 of them by name (GArray of HostForeign, transfer full; texts borrowed until it changes). */
GArray *foreign_list_describe(const ForeignList *list);

/** The memory of those that run, MiB. */
gint64 foreign_list_memory_mib(const ForeignList *list);

/** Why @domain cannot be adopted, a sentence (transfer full); NULL when it can. */
char *foreign_list_problem(const HypervisorDomain *domain, const char *installation);

/** Frees @list (nullable); no look may be under way. */
void foreign_list_free(ForeignList *list);
