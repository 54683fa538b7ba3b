/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks: the signed-in user of a request, from where and by which sign-in. What a role permits is the
 * route table's to say; services check what depends on whose a thing is.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *user_id;
  char *user_name;
  gboolean administrator;
  gboolean password_change_required; /**< only the password may be changed, nothing else be done */
  char *address;                     /**< of the client, "" when unknown */
  char *token_hash;                  /**< names the sign-in, and with it the device; never the token itself */
  char *creation_key;  /**< (nullable) hash of the key under which this creation may be repeated */
  char *creation_body; /**< (nullable) hash of its body */
} Caller;

/** A caller with copies of its arguments. */
Caller *caller_new(const char *user_id, const char *user_name, gboolean administrator, const char *address,
                   const char *token_hash);

/** Frees @caller (nullable). */
void caller_free(Caller *caller);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Caller, caller_free)
