/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_desktop.h"

#include "common/api_client/api_value.h"

static const char *const desktop_states[] = {
    [API_DESKTOP_YOURS] = "yours",
    [API_DESKTOP_AVAILABLE] = "available",
    [API_DESKTOP_UNAVAILABLE] = "unavailable",
};

ApiRequest *
api_desktop_list_request(void)
{
  return api_request_new("GET", "desktops", NULL);
}

static void
own_desktop_free(ApiOwnDesktop *own)
{
  if (own == NULL)
    return;
  g_free(own->id);
  g_free(own->name);
  g_free(own->power);
  g_free(own->session);
  g_free(own);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiOwnDesktop, own_desktop_free)

static gpointer
own_from_object(JsonObject *object, GError **error)
{
  g_autoptr(ApiOwnDesktop) own = g_new0(ApiOwnDesktop, 1);
  if (!api_value_text(object, "id", &own->id, error) || !api_value_text(object, "name", &own->name, error) ||
      !api_value_text(object, "power", &own->power, error) ||
      !api_value_optional_text(object, "session", &own->session, error))
    return NULL;
  return g_steal_pointer(&own);
}

static gpointer
session_from_object(JsonObject *object, GError **error)
{
  return api_session_from_object(object, error);
}

/* A server that knows of one session a pool only names that one. */
static GPtrArray *
read_sessions(JsonObject *object, GError **error)
{
  JsonObject *only = NULL;
  if (json_object_has_member(object, "sessions"))
    return api_value_list(object, "sessions", session_from_object, (GDestroyNotify)api_session_free, error);
  g_autoptr(GPtrArray) sessions = g_ptr_array_new_with_free_func((GDestroyNotify)api_session_free);
  if (!api_value_optional_object(object, "session", &only, error))
    return NULL;
  ApiSession *session = only != NULL ? api_session_from_object(only, error) : NULL;
  if (only != NULL && session == NULL)
    return NULL;
  if (session != NULL)
    g_ptr_array_add(sessions, session);
  return g_steal_pointer(&sessions);
}

static GPtrArray *
read_own(JsonObject *object, GError **error)
{
  if (!json_object_has_member(object, "desktops"))
    return g_ptr_array_new_with_free_func((GDestroyNotify)own_desktop_free);
  return api_value_list(object, "desktops", own_from_object, (GDestroyNotify)own_desktop_free, error);
}

static gboolean
read_pool(JsonObject *object, ApiDesktop *desktop, GError **error)
{
  JsonObject *pool = json_get_object(object, "pool", error);
  if (pool == NULL || !api_value_text(pool, "id", &desktop->pool_id, error) ||
      !api_value_text(pool, "name", &desktop->pool_name, error) ||
      !api_value_optional_text(pool, "description", &desktop->description, error) ||
      !api_value_optional_text(pool, "kind", &desktop->kind, error))
    return FALSE;
  if (desktop->description == NULL)
    desktop->description = g_strdup("");
  if (desktop->kind == NULL)
    desktop->kind = g_strdup("floating");
  return TRUE;
}

static gpointer
desktop_from_object(JsonObject *object, GError **error)
{
  g_autoptr(ApiDesktop) desktop = g_new0(ApiDesktop, 1);
  guint state = 0;
  if (!read_pool(object, desktop, error) ||
      !api_value_choice(object, "state", desktop_states, G_N_ELEMENTS(desktop_states), &state, error) ||
      !api_value_texts(object, "reasons", &desktop->reasons, error) ||
      !json_get_optional_bool(object, "may_open_another", FALSE, &desktop->may_open_another, error))
    return NULL;
  desktop->state = state;
  desktop->sessions = read_sessions(object, error);
  desktop->desktops = desktop->sessions != NULL ? read_own(object, error) : NULL;
  return desktop->desktops != NULL ? g_steal_pointer(&desktop) : NULL;
}

GPtrArray *
api_desktop_list_from_answer(const ApiAnswer *answer, GError **error)
{
  JsonObject *object = api_value_object(answer, error);
  if (object == NULL)
    return NULL;
  return api_value_list(object, "items", desktop_from_object, (GDestroyNotify)api_desktop_free, error);
}

gboolean
api_desktop_list_is_degraded(const ApiAnswer *answer)
{
  JsonObject *object = api_value_object(answer, NULL);
  gboolean degraded = FALSE;
  return object != NULL && json_get_optional_bool(object, "degraded", FALSE, &degraded, NULL) && degraded;
}

void
api_desktop_free(ApiDesktop *desktop)
{
  if (desktop == NULL)
    return;
  g_free(desktop->pool_id);
  g_free(desktop->pool_name);
  g_free(desktop->description);
  g_free(desktop->kind);
  g_clear_pointer(&desktop->sessions, g_ptr_array_unref);
  g_clear_pointer(&desktop->desktops, g_ptr_array_unref);
  g_strfreev(desktop->reasons);
  g_free(desktop);
}
