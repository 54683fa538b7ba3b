/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/login_session.h"

#include "common/base/error.h"
#include "common/base/log.h"

#include <string.h>

#define LOGIN_NAME      "org.freedesktop.login1"
#define SEAT_PATH       "/org/freedesktop/login1/seat/seat0"
#define MANAGER_PATH    "/org/freedesktop/login1"
#define PROPERTIES      "org.freedesktop.DBus.Properties"
#define CALL_TIMEOUT_MS 10000

struct LoginSession {
  GDBusConnection *bus;
  GCancellable *cancellable;
  LoginSessionChanged changed;
  gpointer user_data;
  guint subscription;
  char *path; /* of the session on the seat; NULL when there is none */
  char *user;
  guint32 uid;
  gboolean is_locked;
};

static void
forget_session(LoginSession *session)
{
  g_clear_pointer(&session->path, g_free);
  g_clear_pointer(&session->user, g_free);
  session->is_locked = FALSE;
}

static void
take_properties(LoginSession *session, GVariant *properties)
{
  const char *class = "", *name = "", *state = "";
  gboolean is_locked = FALSE;
  guint32 uid = 0;
  g_variant_lookup(properties, "Class", "&s", &class);
  g_variant_lookup(properties, "Name", "&s", &name);
  g_variant_lookup(properties, "State", "&s", &state);
  g_variant_lookup(properties, "LockedHint", "b", &is_locked);
  g_variant_lookup(properties, "User", "(uo)", &uid, NULL);
  const gboolean is_somebody = strcmp(class, "user") == 0 && strcmp(state, "closing") != 0;
  g_free(session->user);
  session->user = is_somebody ? g_strdup(name) : NULL;
  session->uid = uid;
  session->is_locked = is_somebody && is_locked;
  session->changed(session->user_data);
}

static void
on_properties(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  LoginSession *session = user_data;
  if (reply == NULL) { /* the session ended in between */
    forget_session(session);
    session->changed(session->user_data);
    return;
  }
  g_autoptr(GVariant) properties = g_variant_get_child_value(reply, 0);
  take_properties(session, properties);
}

static void
read_session(LoginSession *session)
{
  g_dbus_connection_call(session->bus, LOGIN_NAME, session->path, PROPERTIES, "GetAll",
                         g_variant_new("(s)", LOGIN_NAME ".Session"), G_VARIANT_TYPE("(a{sv})"),
                         G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, session->cancellable, on_properties,
                         session);
}

static void
on_active_session(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  LoginSession *session = user_data;
  forget_session(session);
  const char *name = "", *path = NULL;
  g_autoptr(GVariant) value = NULL;
  if (reply != NULL) {
    g_variant_get(reply, "(v)", &value);
    g_variant_get(value, "(&s&o)", &name, &path);
  } else {
    log_debug("the seat could not be read: %s", error->message);
  }
  if (*name == '\0') {
    session->changed(session->user_data);
    return;
  }
  session->path = g_strdup(path);
  read_session(session);
}

static void
read_seat(LoginSession *session)
{
  g_dbus_connection_call(session->bus, LOGIN_NAME, SEAT_PATH, PROPERTIES, "Get",
                         g_variant_new("(ss)", LOGIN_NAME ".Seat", "ActiveSession"), G_VARIANT_TYPE("(v)"),
                         G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, session->cancellable, on_active_session,
                         session);
}

/* Any change at logind is rare and small: look at seat and session anew, rather than follow single values. */
static void
on_login_signal(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
                const char *signal, GVariant *parameters, gpointer user_data)
{
  read_seat(user_data);
}

LoginSession *
login_session_new(GDBusConnection *bus, LoginSessionChanged changed, gpointer user_data)
{
  LoginSession *session = g_new0(LoginSession, 1);
  session->bus = g_object_ref(bus);
  session->cancellable = g_cancellable_new();
  session->changed = changed;
  session->user_data = user_data;
  session->subscription = g_dbus_connection_signal_subscribe(
      bus, LOGIN_NAME, NULL, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_login_signal, session, NULL);
  read_seat(session);
  return session;
}

const char *
login_session_user(const LoginSession *session)
{
  return session->user;
}

guint32
login_session_uid(const LoginSession *session)
{
  return session->uid;
}

gboolean
login_session_is_locked(const LoginSession *session)
{
  return session->is_locked;
}

typedef struct {
  LoginSessionDone done;
  gpointer user_data;
} Request;

static void
on_requested(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Request *request = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    g_dbus_error_strip_remote_error(error);
  request->done(error, request->user_data);
}

void
login_session_request(LoginSession *session, LoginRequest kind, LoginSessionDone done, gpointer user_data)
{
  static const struct {
    const char *interface, *method;
    gboolean is_for_session;
  } CALLS[] = {
      [LOGIN_LOCK] = {LOGIN_NAME ".Session", "Lock", TRUE},
      [LOGIN_UNLOCK] = {LOGIN_NAME ".Session", "Unlock", TRUE},
      [LOGIN_TERMINATE] = {LOGIN_NAME ".Session", "Terminate", TRUE},
      [LOGIN_POWER_OFF] = {LOGIN_NAME ".Manager", "PowerOff", FALSE},
  };
  if (CALLS[kind].is_for_session && session->user == NULL) {
    g_autoptr(GError) error =
        g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY, "Nobody is signed in.");
    done(error, user_data);
    return;
  }
  Request *request = g_new0(Request, 1);
  request->done = done;
  request->user_data = user_data;
  g_dbus_connection_call(session->bus, LOGIN_NAME, CALLS[kind].is_for_session ? session->path : MANAGER_PATH,
                         CALLS[kind].interface, CALLS[kind].method,
                         CALLS[kind].is_for_session ? NULL : g_variant_new("(b)", FALSE), NULL,
                         G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, session->cancellable, on_requested,
                         request);
}

void
login_session_free(LoginSession *session)
{
  if (session == NULL)
    return;
  g_cancellable_cancel(session->cancellable);
  g_dbus_connection_signal_unsubscribe(session->bus, session->subscription);
  forget_session(session);
  g_object_unref(session->cancellable);
  g_object_unref(session->bus);
  g_free(session);
}
