/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/desktop_entry.h"

#include <glib/gi18n.h>

#include "client/model/server_sentence.h"
#include "client/model/session_warning.h"

static const struct {
  const char *name, *label;
} actions[DESKTOP_ACTIONS] = {
    [DESKTOP_ACTION_DISCONNECT] = {"disconnect", N_("_Disconnect")},
    [DESKTOP_ACTION_LOCK] = {"lock", N_("Loc_k and disconnect")},
    [DESKTOP_ACTION_RESTART] = {"restart", N_("_Restart…")},
    [DESKTOP_ACTION_RESET] = {"reset", N_("Re_set…")},
    [DESKTOP_ACTION_LOG_OFF] = {"logoff", N_("_Log off…")},
};

const char *
desktop_action_name(DesktopAction action)
{
  return actions[action].name;
}

const char *
desktop_action_label(DesktopAction action)
{
  return _(actions[action].label);
}

static gboolean
is_preparing(const ApiSession *session)
{
  return session->state == API_SESSION_REQUESTED || session->state == API_SESSION_PREPARING;
}

/* Nothing of ours is inside an adopted machine that could lock it; one that is being made can only be given
 * back. */
guint
desktop_entry_actions(const ApiSession *session)
{
  guint bits = 1U << DESKTOP_ACTION_LOG_OFF;
  if (session->state == API_SESSION_ENDED)
    return 0;
  if (is_preparing(session))
    return bits;
  if (session->state == API_SESSION_CONNECTED)
    bits |= 1U << DESKTOP_ACTION_DISCONNECT;
  if (g_strcmp0(session->kind, "manual") != 0)
    bits |= 1U << DESKTOP_ACTION_LOCK;
  if (session->may_restart)
    bits |= 1U << DESKTOP_ACTION_RESTART;
  if (session->may_reset)
    bits |= 1U << DESKTOP_ACTION_RESET;
  return bits;
}

LogOffEnd
desktop_entry_log_off(const ApiSession *session)
{
  if (g_strcmp0(session->on_logoff, "reclone") == 0)
    return LOG_OFF_RECLONE;
  if (g_strcmp0(session->on_logoff, "keep") == 0)
    return g_strcmp0(session->kind, "manual") == 0 ? LOG_OFF_LEAVE : LOG_OFF_KEEP;
  if (g_strcmp0(session->on_logoff, "stop") == 0)
    return LOG_OFF_STOP;
  /* A floating desktop is never kept. */
  return g_strcmp0(session->kind, "floating") == 0 ? LOG_OFF_RECLONE : LOG_OFF_UNKNOWN;
}

static DesktopEntry *
entry_new(const ApiDesktop *pool, const char *what)
{
  DesktopEntry *entry = g_new0(DesktopEntry, 1);
  entry->key = g_strconcat(pool->pool_id, "/", what, NULL);
  entry->pool_id = g_strdup(pool->pool_id);
  entry->pool_name = g_strdup(pool->pool_name);
  entry->title = g_strdup(pool->pool_name);
  entry->description = g_strdup(pool->description);
  entry->progress = -1;
  entry->verb = _("Open");
  entry->can_open = TRUE;
  entry->reasons = g_new0(char *, 1);
  return entry;
}

static void
set_reasons(DesktopEntry *entry, char **reasons, const char *but)
{
  g_autoptr(GStrvBuilder) translated = g_strv_builder_new();
  for (guint i = 0; reasons[i] != NULL; i++) {
    if (g_strcmp0(reasons[i], but) == 0)
      continue;
    g_autofree char *reason = server_sentence(reasons[i]);
    g_strv_builder_add(translated, reason);
  }
  g_strfreev(entry->reasons);
  entry->reasons = g_strv_builder_end(translated);
}

static void
set_unavailable(DesktopEntry *entry, const ApiDesktop *pool)
{
  entry->kind = ENTRY_UNAVAILABLE;
  entry->can_open = FALSE;
  entry->state = g_strdup(_("Not available at the moment"));
  set_reasons(entry, pool->reasons, NULL);
}

static char *
preparing_text(const ApiSession *session)
{
  g_autofree char *step = server_sentence(session->step);
  if (step == NULL || *step == '\0')
    return g_strdup(_("Being made ready"));
  return g_strdup_printf(_("Being made ready: %s"), step);
}

static void
set_session_state(DesktopEntry *entry, const ApiSession *session)
{
  if (is_preparing(session)) {
    entry->kind = ENTRY_PREPARING;
    entry->progress = (int)session->progress;
    entry->state = preparing_text(session);
    entry->verb = _("Open");
    return;
  }
  entry->kind = ENTRY_RUNNING;
  entry->verb = _("Continue");
  if (session->state != API_SESSION_CONNECTED)
    entry->state = g_strdup(_("Running; continue where you left off"));
  else if (session->connected_from != NULL && *session->connected_from != '\0')
    entry->state = g_strdup_printf(_("Open on the device at %s"), session->connected_from);
  else
    entry->state = g_strdup(_("Open on a device"));
}

static DesktopEntry *
entry_of_session(const ApiDesktop *pool, const ApiSession *session, gint64 now_us)
{
  g_auto(SessionWarning) warning = {0};
  DesktopEntry *entry = entry_new(pool, session->desktop_id != NULL ? session->desktop_id : session->id);
  entry->desktop_id = g_strdup(session->desktop_id);
  entry->side = g_strdup(session->desktop_name);
  entry->session = g_strdup(session->id);
  if (session_warning_read(session, now_us, &warning))
    entry->warning = g_steal_pointer(&warning.text);
  entry->actions = desktop_entry_actions(session);
  entry->log_off = desktop_entry_log_off(session);
  set_session_state(entry, session);
  set_reasons(entry, session->reasons, session->warning); /* that is shown apart */
  return entry;
}

static gboolean
is_off(const char *power)
{
  return g_str_equal(power, "off") || g_str_equal(power, "failed");
}

/* One's own desktop that is in no session. */
static DesktopEntry *
entry_of_own(const ApiDesktop *pool, const ApiOwnDesktop *own)
{
  DesktopEntry *entry = entry_new(pool, own->id);
  entry->desktop_id = g_strdup(own->id);
  entry->side = g_strdup(own->name);
  if (pool->state == API_DESKTOP_UNAVAILABLE || g_str_equal(own->power, "lost")) {
    set_unavailable(entry, pool);
  } else if (is_off(own->power)) {
    entry->kind = ENTRY_OFF;
    entry->verb = _("Start");
    entry->state = g_strdup(_("Off; starts when you open it"));
  } else {
    entry->kind = ENTRY_AVAILABLE;
    entry->state =
        g_strdup(g_str_equal(own->power, "up") ? _("Running; nobody is signed in") : _("Starting"));
  }
  return entry;
}

static DesktopEntry *
entry_of_pool(const ApiDesktop *pool)
{
  DesktopEntry *entry = entry_new(pool, "");
  if (pool->state == API_DESKTOP_UNAVAILABLE) {
    set_unavailable(entry, pool);
    return entry;
  }
  entry->kind = ENTRY_AVAILABLE;
  entry->state = g_strdup(_("Ready to start"));
  return entry;
}

static DesktopEntry *
entry_of_another(const ApiDesktop *pool)
{
  DesktopEntry *entry = entry_new(pool, "another");
  entry->another = TRUE;
  entry->kind = ENTRY_AVAILABLE;
  entry->state = g_strdup(_("You may have one more here, beside those that you have"));
  g_free(entry->title);
  entry->title = g_strdup(_("Another desktop"));
  return entry;
}

static const ApiSession *
session_on(const ApiDesktop *pool, const ApiOwnDesktop *own)
{
  for (guint i = 0; i < pool->sessions->len; i++) {
    const ApiSession *session = g_ptr_array_index(pool->sessions, i);
    if (g_strcmp0(session->desktop_id, own->id) == 0)
      return session;
  }
  return NULL;
}

static gboolean
is_own(const ApiDesktop *pool, const ApiSession *session)
{
  for (guint i = 0; i < pool->desktops->len; i++) {
    const ApiOwnDesktop *own = g_ptr_array_index(pool->desktops, i);
    if (g_strcmp0(own->id, session->desktop_id) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Those of the pool that are one's own, in the server's order: it stays when one is opened or left. */
static gboolean
add_own(GPtrArray *entries, const ApiDesktop *pool, gint64 now_us)
{
  gboolean has_unopened = FALSE;
  for (guint i = 0; i < pool->desktops->len; i++) {
    const ApiOwnDesktop *own = g_ptr_array_index(pool->desktops, i);
    const ApiSession *session = session_on(pool, own);
    has_unopened = has_unopened || session == NULL;
    g_ptr_array_add(entries,
                    session != NULL ? entry_of_session(pool, session, now_us) : entry_of_own(pool, own));
  }
  return has_unopened;
}

/* Of several the desktops' names tell them apart; the pool's stands above them. */
static void
make_group(GPtrArray *entries, guint first)
{
  if (entries->len - first < 2)
    return;
  for (guint i = first; i < entries->len; i++) {
    DesktopEntry *entry = g_ptr_array_index(entries, i);
    entry->in_group = TRUE;
    if (entry->side == NULL)
      continue;
    g_free(entry->title);
    entry->title = g_steal_pointer(&entry->side);
  }
}

static void
add_pool(GPtrArray *entries, const ApiDesktop *pool, gint64 now_us)
{
  guint first = entries->len;
  gboolean has_unopened = add_own(entries, pool, now_us);
  for (guint i = 0; i < pool->sessions->len; i++) {
    const ApiSession *session = g_ptr_array_index(pool->sessions, i);
    if (!is_own(pool, session))
      g_ptr_array_add(entries, entry_of_session(pool, session, now_us));
  }
  if (entries->len == first)
    g_ptr_array_add(entries, entry_of_pool(pool));
  else if (pool->may_open_another && !has_unopened)
    g_ptr_array_add(entries, entry_of_another(pool));
  make_group(entries, first);
}

GPtrArray *
desktop_entry_list(const GPtrArray *desktops, gint64 now_us)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)desktop_entry_free);
  for (guint i = 0; i < desktops->len; i++)
    add_pool(entries, g_ptr_array_index(desktops, i), now_us);
  return entries;
}

static gboolean
entries_equal(const DesktopEntry *entry, const DesktopEntry *other)
{
  return g_str_equal(entry->key, other->key) && g_str_equal(entry->title, other->title) &&
         g_strcmp0(entry->side, other->side) == 0 && g_str_equal(entry->description, other->description) &&
         g_str_equal(entry->pool_name, other->pool_name) && entry->kind == other->kind &&
         g_str_equal(entry->state, other->state) && g_strcmp0(entry->warning, other->warning) == 0 &&
         g_strv_equal((const char *const *)entry->reasons, (const char *const *)other->reasons) &&
         entry->progress == other->progress && g_str_equal(entry->verb, other->verb) &&
         entry->can_open == other->can_open && g_strcmp0(entry->session, other->session) == 0 &&
         entry->actions == other->actions && entry->log_off == other->log_off &&
         entry->in_group == other->in_group;
}

gboolean
desktop_entry_lists_equal(const GPtrArray *entries, const GPtrArray *others)
{
  if (entries->len != others->len)
    return FALSE;
  for (guint i = 0; i < entries->len; i++) {
    if (!entries_equal(g_ptr_array_index(entries, i), g_ptr_array_index(others, i)))
      return FALSE;
  }
  return TRUE;
}

gboolean
desktop_entry_list_is_moving(const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++) {
    const DesktopEntry *entry = g_ptr_array_index(entries, i);
    if (entry->kind == ENTRY_PREPARING)
      return TRUE;
  }
  return FALSE;
}

void
desktop_entry_free(DesktopEntry *entry)
{
  if (entry == NULL)
    return;
  char *texts[] = {entry->key,  entry->pool_id,     entry->pool_name, entry->desktop_id, entry->title,
                   entry->side, entry->description, entry->state,     entry->warning,    entry->session};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  g_strfreev(entry->reasons);
  g_free(entry);
}
