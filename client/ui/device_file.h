/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who this device is, on disk: its key, made at the first start, and what it joined. A file that only its
 * owner reads.
 */
#pragma once

#include "common/wire/device_proof.h"

typedef struct {
  DeviceKey *key;
  char *installation; /**< that it joined; nullable: none yet */
  char *id;           /**< by which that knows it; nullable as above */
} DeviceFile;

/** What the file says; a new key, kept in the file, where there is none. Fails rather than lose a key: with
 * another one the device would be another device. */
DeviceFile *device_file_load(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes what the device joined (@id NULL: that does not know it any more), and keeps it. */
gboolean device_file_set_joined(DeviceFile *file, const char *installation, const char *id,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @file (nullable), wiping its key. */
void device_file_free(DeviceFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeviceFile, device_file_free)
