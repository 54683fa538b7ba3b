/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a host's desktops, shared by the files desktops*.c alone.
 */
#pragma once

#include "host/desktops.h"
#include "host/recovery.h"
#include "host/tombstones.h"

struct Desktops {
  DesktopOwner owner;
  const char *installation;
  const DesktopsListener *listener;
  gpointer user_data;
  GHashTable *by_id; /* id -> Desktop */
  GPtrArray *quarantine_texts;
  gint64 foreign_memory_mib;
  Tombstones *tombstones;
  Recovery *recovery; /* of the first look, for what it found and left */
  GError *recovery_error;
  gboolean is_looking;
  guint tick_source, retry_source, ticks;
};

/** Begins to call desktop_tick() and to look for domains that ended unseen. */
void desktops_start_ticking(Desktops *desktops);
