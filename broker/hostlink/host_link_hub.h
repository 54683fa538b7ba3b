/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links that hosts dial in on (docs/protocols.md, 5): one for each host, the newest wins. Owns the
 * conversation — hello and welcome, heartbeats and silence, commands out, events up — and nothing of what
 * they mean: that is the listener's. Functions are called from the main loop unless they say otherwise.
 */
#pragma once

#include "broker/model/broker_row.h"
#include "broker/model/desktop.h"
#include "broker/model/host_greeting.h"
#include "common/base/clock.h"
#include "common/wire/host_message.h"

#include <libsoup/soup.h>

typedef struct HostLinkHub HostLinkHub;
typedef struct HostLinkListener HostLinkListener;

/** Who is told. Called from worker threads; calls about one host come one after another, in order. @term is
 * that of the link, as the greeting set it; 0 for a link that was never greeted. */
struct HostLinkListener {
  /** A host said hello: what it is told (transfer full), or NULL to turn it away. */
  HostGreeting *(*hello)(HostLinkListener *listener, const char *host, const HostHello *hello,
                         GError **error);
  /** The welcome is on its way: commands that wait may be sent. */
  gboolean (*welcomed)(HostLinkListener *listener, const char *host, gint64 term, GError **error);
  /** Any later message but a boot log. CARAWAY_ERROR_STALE_EPOCH: the host has a newer link; this one is
   * closed. So is it with CARAWAY_ERROR_UNTRUSTED: the host was removed. CARAWAY_ERROR_DATABASE_AWAY: it
   * cannot be stored now; host_link_hub_renew() makes up for it. */
  gboolean (*event)(HostLinkListener *listener, const char *host, gint64 term, const HostMessage *message,
                    GError **error);
  /** The link broke or was silent for too long. */
  gboolean (*silent)(HostLinkListener *listener, const char *host, gint64 term, GError **error);
};

/** All is borrowed for the hub's life. */
typedef struct {
  HostLinkListener *listener;
  const char *installation;
  const Clock *clock; /**< what grants are judged by; a step of it is told to hosts within a second */
  guint heartbeat_ms; /**< three missed ones make a host silent */
  guint workers;      /**< threads for the listener's calls */
  /** (nullable) Whether the certificate @serial of @host counts. From any thread. */
  gboolean (*counts)(const char *host, const char *serial, gpointer user_data);
  gpointer user_data; /**< of counts */
} HostLinkSettings;

/** A hub without links. */
HostLinkHub *host_link_hub_new(const HostLinkSettings *settings);

/** Takes over @socket, opened by the machine whose certificate @serial names it host/@host. */
void host_link_hub_accept(HostLinkHub *hub, const char *host, const char *serial,
                          SoupWebsocketConnection *socket);

/** Closes the links of hosts whose certificates do not count any more. From any thread. */
void host_link_hub_review(HostLinkHub *hub);

/** Queues the command @text for @host, with the term of its link. From any thread. FALSE when it has no
 * welcomed link or 1024 commands are not answered. */
gboolean host_link_hub_deliver(HostLinkHub *hub, const char *host, const char *text);

/** Closes the welcomed link of @host unless its term is higher than @term. From any thread. */
void host_link_hub_drop(HostLinkHub *hub, const char *host, gint64 term);

/** Tells every welcomed host the keys that grants are signed with, @keys of BrokerKey. From any thread. */
void host_link_hub_tell_keys(HostLinkHub *hub, const GPtrArray *keys);

/** Asks @host for the last of the serial console of @desktop_id and waits at most @limit_ms. From any thread
 * but the main one. Returns the text (transfer full), or NULL with CARAWAY_ERROR_UNREACHABLE or
 * CARAWAY_ERROR_TIMED_OUT. */
char *host_link_hub_fetch_boot_log(HostLinkHub *hub, const char *host, const char *desktop_id, guint limit_ms,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Has those hosts dial and say hello again that told what could not be stored. From any thread. */
void host_link_hub_renew(HostLinkHub *hub);

/** How many hosts have a welcomed link. From any thread. */
guint host_link_hub_count(HostLinkHub *hub);

/** Closes all links without calling their hosts silent: the broker goes, not they. New ones are turned away.
 */
void host_link_hub_stop(HostLinkHub *hub);

/** Stops and frees @hub (nullable) after the listener's last call returned. */
void host_link_hub_free(HostLinkHub *hub);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostLinkHub, host_link_hub_free)
