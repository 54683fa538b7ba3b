/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine joins an installation: with a one-time token it has the broker's CA sign its key, and stores what
 * it needs from then on (docs/protocols.md, 1). The token's hash of the CA makes the first contact a verified
 * one.
 */
#pragma once

#include <glib.h>

/** What a machine says of itself. Texts are borrowed; a NULL `relay_folder` leaves out the relay. */
typedef struct {
  const char *token;
  const char *broker_url; /**< https://HOST:PORT */
  const char *name;       /**< of this machine, see identity_name_is_valid() */
  const char *const
      *addresses;            /**< IP addresses and DNS names for the certificate; NULL-terminated, nullable */
  const char *folder;        /**< where the credentials go */
  const char *relay_folder;  /**< of a host's relay (nullable) */
  const char *relay_address; /**< at which clients and portals reach the relay */
  guint16 relay_port;
} JoinRequest;

/** Joins, blocking for at most half a minute. Nothing is written unless the broker signed everything. Errors:
 * CARAWAY_ERROR_JOIN_TOKEN (also when the CA at the URL is not the token's), CARAWAY_ERROR_UNREACHABLE, those
 * of the broker, those of credentials_save(). */
gboolean join_run(const JoinRequest *request, GError **error) G_GNUC_WARN_UNUSED_RESULT;
