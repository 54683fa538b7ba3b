/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks: the signed-in user of a request, from where and by which sign-in. What roles permit is for
 * broker/service/rights to say; services check what depends on whose a thing is.
 */
#pragma once

#include "broker/model/permission.h"

typedef struct {
  char *user_id;
  char *user_name;
  gboolean
      trusted; /**< no account: acts for the installation itself, from its command line, and may everything */
  gboolean known_administrator;      /**< was one when the database went away; counts while it is */
  gboolean password_change_required; /**< only the password may be changed, nothing else be done */
  gboolean second_factor_pending; /**< only what leads to proving or setting up a second factor may be done */
  gboolean enrolment_required;    /**< with the member before: there is none yet, and one has to be set up */
  gint64 second_factor_us;        /**< when this sign-in was proven with a second factor, 0: never */
  PermissionSet limit;            /**< nothing beyond it, whatever its roles say */
  char *address;                  /**< of the client, "" when unknown */
  char *token_hash;               /**< names the sign-in, and with it the device; never the token itself */
  char *creation_key;             /**< (nullable) hash of the key under which this creation may be repeated */
  char *creation_body;            /**< (nullable) hash of its body */
} Caller;

/** A caller with copies of its arguments. */
Caller *caller_new(const char *user_id, const char *user_name, gboolean trusted, const char *address,
                   const char *token_hash);

/** Frees @caller (nullable). */
void caller_free(Caller *caller);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Caller, caller_free)
