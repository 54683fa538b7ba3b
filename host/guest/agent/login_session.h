/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session on the desktop's seat, through systemd-logind (org.freedesktop.login1(5)): who is signed in, is
 * the screen locked, and the requests to lock, unlock, end it or switch the machine off.
 */
#pragma once

#include <gio/gio.h>

typedef struct LoginSession LoginSession;

/** Called when user or lock changed. */
typedef void (*LoginSessionChanged)(gpointer user_data);

/** The end of a request: @error NULL when it was done (borrowed for the call). */
typedef void (*LoginSessionDone)(const GError *error, gpointer user_data);

typedef enum {
  LOGIN_LOCK,      /**< ask the session's locker to lock */
  LOGIN_UNLOCK,    /**< end the locker, without its password */
  LOGIN_TERMINATE, /**< end the session and everything in it */
  LOGIN_POWER_OFF, /**< switch the machine off */
} LoginRequest;

/** Watches seat0 on the system @bus. */
LoginSession *login_session_new(GDBusConnection *bus, LoginSessionChanged changed, gpointer user_data);

/** The name of who is signed in (transfer none); NULL when nobody is, or a greeter is shown. */
const char *login_session_user(const LoginSession *session);

/** The user id of who is signed in; meaningful only where login_session_user() is not NULL. */
guint32 login_session_uid(const LoginSession *session);

/** Whether the screen is locked. */
gboolean login_session_is_locked(const LoginSession *session);

/** Makes @request; @done is called later. All but LOGIN_POWER_OFF fail when nobody is signed in. */
void login_session_request(LoginSession *session, LoginRequest request, LoginSessionDone done,
                           gpointer user_data);

/** Frees @session (nullable). */
void login_session_free(LoginSession *session);
