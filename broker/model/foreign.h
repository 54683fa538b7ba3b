/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual machine on a host that is not Caraway's: an administrator may have a manual pool adopt it.
 */
#pragma once

#include "common/wire/host_desktop.h"

typedef struct {
  char *uuid, *name; /**< libvirt's; a desktop that adopts it has this UUID as its id */
  HostPower power;
  gboolean adoptable;
  char *reason; /**< why it cannot be adopted; "" when it can */
} Foreign;

/** A copy of what a host said of one. */
Foreign *foreign_new(const HostForeign *report);

/** Frees @foreign (nullable). */
void foreign_free(Foreign *foreign);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Foreign, foreign_free)
