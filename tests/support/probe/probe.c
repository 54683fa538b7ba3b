/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/probe/probe.h"

#include <string.h>

#include "common/base/error.h"
#include "common/base/json.h"
#include "tests/support/probe/key_table.h"
#include "tests/support/probe/probe_rest.h"
#include "tests/support/probe/probe_wait.h"

#define SETTLE_PAUSE_MS  300
#define SETTLE_SAME      4 /* looks in a row without a change */
#define SETTLE_LOOKS     60
#define SMALL_FRACTION   1000 /* of the picture may change while it counts as still */
#define TERMINAL_TRIES   3
#define TERMINAL_PERCENT 3  /* of the picture that a new window changes at least */
#define GLYPH_PIXELS     8  /* that any character changes at least */
#define KEY_PAUSE_MS     40 /* slow guests lose keys that come in a burst */

struct Probe {
  const ProbeOptions *options;
  ApiClient *client;
  Transport *transport;
  ApiSession *session;
  Console *console;
  ScreenWatch *watch;         /* nullable: no display channel yet */
  SpiceInputsChannel *inputs; /* owned by the session; nullable */
  char *site;                 /* the way in that worked */
  GError *cut;                /* why the console ended */
  Picture *reference;         /* what changes are counted against */
  guint wanted_pixels;        /* how many of them a step waits for */
  gboolean was_open;
  ProbeMeasures measures;
};

static gint64
now_ms(void)
{
  return g_get_monotonic_time() / 1000;
}

Probe *
probe_new(const ProbeOptions *options, GError **error)
{
  g_autoptr(ApiClient) client = api_client_new(options->server, error);
  if (client == NULL || !api_client_set_ca_file(client, options->ca_file, error))
    return NULL;
  Probe *probe = g_new0(Probe, 1);
  probe->options = options;
  probe->client = g_steal_pointer(&client);
  probe->transport = transport_new();
  return probe;
}

static void
close_console(Probe *probe)
{
  g_clear_pointer(&probe->watch, screen_watch_free);
  probe->inputs = NULL;
  g_clear_pointer(&probe->console, console_free);
  g_clear_error(&probe->cut);
  g_clear_pointer(&probe->site, g_free);
}

void
probe_free(Probe *probe)
{
  if (probe == NULL)
    return;
  close_console(probe);
  /* spice-gtk takes its channels down in idle callbacks. */
  while (g_main_context_iteration(NULL, FALSE))
    ;
  transport_free(probe->transport);
  api_session_free(probe->session);
  picture_free(probe->reference);
  g_object_unref(probe->client);
  g_free(probe);
}

gboolean
probe_connect(Probe *probe, GError **error)
{
  gint64 start = now_ms();
  if (!probe_rest_sign_in(probe->client, probe->options, error))
    return FALSE;
  probe->measures.login_ms = now_ms() - start;
  start = now_ms();
  probe->session = probe_rest_connect(probe->client, probe->options, error);
  probe->measures.connect_ms = now_ms() - start;
  return probe->session != NULL;
}

static void
on_opened(Console *console, gpointer user_data)
{
  Probe *probe = user_data;
  probe->site = g_strdup(console_site(console));
}

static void
on_channel(Console *console, SpiceChannel *channel, gpointer user_data)
{
  Probe *probe = user_data;
  if (SPICE_IS_DISPLAY_CHANNEL(channel) && probe->watch == NULL)
    probe->watch = screen_watch_new(SPICE_DISPLAY_CHANNEL(channel));
  if (SPICE_IS_INPUTS_CHANNEL(channel))
    probe->inputs = SPICE_INPUTS_CHANNEL(channel);
  if (!SPICE_IS_MAIN_CHANNEL(channel))
    spice_channel_connect(channel);
}

static void
on_ended(Console *console, const GError *error, gpointer user_data)
{
  Probe *probe = user_data;
  if (probe->cut == NULL)
    probe->cut = g_error_copy(error);
}

const GError *
probe_cut(const Probe *probe)
{
  return probe->cut;
}

static gboolean
open_with_grant(Probe *probe, GError **error)
{
  static const ConsoleListener listener = {on_opened, on_channel, on_ended};
  gint64 start = now_ms();
  g_autoptr(ApiConsole) offer = probe_rest_grant(probe->client, probe->session->id,
                                                 probe->options->take_over && !probe->was_open, error);
  g_autoptr(GPtrArray) targets = offer != NULL ? probe_rest_targets(offer, probe->options, error) : NULL;
  if (targets == NULL)
    return FALSE;
  if (!probe->was_open)
    probe->measures.connect_ms += now_ms() - start;
  const ConsoleOffer how = {
      .targets = targets, .preferred_site = probe->options->site, .grant = offer->grant};
  probe->console = console_new(probe->transport, &how, &listener, probe);
  console_open(probe->console);
  return TRUE;
}

/* Waits for @condition; a console that was cut meanwhile is the better explanation than "in time". */
static gboolean
await(Probe *probe, ProbeCondition condition, gint64 limit_ms, const char *what, GError **error)
{
  gboolean come = probe_wait(condition, probe, limit_ms);
  if (probe->cut != NULL) {
    g_propagate_prefixed_error(error, g_error_copy(probe->cut), "%s: ", what);
    return FALSE;
  }
  if (!come)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_TIMED_OUT,
                "%s: nothing came within %" G_GINT64_FORMAT " ms", what, limit_ms);
  return come;
}

static gboolean
has_picture(gpointer data)
{
  const Probe *probe = data;
  return probe->cut != NULL || (probe->watch != NULL && screen_watch_has_picture(probe->watch));
}

gboolean
probe_open(Probe *probe, GError **error)
{
  close_console(probe);
  if (!open_with_grant(probe, error))
    return FALSE;
  gint64 start = now_ms();
  if (!await(probe, has_picture, probe->options->wait_ms, "waiting for the first picture", error))
    return FALSE;
  if (probe->was_open)
    probe->measures.reconnects++;
  else
    probe->measures.first_frame_ms = now_ms() - start;
  probe->was_open = TRUE;
  return TRUE;
}

/* Little enough to be a blinking cursor or a clock. */
static gboolean
is_much_the_same(const Picture *before, const Picture *after)
{
  guint area = (guint)(after->width * after->height);
  return picture_compare(before, after).pixels <= area / SMALL_FRACTION;
}

gboolean
probe_settle(Probe *probe, GError **error)
{
  g_autoptr(Picture) before = NULL;
  /* A desktop that plays a film never comes to rest: then the limit has to do. */
  for (int looks = 0, same = 0; looks < SETTLE_LOOKS && same < SETTLE_SAME; looks++) {
    g_autoptr(Picture) now = probe->watch != NULL ? screen_watch_copy(probe->watch) : NULL;
    same = before != NULL && now != NULL && is_much_the_same(before, now) ? same + 1 : 0;
    picture_free(before);
    before = g_steal_pointer(&now);
    probe_pause(SETTLE_PAUSE_MS);
    if (probe->cut != NULL) {
      g_propagate_prefixed_error(error, g_error_copy(probe->cut), "waiting for the picture to settle: ");
      return FALSE;
    }
  }
  return TRUE;
}

static void
press(Probe *probe, guint scan_code)
{
  spice_inputs_channel_key_press(probe->inputs, scan_code);
  probe_pause(KEY_PAUSE_MS);
}

static void
release(Probe *probe, guint scan_code)
{
  spice_inputs_channel_key_release(probe->inputs, scan_code);
  probe_pause(KEY_PAUSE_MS);
}

static gboolean
has_inputs(gpointer data)
{
  const Probe *probe = data;
  return probe->cut != NULL || probe->inputs != NULL;
}

static gboolean
has_changed(gpointer data)
{
  Probe *probe = data;
  if (probe->cut != NULL)
    return TRUE;
  g_autoptr(Picture) now = screen_watch_copy(probe->watch);
  if (now == NULL)
    return FALSE;
  probe->measures.changed_pixels = picture_compare(probe->reference, now).pixels;
  return probe->measures.changed_pixels >= probe->wanted_pixels;
}

static gboolean
take_reference(Probe *probe, GError **error)
{
  if (!await(probe, has_inputs, probe->options->wait_ms, "waiting for the input channel", error))
    return FALSE;
  g_clear_pointer(&probe->reference, picture_free);
  probe->reference = screen_watch_copy(probe->watch);
  if (probe->reference == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL, "the desktop took its picture away");
  return probe->reference != NULL;
}

gboolean
probe_open_terminal(Probe *probe, GError **error)
{
  if (!take_reference(probe, error))
    return FALSE;
  probe->wanted_pixels = (guint)(probe->reference->width * probe->reference->height * TERMINAL_PERCENT / 100);
  for (int i = 0; i < TERMINAL_TRIES; i++) {
    press(probe, KEY_LEFT_CONTROL);
    press(probe, KEY_LEFT_ALT);
    press(probe, KEY_T);
    release(probe, KEY_T);
    release(probe, KEY_LEFT_ALT);
    release(probe, KEY_LEFT_CONTROL);
    if (probe_wait(has_changed, probe, probe->options->wait_ms / TERMINAL_TRIES))
      break;
  }
  return await(probe, has_changed, 0, "waiting for a terminal after Ctrl+Alt+T", error) &&
         probe_settle(probe, error);
}

static gboolean
type_character(Probe *probe, char character, GError **error)
{
  KeyStroke stroke = {0};
  if (!key_table_find(character, &stroke)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "there is no key for “%c” on a US keyboard",
                character);
    return FALSE;
  }
  if (stroke.with_shift)
    press(probe, KEY_LEFT_SHIFT);
  press(probe, stroke.scan_code);
  release(probe, stroke.scan_code);
  if (stroke.with_shift)
    release(probe, KEY_LEFT_SHIFT);
  return TRUE;
}

gboolean
probe_type(Probe *probe, const char *text, GError **error)
{
  if (!take_reference(probe, error))
    return FALSE;
  probe->wanted_pixels = GLYPH_PIXELS * (guint)strlen(text);
  for (const char *c = text; *c != '\0'; c++) {
    if (!type_character(probe, *c, error))
      return FALSE;
  }
  gint64 start = now_ms();
  press(probe, KEY_ENTER);
  release(probe, KEY_ENTER);
  if (!await(probe, has_changed, probe->options->wait_ms, "waiting for the typed text to show", error))
    return FALSE;
  probe->measures.typed_ms = now_ms() - start;
  return probe_settle(probe, error);
}

gboolean
probe_screenshot(Probe *probe, const char *path, GError **error)
{
  g_autoptr(Picture) picture = probe->watch != NULL ? screen_watch_copy(probe->watch) : NULL;
  if (picture == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY, "there is no picture to save");
    return FALSE;
  }
  return picture_save(picture, path, error);
}

const ProbeMeasures *
probe_measures(const Probe *probe)
{
  return &probe->measures;
}

guint
probe_updates(const Probe *probe)
{
  return probe->watch != NULL ? screen_watch_updates(probe->watch) : 0;
}

static void
add_text(JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_string_value(builder, value);
}

static void
add_number(JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_int_value(builder, value);
}

char *
probe_to_json(const Probe *probe)
{
  const ProbeMeasures *measures = &probe->measures;
  g_autoptr(JsonBuilder) builder = json_builder_new();
  g_autoptr(Picture) picture = probe->watch != NULL ? screen_watch_copy(probe->watch) : NULL;
  json_builder_begin_object(builder);
  add_number(builder, "login_ms", measures->login_ms);
  add_number(builder, "connect_ms", measures->connect_ms);
  add_number(builder, "first_frame_ms", measures->first_frame_ms);
  add_number(builder, "typed_ms", measures->typed_ms);
  add_number(builder, "changed_pixels", measures->changed_pixels);
  add_number(builder, "reconnects", measures->reconnects);
  add_number(builder, "updates", probe_updates(probe));
  add_number(builder, "width", picture != NULL ? picture->width : 0);
  add_number(builder, "height", picture != NULL ? picture->height : 0);
  add_text(builder, "site", probe->site);
  add_text(builder, "session", probe->session->id);
  add_text(builder, "desktop", probe->session->desktop_name);
  json_builder_end_object(builder);
  return json_builder_text(builder);
}
