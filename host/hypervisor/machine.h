/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine itself is: processors, memory, disk, the kernel's boot id. Read from /proc and the file
 * system, never through libvirt, so that it answers also while libvirt hangs.
 */
#pragma once

#include "common/wire/host_message.h"

/** Measures the machine and the file system of @folder; what cannot be read is 0. */
void machine_measure(const char *folder, HostCapacity *ret_capacity);

/** Whether the network device @name is there and a bridge. */
gboolean machine_has_bridge(const char *name);

/** The kernel's boot id (transfer full), "" when it has none. */
char *machine_boot_id(void);

/** A text that changes when QEMU, the kernel or the processor does (transfer full): what a verdict on KVM is
 * valid for. */
char *machine_fingerprint(const char *qemu_version);
