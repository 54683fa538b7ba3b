/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/desktop_entry.h"

#include <string.h>

#include "common/base/json.h"

#define SEAT(id, desktop, state, more)                                                                       \
  "{\"id\":\"" id "\",\"pool\":{\"id\":\"p1\",\"name\":\"dev\"},\"desktop\":{\"id\":\"" desktop              \
  "\",\"name\":\"dev-" desktop "\",\"kind\":\"dedicated\"},\"user\":\"a\",\"state\":\"" state "\"" more "}"
#define OWN(id, power)       "{\"id\":\"" id "\",\"name\":\"dev-" id "\",\"power\":\"" power "\",\"session\":null}"
#define ITEM(state, members) "{\"pool\":{\"id\":\"p1\",\"name\":\"dev\"},\"state\":\"" state "\"" members "}"

static GPtrArray *
entries_of(const char *item)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strdup_printf("{\"items\":[%s]}", item);
  ApiAnswer answer = {.object = json_parse_object(text, strlen(text), 1 << 20, &error)};
  g_assert_no_error(error);
  g_autoptr(GPtrArray) desktops = api_desktop_list_from_answer(&answer, &error);
  g_assert_no_error(error);
  json_object_unref(answer.object);
  return desktop_entry_list(desktops, 0);
}

/* The lines of a pool as "title|state|verb[!]", "!" for one that cannot be opened. */
static char *
lines_of(const char *item)
{
  g_autoptr(GPtrArray) entries = entries_of(item);
  g_autoptr(GString) lines = g_string_new(NULL);
  for (guint i = 0; i < entries->len; i++) {
    const DesktopEntry *entry = entries->pdata[i];
    g_string_append_printf(lines, "%s%s|%s|%s%s", i > 0 ? "\n" : "", entry->title, entry->state, entry->verb,
                           entry->can_open ? "" : "!");
  }
  return g_string_free(g_steal_pointer(&lines), FALSE);
}

static void
test_lines(void)
{
  static const struct {
    const char *item, *lines;
  } rows[] = {
      {ITEM("available", ""), "dev|Ready to start|Open"},
      {ITEM("unavailable", ",\"reasons\":[\"All 2 desktops are in use.\"]"),
       "dev|Not available at the moment|Open!"},
      {ITEM("available", ",\"desktops\":[" OWN("d1", "off") "]"), "dev|Off; starts when you open it|Start"},
      {ITEM("available", ",\"desktops\":[" OWN("d1", "failed") "]"),
       "dev|Off; starts when you open it|Start"},
      {ITEM("available", ",\"desktops\":[" OWN("d1", "up") "]"), "dev|Running; nobody is signed in|Open"},
      {ITEM("available", ",\"desktops\":[" OWN("d1", "starting") "]"), "dev|Starting|Open"},
      {ITEM("unavailable", ",\"desktops\":[" OWN("d1", "off") "]"), "dev|Not available at the moment|Open!"},
      {ITEM("available", ",\"desktops\":[" OWN("d1", "lost") "]"), "dev|Not available at the moment|Open!"},
      {ITEM("yours", ",\"session\":" SEAT("s1", "d1", "connected", "")), "dev|Open on a device|Continue"},
      {ITEM("yours", ",\"sessions\":[" SEAT("s1", "d1", "connected", ",\"connected_from\":\"10.0.0.9\"") "]"),
       "dev|Open on the device at 10.0.0.9|Continue"},
      {ITEM("yours", ",\"sessions\":[" SEAT("s1", "d1", "preparing", ",\"step\":\"booting\"") "]"),
       "dev|Being made ready: booting|Open"},
      {ITEM("yours", ",\"sessions\":[" SEAT("s1", "d1", "requested", ",\"step\":\"\"") "]"),
       "dev|Being made ready|Open"},
      /* several: each by its name; one more only when none of one's own is left to open */
      {ITEM("yours", ",\"sessions\":[" SEAT("s1", "d1", "disconnected", "") "],\"desktops\":[" OWN(
                         "d1", "up") "],\"may_open_another\":true"),
       "dev-d1|Running; continue where you left off|Continue\n"
       "Another desktop|You may have one more here, beside those that you have|Open"},
      {ITEM("yours", ",\"sessions\":[" SEAT("s1", "d1", "ready", "") "],\"desktops\":[" OWN(
                         "d1", "up") "," OWN("d2", "off") "],\"may_open_another\":true"),
       "dev-d1|Running; continue where you left off|Continue\ndev-d2|Off; starts when you open it|Start"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *lines = lines_of(rows[i].item);
    g_assert_cmpstr(lines, ==, rows[i].lines);
  }
}

/* What a line opens: one of several by its id, one more, or whatever the pool has. */
static void
test_what_is_opened(void)
{
  g_autoptr(GPtrArray) entries =
      entries_of(ITEM("yours", ",\"sessions\":[" SEAT("s1", "d1", "ready", "") "],\"desktops\":[" OWN(
                                   "d1", "up") "],\"may_open_another\":true"));
  const DesktopEntry *first = entries->pdata[0], *another = entries->pdata[1];
  g_assert_cmpstr(first->desktop_id, ==, "d1");
  g_assert_true(first->in_group && another->in_group && another->another && !first->another);
  g_assert_cmpstr(first->key, !=, another->key);
  g_assert_null(another->desktop_id);
  g_assert_cmpuint(another->actions, ==, 0);
}

#define BIT(name) (1U << DESKTOP_ACTION_##name)

static void
test_actions(void)
{
  static const struct {
    ApiSession session;
    guint actions;
  } rows[] = {
      {{.state = API_SESSION_REQUESTED, .may_restart = TRUE}, BIT(LOG_OFF)},
      {{.state = API_SESSION_PREPARING, .may_reset = TRUE}, BIT(LOG_OFF)},
      {{.state = API_SESSION_READY}, BIT(LOCK) | BIT(LOG_OFF)},
      {{.state = API_SESSION_CONNECTED}, BIT(DISCONNECT) | BIT(LOCK) | BIT(LOG_OFF)},
      {{.state = API_SESSION_DISCONNECTED, .may_restart = TRUE}, BIT(LOCK) | BIT(RESTART) | BIT(LOG_OFF)},
      {{.state = API_SESSION_DISCONNECTED, .may_reset = TRUE}, BIT(LOCK) | BIT(RESET) | BIT(LOG_OFF)},
      {{.state = API_SESSION_DISCONNECTED, .kind = (char *)"manual"}, BIT(LOG_OFF)},
      {{.state = API_SESSION_ENDED, .may_restart = TRUE, .may_reset = TRUE}, 0},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    g_assert_cmpuint(desktop_entry_actions(&rows[i].session), ==, rows[i].actions);
}

static void
test_log_off(void)
{
  static const struct {
    const char *on_logoff, *kind;
    LogOffEnd end;
  } rows[] = {
      {"reclone", "dedicated", LOG_OFF_RECLONE}, {"keep", "manual", LOG_OFF_LEAVE},
      {"keep", "dedicated", LOG_OFF_KEEP},       {"stop", "manual", LOG_OFF_STOP},
      {"stop", "dedicated", LOG_OFF_STOP},       {NULL, "floating", LOG_OFF_RECLONE},
      {NULL, "dedicated", LOG_OFF_UNKNOWN},      {NULL, NULL, LOG_OFF_UNKNOWN},
      {"sell", "dedicated", LOG_OFF_UNKNOWN},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    const ApiSession session = {.on_logoff = (char *)rows[i].on_logoff, .kind = (char *)rows[i].kind};
    g_assert_cmpint(desktop_entry_log_off(&session), ==, rows[i].end);
  }
}

static void
test_changes_are_seen(void)
{
  static const char *const items[] = {
      ITEM("available", ""),
      ITEM("unavailable", ""),
      ITEM("unavailable", ",\"reasons\":[\"x\"]"),
      ITEM("yours", ",\"session\":" SEAT("s1", "d1", "preparing", ",\"step\":\"booting\",\"progress\":10")),
      ITEM("yours", ",\"session\":" SEAT("s1", "d1", "preparing", ",\"step\":\"booting\",\"progress\":20")),
      ITEM("yours", ",\"session\":" SEAT("s1", "d1", "ready", "")),
      ITEM("yours", ",\"session\":" SEAT("s1", "d1", "ready", ",\"warning\":\"Soon.\"")),
      ITEM("yours", ",\"session\":" SEAT("s1", "d1", "ready", ",\"may_reset\":false")),
      ITEM("yours", ",\"session\":" SEAT("s2", "d1", "ready", "")),
      ITEM("yours", ",\"session\":" SEAT("s1", "d1", "ready", ",\"on_logoff\":\"stop\"")),
  };
  for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
    g_autoptr(GPtrArray) entries = entries_of(items[i]);
    for (gsize j = 0; j < G_N_ELEMENTS(items); j++) {
      g_autoptr(GPtrArray) others = entries_of(items[j]);
      g_assert_cmpint(desktop_entry_lists_equal(entries, others), ==, i == j);
    }
    g_assert_cmpint(desktop_entry_list_is_moving(entries), ==, i == 3 || i == 4);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/desktop-entry/lines", test_lines);
  g_test_add_func("/desktop-entry/what-is-opened", test_what_is_opened);
  g_test_add_func("/desktop-entry/actions", test_actions);
  g_test_add_func("/desktop-entry/log-off", test_log_off);
  g_test_add_func("/desktop-entry/changes-are-seen", test_changes_are_seen);
  return g_test_run();
}
