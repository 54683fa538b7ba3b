/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hosts tell over their links, turned into facts. Events of one host must be handed in in the order of
 * their arrival, by one thread at a time; those of different hosts may come at once. Each names the
 * term of the link that it came over: what comes over a link that is no longer the host's newest is not taken
 * (CARAWAY_ERROR_STALE_EPOCH), because the newer hello said it all.
 */
#pragma once

#include "broker/model/desktop.h"
#include "broker/model/host_greeting.h"
#include "broker/service/services.h"
#include "common/wire/host_message.h"

/**
 * A host opened its link and sent its whole state: reconciles. Returns the term of the link and
 * what the broker knows to be there, for the welcome (transfer full); send that, then call
 * host_events_welcomed(). Fails with CARAWAY_ERROR_UNTRUSTED when no such host is entered, with
 * CARAWAY_ERROR_STALE_EPOCH when the host said a newer one since.
 */
HostGreeting *host_events_hello(Services *services, const char *host, const HostHello *hello,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The welcome was sent: commands that wait for @host are delivered now, oldest first. */
gboolean host_events_welcomed(Services *services, const char *host, gint64 term,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A heartbeat with what is left: kept in memory, and written by host_events_write_heartbeats(). */
gboolean host_events_heartbeat(Services *services, const char *host, gint64 term,
                               const HostCapacity *capacity, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes down the heartbeats that are worth it, all in one transaction; from the background thread. */
gboolean host_events_write_heartbeats(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The link of @host broke or three heartbeats stayed away; nothing happens when it has a newer link. */
gboolean host_events_silent(Services *services, const char *host, gint64 term,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The answer to a command. */
gboolean host_events_result(Services *services, const char *host, gint64 term, const HostResult *result,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A desktop changed. Reports of desktops that are not entered for @host are ignored. */
gboolean host_events_desktop(Services *services, const char *host, gint64 term, const HostDesktop *report,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A desktop is no longer there. */
gboolean host_events_desktop_gone(Services *services, const char *host, gint64 term,
                                  const HostDesktopGone *gone, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A console opened or closed. */
gboolean host_events_console(Services *services, const char *host, gint64 term, const HostConsole *report,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The image store of @host is now @images . */
gboolean host_events_images(Services *services, const char *host, gint64 term, const HostImages *images,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What is on @host and not ours is now @foreign . */
gboolean host_events_foreign(Services *services, const char *host, gint64 term,
                             const HostForeignList *foreign, GError **error) G_GNUC_WARN_UNUSED_RESULT;
