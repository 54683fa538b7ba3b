/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On which host a new desktop is made, or why on none.
 */
#pragma once

#include "broker/model/host.h"
#include "broker/model/pool.h"
#include "common/base/error.h"

/** What a machine needs beside its guest's memory. Hosts report what they can give, less what they keep. */
#define PLACEMENT_MEMORY_OVERHEAD_MIB 160
#define PLACEMENT_DISK_RESERVE_MIB    1024
#define PLACEMENT_VCPUS_PER_CPU       8

typedef enum {
  PLACEMENT_IMAGE_ABSENT,
  PLACEMENT_IMAGE_DAMAGED,
  PLACEMENT_IMAGE_PRESENT,
} PlacementImage;

/** A host as placement sees it. */
typedef struct {
  const char *name;
  HostState state;
  HostDuty duty;
  PlacementImage image;
  HostCapacity capacity;
  guint64 promised_mib; /**< for desktops there that its capacity does not account for yet */
  guint vcpus_used;     /**< of all desktops there */
} PlacementHost;

/** What a new desktop needs. */
typedef struct {
  const char *image;
  guint vcpus;
  guint memory_mib;
  const char *pool;         /**< for the reasons */
  const char *const *hosts; /**< (nullable) only these; empty: any */
  PoolPlacement placement;
} PlacementNeed;

/** The outcome: an index into the hosts, or -1 with a code; and what each host said. */
typedef struct {
  int host;
  CarawayErrorCode code; /**< IMAGE_MISSING, IMAGE_BAD, HOST_GONE or NO_CAPACITY when @host is -1 */
  GStrv reasons;
  GPtrArray *verdicts; /**< of Rule, by name of the host: what each host said, also those that could */
} Placement;

/** Chooses among @hosts (@count) the one with the most memory left for @need, or with the least that is
 * enough when the pool is to be packed. */
Placement placement_choose(const PlacementHost *hosts, guint count, const PlacementNeed *need);

/** Frees what @placement holds. */
void placement_clear(Placement *placement);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Placement, placement_clear)
