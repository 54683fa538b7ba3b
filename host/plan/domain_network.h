/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which network a desktop gets: what its pool asks for, or what this host is configured for. Pure.
 */
#pragma once

#include <glib.h>

/** How a desktop reaches the network. */
typedef enum {
  DOMAIN_NETWORK_USER,   /**< QEMU's user-mode network: out, never in */
  DOMAIN_NETWORK_NONE,   /**< no network card */
  DOMAIN_NETWORK_BRIDGE, /**< a bridge of the host */
} DomainNetworkKind;

typedef struct {
  DomainNetworkKind kind;
  const char *bridge; /**< borrowed; NULL unless kind is DOMAIN_NETWORK_BRIDGE */
} DomainNetwork;

/** Reads a host's own setting: "user", "none" or "bridge:NAME"; FALSE for anything else. */
gboolean domain_network_parse(const char *text, DomainNetwork *ret_network);

/**
 * The network for a desktop whose pool wants @wanted: NULL or "default" (that of the @host), "none" or
 * "bridge:NAME". CARAWAY_ERROR_INVALID.
 */
gboolean domain_network_resolve(const char *wanted, const DomainNetwork *host, DomainNetwork *ret_network,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
