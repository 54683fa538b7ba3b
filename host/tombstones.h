/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desktops that were destroyed of late, so that a command that comes late is answered and cannot make one
 * again. Bounded: the oldest is forgotten.
 */
#pragma once

#include "host/plan/desktop_record.h"

typedef struct Tombstones Tombstones;

/** None yet. */
Tombstones *tombstones_new(void);

/** Adds a copy of @record; one of the same id is replaced. */
void tombstones_add(Tombstones *tombstones, const DesktopRecord *record);

/** The record of @id (transfer none), or NULL. */
const DesktopRecord *tombstones_find(const Tombstones *tombstones, const char *id);

/** Frees @tombstones (nullable). */
void tombstones_free(Tombstones *tombstones);
