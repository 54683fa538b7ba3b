/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who somebody is by the claims of a provider: which claim becomes what. Pure.
 */
#pragma once

#include "broker/auth/oidc/oidc_settings.h"

#include <json-glib/json-glib.h>

typedef struct {
  char *external_id; /**< issuer and subject: the only pair that is never another person's */
  char *user_name;
  char *full_name;            /**< (nullable) */
  GStrv groups;               /**< (nullable) when the provider says nothing of groups */
  gboolean has_second_factor; /**< the provider says so, in a way that @second_factor_values names */
} OidcIdentity;

/**
 * The person of @claims, which were checked. @more (nullable) are those of the userinfo endpoint, about the
 * same subject: they count where @claims has none. Fails with CARAWAY_ERROR_PROVIDER_WRONG, naming the claim.
 */
OidcIdentity *oidc_identity_read(JsonObject *claims, JsonObject *more, const OidcSettings *settings,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @claims lacks something that @settings name, so that userinfo has to be asked. */
gboolean oidc_identity_is_wanting(JsonObject *claims, const OidcSettings *settings);

/** Frees @identity (nullable). */
void oidc_identity_free(OidcIdentity *identity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcIdentity, oidc_identity_free)
