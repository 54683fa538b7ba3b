/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The QEMU that libvirt forgot: when a process with the embedded driver is killed while it starts a domain,
 * the machine may run on without libvirt ever listing it (INVARIANTS I4). It is known by its own command
 * line. Blocks.
 */
#pragma once

#include <glib.h>

/**
 * Ends the QEMU process that was started with the UUID @id and the disk @overlay_path, if there is one; to be
 * called only when libvirt does not know a domain @id. CARAWAY_ERROR_HYPERVISOR when it does not end.
 */
gboolean stray_process_end(const char *id, const char *overlay_path,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
