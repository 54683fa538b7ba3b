/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts: how they join and what is known of them. Certificates are made by who asks here first.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/host.h"
#include "broker/model/page.h"
#include "broker/service/services.h"

typedef struct {
  char *secret; /**< 16 random bytes, base64url: the SECRET of docs/protocols.md section 1 */
  gint64 expires_us;
} JoinToken;

/** Makes a one-time join token for @role ("host" or "portal") that lives @lifetime_s (60 … 604800, 0: one
 * hour). */
JoinToken *host_registry_create_join_token(Services *services, const Caller *caller, const char *role,
                                           gint64 lifetime_s, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Spends the join token @secret for a machine of @role called @name at @address, and enters a host with its
 * relay
 * (@relay_address, @relay_port; ignored for a portal). Fails with CARAWAY_ERROR_JOIN_TOKEN,
 * CARAWAY_ERROR_CONFLICT when a host of that name has joined before, CARAWAY_ERROR_INVALID. Enters
 * @certificates (nullable, of CertificateRow), which the caller hands out after TRUE.
 */
gboolean host_registry_join(Services *services, const char *secret, const char *role, const char *name,
                            const char *relay_address, guint16 relay_port, const GPtrArray *certificates,
                            const char *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Hosts by name, with images and quarantine. Returns an array of Host (transfer full). */
GPtrArray *host_registry_list(Services *services, const Page *page, char **ret_next,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The host @name; CARAWAY_ERROR_NOT_FOUND. */
Host *host_registry_get(Services *services, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @token (nullable), wiping its secret. */
void join_token_free(JoinToken *token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(JoinToken, join_token_free)
