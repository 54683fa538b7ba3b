/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine that signs in by a key of its own: what it says of itself, what became of its request to join,
 * and what an administrator wants it to do.
 */
#pragma once

#include <glib.h>

typedef enum {
  DEVICE_PENDING,  /**< asked to join; waits for an administrator till it expires */
  DEVICE_APPROVED, /**< has an account, and may sign in */
  DEVICE_REJECTED, /**< was told no; forgotten when it expires */
  DEVICE_REVOKED,  /**< may never come back with this key */
} DeviceState;

typedef struct {
  char *id;          /**< UUID */
  char *name;        /**< (nullable) till it is approved */
  char *description; /**< may be empty */
  char *public_key;  /**< as of common/wire/device_proof.h */
  char *code;        /**< short, of the key */
  DeviceState state;
  char *model;          /**< what it says it is, may be empty */
  char *hostname;       /**< what it says it is called, may be empty */
  char *client_version; /**< of the program on it, may be empty */
  char *address;        /**< from where it asked to join */
  char *account_id;     /**< (nullable) of its account, once approved */
  char *account;        /**< (nullable) name of that */
  char *approved_by;    /**< who approved or rejected it, "" while it waits */
  char *seen_from;      /**< "" when it was never signed in */
  char *pool_id;        /**< (nullable) that it opens by itself */
  char *pool;           /**< (nullable) name of that */
  gint64 created_us;    /**< when it asked */
  gint64 expires_us;    /**< till when a request that was not approved is kept */
  gint64 approved_us;   /**< 0 while it waits */
  gint64 seen_us;       /**< to about a minute; 0: never */
  gint64 version;       /**< raised by each change of an administrator; the API's ETag */
} Device;

/** The stable name of @state (static). */
const char *device_state_name(DeviceState state);

/** The state called @name (nullable); FALSE when there is none. */
gboolean device_state_from_name(const char *name, DeviceState *ret_state);

/** Frees @device (nullable). */
void device_free(Device *device);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Device, device_free)
