/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/sessions/session_hub.h"

#include "common/base/error.h"

struct SessionHub {
  GMutex mutex;
  GPtrArray *listeners; /* of SessionListener */
};

struct SessionListener {
  SessionHub *hub;
  char *user_id;
  char *device;
  char *session_id;
  gboolean is_stranger; /* the session is somebody else's */
  GMainContext *context;
  SessionHubCallback callback;
  gpointer user_data;
  Session *pending; /* nullable; under the hub's mutex, as are the next two */
  gboolean is_cut;
  GSource *source; /* nullable */
};

SessionHub *
session_hub_new(void)
{
  SessionHub *hub = g_new0(SessionHub, 1);
  g_mutex_init(&hub->mutex);
  hub->listeners = g_ptr_array_new();
  return hub;
}

/* In the listener's context: removal happens there too, so that the listener lives through this. */
static gboolean
hand_over(gpointer user_data)
{
  SessionListener *listener = user_data;
  g_mutex_lock(&listener->hub->mutex);
  g_autoptr(Session) session = g_steal_pointer(&listener->pending);
  /* Why it ended is told even so: that is the last word anyway. */
  gboolean is_cut = listener->is_cut && (session == NULL || session->state != SESSION_ENDED);
  g_clear_pointer(&listener->source, g_source_unref);
  g_mutex_unlock(&listener->hub->mutex);
  if (is_cut || session != NULL)
    listener->callback(is_cut ? NULL : session, listener->user_data);
  return G_SOURCE_REMOVE;
}

static void
wake(SessionListener *listener)
{
  if (listener->source != NULL)
    return;
  listener->source = g_idle_source_new();
  g_source_set_priority(listener->source, G_PRIORITY_DEFAULT);
  g_source_set_callback(listener->source, hand_over, listener, NULL);
  g_source_attach(listener->source, listener->context);
}

static void
put(SessionListener *listener, const Session *session)
{
  if (listener->is_cut)
    return;
  g_clear_pointer(&listener->pending, session_free);
  listener->pending = session_copy(session);
  wake(listener);
}

static guint
count_of_user(SessionHub *hub, const char *user_id)
{
  guint count = 0;
  for (guint i = 0; i < hub->listeners->len; i++)
    if (g_str_equal(((SessionListener *)g_ptr_array_index(hub->listeners, i))->user_id, user_id))
      count++;
  return count;
}

SessionListener *
session_hub_listen(SessionHub *hub, const char *user_id, const char *device, const Session *session,
                   GMainContext *context, SessionHubCallback callback, gpointer user_data, GError **error)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->mutex);
  if (hub->listeners->len >= SESSION_HUB_LISTENERS_MAX ||
      count_of_user(hub, user_id) >= SESSION_HUB_USER_LISTENERS_MAX) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
                "Too many windows follow sessions at once; close some and try again.");
    return NULL;
  }
  SessionListener *listener = g_new0(SessionListener, 1);
  listener->hub = hub;
  listener->user_id = g_strdup(user_id);
  listener->device = g_strdup(device);
  listener->session_id = g_strdup(session->id);
  listener->is_stranger = !g_str_equal(session->user_id, user_id);
  listener->context = g_main_context_ref(context != NULL ? context : g_main_context_default());
  listener->callback = callback;
  listener->user_data = user_data;
  g_ptr_array_add(hub->listeners, listener);
  put(listener, session);
  return listener;
}

void
session_hub_publish(SessionHub *hub, const Session *session)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->mutex);
  for (guint i = 0; i < hub->listeners->len; i++) {
    SessionListener *listener = g_ptr_array_index(hub->listeners, i);
    if (g_str_equal(listener->session_id, session->id))
      put(listener, session);
  }
}

static void
cut(SessionListener *listener)
{
  if (listener->is_cut)
    return;
  listener->is_cut = TRUE;
  wake(listener);
}

void
session_hub_cut(SessionHub *hub, const char *user_id, const char *device)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->mutex);
  for (guint i = 0; i < hub->listeners->len; i++) {
    SessionListener *listener = g_ptr_array_index(hub->listeners, i);
    if (g_str_equal(listener->user_id, user_id) &&
        (device == NULL || g_strcmp0(listener->device, device) == 0))
      cut(listener);
  }
}

void
session_hub_cut_stranger(SessionHub *hub, const char *user_id, const char *session_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->mutex);
  for (guint i = 0; i < hub->listeners->len; i++) {
    SessionListener *listener = g_ptr_array_index(hub->listeners, i);
    if (g_str_equal(listener->user_id, user_id) && listener->is_stranger &&
        g_str_equal(listener->session_id, session_id))
      cut(listener);
  }
}

GHashTable *
session_hub_strangers(SessionHub *hub, const char *user_id)
{
  GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->mutex);
  for (guint i = 0; i < hub->listeners->len; i++) {
    SessionListener *listener = g_ptr_array_index(hub->listeners, i);
    if (listener->is_stranger && g_str_equal(listener->user_id, user_id))
      g_hash_table_add(set, g_strdup(listener->session_id));
  }
  return set;
}

/* A set of copies of the text at @offset of the listeners, of those of @user_id (nullable: of all) alone. */
static GHashTable *
collect(SessionHub *hub, gsize offset, const char *user_id)
{
  GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->mutex);
  for (guint i = 0; i < hub->listeners->len; i++) {
    SessionListener *listener = g_ptr_array_index(hub->listeners, i);
    const char *text = G_STRUCT_MEMBER(char *, listener, offset);
    if (text != NULL && (user_id == NULL || g_str_equal(listener->user_id, user_id)))
      g_hash_table_add(set, g_strdup(text));
  }
  return set;
}

GHashTable *
session_hub_sessions(SessionHub *hub)
{
  return collect(hub, G_STRUCT_OFFSET(SessionListener, session_id), NULL);
}

GHashTable *
session_hub_users(SessionHub *hub)
{
  return collect(hub, G_STRUCT_OFFSET(SessionListener, user_id), NULL);
}

GHashTable *
session_hub_devices(SessionHub *hub, const char *user_id)
{
  return collect(hub, G_STRUCT_OFFSET(SessionListener, device), user_id);
}

guint
session_hub_count(SessionHub *hub)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hub->mutex);
  return hub->listeners->len;
}

void
session_hub_remove(SessionListener *listener)
{
  if (listener == NULL)
    return;
  SessionHub *hub = listener->hub;
  g_mutex_lock(&hub->mutex);
  g_ptr_array_remove_fast(hub->listeners, listener);
  if (listener->source != NULL)
    g_source_destroy(listener->source);
  g_clear_pointer(&listener->source, g_source_unref);
  g_clear_pointer(&listener->pending, session_free);
  g_mutex_unlock(&hub->mutex);
  g_main_context_unref(listener->context);
  g_free(listener->user_id);
  g_free(listener->device);
  g_free(listener->session_id);
  g_free(listener);
}

void
session_hub_free(SessionHub *hub)
{
  if (hub == NULL)
    return;
  g_ptr_array_unref(hub->listeners);
  g_mutex_clear(&hub->mutex);
  g_free(hub);
}
