/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root folder of libvirt's embedded driver and the qemu.conf in it, made before the driver starts.
 */
#pragma once

#include <glib.h>

/** The root that @uri names (transfer full); NULL when @uri is not of the embedded driver. */
char *libvirt_config_root(const char *uri);

/**
 * Makes @root and writes etc/qemu.conf into it. Refuses a root so long that the sockets below it would not
 * fit a Unix address. CARAWAY_ERROR_CONFIG.
 */
gboolean libvirt_config_prepare(const char *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;
