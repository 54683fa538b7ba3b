/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that carries the bytes of all channels, so that neither a busy window nor a large picture holds
 * up the other. Opens links: each tries the ways in one after the other and then pumps between TLS and one
 * end of a socket pair; the other end is for spice-gtk. Callbacks come in the main context that
 * transport_new() was called in.
 */
#pragma once

#include <gio/gio.h>

#include "client/display/relay_connect.h"

typedef struct Transport Transport;
typedef struct TransportLink TransportLink;

/** What a link tells its owner; @ended comes once, also instead of @opened. None comes after
 * transport_link_close(). */
typedef struct {
  /** @fd is the end of a stream socket pair (the callee owns it); @target the index of the way that worked.
   */
  void (*opened)(int fd, guint target, gpointer user_data);
  /**
   * The link is over: @error (nullable) as of relay_connect_finish(), NULL for an orderly end. The owner's
   * end stays open until it calls transport_link_close(): time to save the picture.
   */
  void (*ended)(const GError *error, gpointer user_data);
} TransportListener;

/** Starts the thread. */
Transport *transport_new(void);

/**
 * Opens a link with @grant by the RelayTargets @targets (referenced), beginning with @first: where a way in
 * is not reachable, cannot be trusted or cannot reach the desktop's host, the next is tried, unless
 * @is_pinned says that it must be @first. Returns the link, which the caller closes.
 */
TransportLink *transport_open(Transport *transport, GPtrArray *targets, guint first, gboolean is_pinned,
                              const char *grant, const TransportListener *listener, gpointer user_data);

/** Ends @link (nullable) and its connection. */
void transport_link_close(TransportLink *link);

/** Waits for the thread to end; all links must have been closed (nullable). */
void transport_free(Transport *transport);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transport, transport_free)
