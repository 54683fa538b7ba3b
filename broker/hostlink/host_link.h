/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One open link: the WebSocket, which only the main loop touches, and what worker threads may know of it.
 * What comes in is handed up as it is; the hub gives it a meaning.
 */
#pragma once

#include <libsoup/soup.h>

typedef struct HostLink HostLink;

typedef enum {
  HOST_LINK_GREETING, /**< the hello has not been answered */
  HOST_LINK_WELCOMED,
  HOST_LINK_CLOSED,
} HostLinkState;

/** Called in the main loop. */
typedef struct {
  void (*received)(HostLink *link, GBytes *message, gpointer user_data); /**< one text message */
  void (*closed)(HostLink *link, gpointer user_data); /**< once, by either side or by silence */
} HostLinkCallbacks;

/** Takes over @socket of @host, which showed the certificate @serial (nullable). A link from which nothing
 * comes for @silence_ms is closed. @callbacks is static. */
HostLink *host_link_new(const char *host, const char *serial, SoupWebsocketConnection *socket,
                        guint silence_ms, const HostLinkCallbacks *callbacks, gpointer user_data);

/** Sends @text (transfer full) in the order of the calls. From any thread; nothing happens after the close.
 */
void host_link_send(HostLink *link, char *text);

/** Sends @text (transfer full) as the first message of a welcomed link. From any thread; @then is called in
 * the main loop right after, unless the link is closed. */
void host_link_welcome(HostLink *link, char *text, void (*then)(HostLink *link, gpointer user_data));

/** Closes with @code and @reason (at most 123 bytes). From any thread. */
void host_link_close(HostLink *link, gushort code, const char *reason);

/** The host's name (transfer none). */
const char *host_link_host(const HostLink *link);

/** Serial of the host's certificate (transfer none); nullable. */
const char *host_link_serial(const HostLink *link);

/** Its state. From any thread. */
HostLinkState host_link_state(HostLink *link);

/** Counts one more command on its way; FALSE when there are too many. From any thread. */
gboolean host_link_take_command(HostLink *link) G_GNUC_WARN_UNUSED_RESULT;

/** One command was answered. From any thread. */
void host_link_command_answered(HostLink *link);

/** Whether the last broker time was sent longer than @interval_us ago; notes that one is sent now. From the
 * host's lane alone. */
gboolean host_link_time_is_due(HostLink *link, gint64 interval_us);

/** Sets the term of what is said over this link; before host_link_welcome(). From the host's lane alone. */
void host_link_set_term(HostLink *link, gint64 term);

/** The term of a welcomed link. From any thread. */
gint64 host_link_term(const HostLink *link);

/** Something that came over it could not be stored. TRUE: that is the first time. From any thread. */
gboolean host_link_note_loss(HostLink *link);

/** Whether that was so. From any thread. */
gboolean host_link_has_lost(HostLink *link);

/** Another reference. From any thread. */
HostLink *host_link_ref(HostLink *link);

/** Gives up a reference (nullable). From any thread. */
void host_link_unref(HostLink *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostLink, host_link_unref)
