/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an administrator says of a provider. Plain values.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *name;                 /**< of the authenticator */
  char *issuer;               /**< https://…, to the letter as the provider writes it */
  char *client_id;            /**< as which we are registered there */
  char *client_secret;        /**< (nullable) without one we are a public client, PKCE alone proves */
  char *scopes;               /**< separated by blanks, "openid" among them */
  char *name_claim;           /**< whose value is the account's name */
  char *name_domain;          /**< (nullable) names are NAME@DOMAIN of this domain, which is cut off */
  char *groups_claim;         /**< (nullable) whose value lists groups */
  char *second_factor_values; /**< (nullable) of acr or amr, separated by blanks; one of them says that there
                                 was a second factor */
  gboolean asks_userinfo;     /**< for claims that the token does not have */
} OidcSettings;

/** Frees @settings (nullable), wiping the secret. */
void oidc_settings_free(OidcSettings *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcSettings, oidc_settings_free)
