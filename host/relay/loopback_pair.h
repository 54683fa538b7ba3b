/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connected pair of TCP sockets on loopback for QEMU's SPICE server: on a Unix socket it would send raw
 * bitmaps and ignore compression. Small buffers, so that back-pressure reaches its encoder within a tenth of
 * a second.
 */
#pragma once

#include <glib.h>

/**
 * Makes a pair: @ret_ours for the relay, @ret_servers for the SPICE server. Nobody else's connection can end
 * up in it. CARAWAY_ERROR_OVERLOADED when the system is out of descriptors.
 */
gboolean loopback_pair_make(int *ret_ours, int *ret_servers, GError **error) G_GNUC_WARN_UNUSED_RESULT;
