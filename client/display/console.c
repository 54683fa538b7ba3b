/* SPDX-License-Identifier: Apache-2.0 */
#include "client/display/console.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

struct Console {
  Transport *transport;
  GPtrArray *targets;
  char *grant;
  ConsoleListener listener;
  gpointer user_data;
  SpiceSession *session;
  SpiceMainChannel *main; /* owned by the session */
  GPtrArray *lines;       /* Line */
  gboolean is_open, is_over;
  guint target; /* the way that main took; the others take it too */
};

/* A channel and its link. */
typedef struct {
  Console *console;
  SpiceChannel *channel;
  TransportLink *link;
} Line;

static void
line_free(gpointer data)
{
  Line *line = data;
  g_signal_handlers_disconnect_by_data(line->channel, line);
  transport_link_close(line->link);
  g_object_unref(line->channel);
  g_free(line);
}

/* Without these there is no desktop; the loss of sound alone is none of the user's worries. */
static gboolean
is_vital(SpiceChannel *channel)
{
  return SPICE_IS_MAIN_CHANNEL(channel) || SPICE_IS_DISPLAY_CHANNEL(channel) ||
         SPICE_IS_INPUTS_CHANNEL(channel);
}

static const char *
channel_name(SpiceChannel *channel)
{
  int type = 0;
  g_object_get(channel, "channel-type", &type, NULL);
  return spice_channel_type_to_string(type);
}

static void
console_end(Console *console, const GError *error)
{
  if (console->is_over)
    return;
  console->is_over = TRUE;
  g_autoptr(GError) cut =
      g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, _("The connection to the desktop was cut."));
  console->listener.ended(console, error != NULL ? error : cut, console->user_data);
}

static void
on_link_opened(int fd, guint target, gpointer user_data)
{
  Line *line = user_data;
  if (SPICE_IS_MAIN_CHANNEL(line->channel))
    line->console->target = target;
  if (!spice_channel_open_fd(line->channel, fd))
    close(fd);
}

static void
on_link_ended(const GError *error, gpointer user_data)
{
  Line *line = user_data;
  Console *console = line->console;
  log_debug("channel %s ended: %s", channel_name(line->channel), error != NULL ? error->message : "closed");
  if (is_vital(line->channel)) {
    g_autoptr(GError) own = error != NULL && error->domain == CARAWAY_ERROR ? g_error_copy(error) : NULL;
    console_end(console, own);
    return;
  }
  g_clear_pointer(&line->link, transport_link_close);
  spice_channel_disconnect(line->channel, SPICE_CHANNEL_CLOSED);
}

/* spice-gtk asks for a connection: now, and again after it dropped one. */
static void
on_open_fd(SpiceChannel *channel, int with_tls, gpointer user_data)
{
  static const TransportListener listener = {on_link_opened, on_link_ended};
  Line *line = user_data;
  Console *console = line->console;
  transport_link_close(line->link);
  line->link = NULL;
  if (console->is_over)
    return;
  gboolean is_main = SPICE_IS_MAIN_CHANNEL(channel);
  line->link = transport_open(console->transport, console->targets, console->target, !is_main, console->grant,
                              &listener, line);
}

static void
on_channel_event(SpiceChannel *channel, SpiceChannelEvent event, gpointer user_data)
{
  Line *line = user_data;
  Console *console = line->console;
  log_debug("channel %s: event %d", channel_name(channel), event);
  if (event == SPICE_CHANNEL_OPENED && SPICE_IS_MAIN_CHANNEL(channel) && !console->is_open) {
    console->is_open = TRUE;
    console->listener.opened(console, console->user_data);
  } else if (event != SPICE_CHANNEL_OPENED && event != SPICE_CHANNEL_NONE &&
             event != SPICE_CHANNEL_SWITCHING && is_vital(channel)) {
    console_end(console, NULL);
  }
}

static void
on_channel_new(SpiceSession *session, SpiceChannel *channel, gpointer user_data)
{
  Console *console = user_data;
  Line *line = g_new0(Line, 1);
  line->console = console;
  line->channel = g_object_ref(channel);
  g_ptr_array_add(console->lines, line);
  if (SPICE_IS_MAIN_CHANNEL(channel))
    console->main = SPICE_MAIN_CHANNEL(channel);
  g_signal_connect(channel, "open-fd", G_CALLBACK(on_open_fd), line);
  g_signal_connect(channel, "channel-event", G_CALLBACK(on_channel_event), line);
  console->listener.channel(console, channel, console->user_data);
}

static guint
first_target(const ConsoleOffer *offer)
{
  for (guint i = 0; offer->preferred_site != NULL && i < offer->targets->len; i++) {
    const RelayTarget *target = offer->targets->pdata[i];
    if (g_strcmp0(target->site, offer->preferred_site) == 0)
      return i;
  }
  return 0;
}

Console *
console_new(Transport *transport, const ConsoleOffer *offer, const ConsoleListener *listener,
            gpointer user_data)
{
  g_return_val_if_fail(offer->targets->len > 0, NULL);
  Console *console = g_new0(Console, 1);
  console->transport = transport;
  console->targets = g_ptr_array_ref(offer->targets);
  console->target = first_target(offer);
  console->grant = g_strdup(offer->grant);
  console->listener = *listener;
  console->user_data = user_data;
  console->lines = g_ptr_array_new_with_free_func(line_free);
  console->session = spice_session_new();
  /* USB and smart cards are a policy of their own; without it nothing of this machine is offered to the
   * guest. */
  g_object_set(console->session, "enable-usbredir", FALSE, "enable-smartcard", FALSE, "enable-audio",
               offer->with_audio, NULL);
  g_signal_connect(console->session, "channel-new", G_CALLBACK(on_channel_new), console);
  return console;
}

void
console_open(Console *console)
{
  /* -1: every channel asks for its connection by open-fd. */
  spice_session_open_fd(console->session, -1);
}

SpiceSession *
console_session(Console *console)
{
  return console->session;
}

SpiceMainChannel *
console_main_channel(Console *console)
{
  return console->main;
}

const char *
console_site(const Console *console)
{
  const RelayTarget *target = console->targets->pdata[console->target];
  return console->is_open ? target->site : NULL;
}

guint64
console_received_bytes(const Console *console)
{
  guint64 total = 0;
  for (guint i = 0; i < console->lines->len; i++) {
    const Line *line = console->lines->pdata[i];
    gulong bytes = 0;
    g_object_get(line->channel, "total-read-bytes", &bytes, NULL);
    total += bytes;
  }
  return total;
}

void
console_free(Console *console)
{
  if (console == NULL)
    return;
  console->is_over = TRUE;
  g_signal_handlers_disconnect_by_data(console->session, console);
  g_ptr_array_unref(console->lines);
  spice_session_disconnect(console->session);
  g_object_unref(console->session);
  g_ptr_array_unref(console->targets);
  secret_free(console->grant);
  g_free(console);
}
