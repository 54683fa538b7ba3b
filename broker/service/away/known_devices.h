/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that were let in to sessions while the database could not be told: what it had before, and what it
 * is to have. Owns no session; known_sessions.c holds its mutex around every call.
 */
#pragma once

#include <glib.h>

typedef struct KnownDevices KnownDevices;

/** The device of a session that was changed here and is not in the database yet. */
typedef struct {
  char *session_id;
  char *before; /**< what the database has, as far as known */
  char *device;
} KnownDevice;

/** None. */
KnownDevices *known_devices_new(void);

/** The device that was let in to @session_id last (transfer none); NULL when the database knows it. */
const char *known_devices_find(KnownDevices *devices, const char *session_id);

/** @device was let in to @session_id, of which the database knows @stored. */
void known_devices_let_in(KnownDevices *devices, const char *session_id, const char *stored,
                          const char *device);

/** The database has @stored for @session_id. When somebody else wrote that, it holds. */
void known_devices_compare(KnownDevices *devices, const char *session_id, const char *stored);

/** What is to be written now: an array of KnownDevice (transfer full). */
GPtrArray *known_devices_to_write(KnownDevices *devices);

/** The database was told @written, an array of KnownDevice; of a session to which another device was let in
 * since, that one is still to be written. */
void known_devices_written(KnownDevices *devices, const GPtrArray *written);

/** Frees @devices (nullable). */
void known_devices_free(KnownDevices *devices);
