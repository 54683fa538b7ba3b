/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor interface on libvirt: qemu:///system through its daemon, or qemu:///embed?root=DIR, the
 * driver inside this process (no daemon; guests live on when the process ends). One of these per process:
 * libvirt's event loop is process-wide.
 */
#pragma once

#include "host/hypervisor/hypervisor.h"

/** Connects to @uri (blocking, the first time on a fresh root for many seconds). CARAWAY_ERROR_HYPERVISOR. */
Hypervisor *libvirt_hypervisor_open(const char *uri, GError **error) G_GNUC_WARN_UNUSED_RESULT;
