/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a provider for a while: its description and its keys. Owns when they are fetched, and that
 * a provider which does not answer is not asked by each who waits in turn. Used under its owner's lock.
 */
#pragma once

#include "broker/auth/oidc/oidc_discovery.h"
#include "broker/auth/oidc/oidc_key_set.h"
#include "broker/auth/oidc/oidc_token.h"
#include "broker/auth/oidc/oidc_transport.h"
#include "common/base/clock.h"

typedef struct OidcKnowledge OidcKnowledge;

/** Nothing known yet of @issuer (borrowed, as all others, for its life). */
OidcKnowledge *oidc_knowledge_new(const char *issuer, OidcTransport *transport, const Clock *clock);

/** The provider's description (transfer none), fetched when it is not known or too old. */
const OidcDiscovery *oidc_knowledge_discovery(OidcKnowledge *knowledge,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The verified token @text, with keys that are fetched when they are too old, or do not have the one that
 * it names. */
OidcToken *oidc_knowledge_verify(OidcKnowledge *knowledge, const char *text,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @knowledge (nullable). */
void oidc_knowledge_free(OidcKnowledge *knowledge);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcKnowledge, oidc_knowledge_free)
