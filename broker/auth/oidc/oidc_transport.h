/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a provider is reached: one request, one answer, bounded in time as a whole and in size. The interface,
 * and the one over HTTPS (libsoup). Owns no cookies, follows no redirect.
 */
#pragma once

#include <glib.h>

/** A request; texts are borrowed. */
typedef struct {
  const char *url;
  const char *authorization; /**< (nullable) secret: the header's value */
  const char *form;          /**< (nullable) secret: the body of a POST; without one it is a GET */
} OidcRequest;

typedef struct OidcTransport OidcTransport;

struct OidcTransport {
  /** Blocks. Fails with CARAWAY_ERROR_PROVIDER_AWAY, or CARAWAY_ERROR_PROVIDER_WRONG for an answer that is
   * too long. Any thread may call. */
  GBytes *(*send)(OidcTransport *transport, const OidcRequest *request, guint *ret_status, GError **error);
  void (*free)(OidcTransport *transport);
};

/** One over HTTPS that trusts the authorities in @ca_file (nullable: the system's), and gives up after
 * @limit_ms. Fails with CARAWAY_ERROR_CONFIG when the file cannot be read. */
OidcTransport *oidc_transport_new(const char *ca_file, guint limit_ms,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @transport (nullable). */
void oidc_transport_free(OidcTransport *transport);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OidcTransport, oidc_transport_free)
