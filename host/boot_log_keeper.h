/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the serial consoles of desktops from filling the disk: whoever is root in a guest may write to its
 * serial port for ever, and QEMU appends every byte to the boot log. What lies far behind the end of a log is
 * given back to the file system every few seconds, on a worker; its end stays where QEMU writes it.
 */
#pragma once

#include "host/settings.h"
#include "host/workers.h"

/** A log may take so much of the disk before it is cut, and so much of its end is kept then. */
#define BOOT_LOG_MAX_BYTES  (1024 * 1024)
#define BOOT_LOG_KEEP_BYTES (256 * 1024)

typedef struct BootLogKeeper BootLogKeeper;

/** Starts to look after the logs below @settings, by @workers; both outlive the keeper. */
BootLogKeeper *boot_log_keeper_new(const HostSettings *settings, Workers *workers);

/** Looks once, on this thread (blocks on the disk). */
void boot_log_keeper_trim(const HostSettings *settings);

/** Frees @keeper (nullable); a look that is under way may end later. */
void boot_log_keeper_free(BootLogKeeper *keeper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BootLogKeeper, boot_log_keeper_free)
