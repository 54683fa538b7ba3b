/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an approved device signs in by its key, and learns what it is to do.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/device.h"
#include "broker/service/people/sign_in_entry.h"

/** A sign-in of a device lasts so long; it begins the next by itself. */
#define DEVICE_SIGN_IN_US (60 * 60 * (gint64)G_USEC_PER_SEC)

/** What a device signs in with; all from a stranger. */
typedef struct {
  const char *device; /**< its id */
  const char *nonce;
  const char *signature;
  const char *version; /**< (nullable) of its program */
  const char *address;
} DeviceAnswer;

/** Begins a sign-in of the device's account, and ends those that it had. Fails with
 * CARAWAY_ERROR_DEVICE_REFUSED, or for the holder of a key that was revoked CARAWAY_ERROR_DEVICE_REVOKED. */
SignIn *device_sign_in_begin(Services *services, const DeviceAnswer *answer,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The device that @caller is (transfer full), noting that it was there; CARAWAY_ERROR_NOT_FOUND for people.
 */
Device *device_sign_in_self(Services *services, const Caller *caller,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
