/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that ask to join: each proves that it holds its key, gets a code to show, and follows with a secret
 * what an administrator decides. At most DEVICE_WAITING_MAX wait, for DEVICE_WAITING_S each. Nothing here
 * gives a right.
 */
#pragma once

#include "broker/model/device.h"
#include "broker/service/services.h"

#define DEVICE_CHALLENGE_S         60
#define DEVICE_WAITING_S           (15 * 60)
#define DEVICE_WAITING_MAX         1000
#define DEVICE_WAITING_ADDRESS_MAX 400

/** What a device asks with; all from a stranger. */
typedef struct {
  const char *public_key;
  const char *nonce;
  const char *signature;
  const char *model;    /**< (nullable) */
  const char *hostname; /**< (nullable) */
  const char *version;  /**< (nullable) of its program */
  const char *address;
} DeviceRequest;

/** A request that was taken. */
typedef struct {
  Device *device;
  char *secret; /**< for the device only */
} DeviceEnrolment;

/** A challenge that any broker of the installation takes the answer to, within a minute and once (transfer
 * full). Asks no database. */
char *device_enrolment_challenge(Services *services);

/**
 * Takes @request. A key that waits already is told its code again, with another secret. Fails with
 * CARAWAY_ERROR_DEVICE_REFUSED when the proof is not good, CARAWAY_ERROR_DEVICE_REVOKED for a key that was
 * revoked, CARAWAY_ERROR_THROTTLED or CARAWAY_ERROR_OVERLOADED when too many ask.
 */
DeviceEnrolment *device_enrolment_take(Services *services, const DeviceRequest *request,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What became of the request @id, for who knows its @secret (nullable), from @address (transfer full);
 * CARAWAY_ERROR_NOT_FOUND. */
Device *device_enrolment_state(Services *services, const char *id, const char *secret, const char *address,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @enrolment (nullable), wiping its secret. */
void device_enrolment_free(DeviceEnrolment *enrolment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeviceEnrolment, device_enrolment_free)
