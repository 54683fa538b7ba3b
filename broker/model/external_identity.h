/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who somebody is by the word of a directory or an identity provider, after it was proven there. All of it is
 * of the other side's making; broker/service/people/external_account.h says what of it is believed.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *authenticator; /**< name of the one that says so */
  char *external_id;   /**< never changes there and is never given to another: entryUUID, objectGUID, sub */
  char *user_name;     /**< as it is there now; may be renamed */
  char *full_name;     /**< (nullable) */
  GStrv groups;        /**< (nullable) as the authenticator's group_key() writes them */
} ExternalIdentity;

/** Frees @identity (nullable). */
void external_identity_free(ExternalIdentity *identity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExternalIdentity, external_identity_free)
