/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions and consoles of the person who is signed in: requests and the values in their answers
 * (docs/protocols.md section 7). Owns these values; it does not watch a session (api_session_events.h), does
 * not list what may be opened (api_desktop.h) and opens no console.
 */
#pragma once

#include "common/api_client/api_request.h"

typedef enum {
  API_SESSION_REQUESTED,
  API_SESSION_PREPARING,
  API_SESSION_READY,
  API_SESSION_CONNECTED,
  API_SESSION_DISCONNECTED,
  API_SESSION_ENDED,
} ApiSessionState;

/** SESSION. */
typedef struct {
  char *id;
  char *pool_id;
  char *pool_name;
  char *desktop_id;   /**< (nullable) together with its name and host, while none is assigned */
  char *desktop_name; /**< (nullable) */
  char *host;         /**< (nullable) */
  char *kind;         /**< (nullable) "floating", "dedicated" or "manual" */
  char *user;
  ApiSessionState state;
  char *step;              /**< (nullable) what is being done, for people */
  gint64 progress;         /**< 0 … 100 */
  char *connected_from;    /**< (nullable) address of the device that has the console */
  char **reasons;          /**< sentences, e.g. why it takes long or has ended; may be empty */
  char *end_code;          /**< (nullable) stable code, once ended */
  char *warning;           /**< (nullable) what the server is about to do to it, a sentence */
  char *warning_code;      /**< (nullable) what it is about, e.g. "idle-limit" */
  char *warning_action;    /**< (nullable) what is about to be done, e.g. "disconnect" */
  gint64 warning_until_us; /**< when, by the server's time; 0: not told */
  char *on_logoff;         /**< (nullable: not told) "reclone", "keep" or "stop" */
  gboolean may_restart;    /**< its pool lets its users do that */
  gboolean may_reset;
} ApiSession;

/** Where a console can be opened. */
typedef struct {
  char *site; /**< "portal": the server that was asked; "host": the host's own relay */
  char *address;
  guint16 port;
  char *ca;       /**< PEM; (nullable) for a portal, trusted as the client trusts its server */
  char *identity; /**< "relay/kvm1"; (nullable) for a portal */
} ApiRelay;

/** CONSOLE for a native client. */
typedef struct {
  char *grant;       /**< secret: never shown, never logged */
  GPtrArray *relays; /**< of ApiRelay, best first, at least one */
} ApiConsole;

/** What connecting asks for; all zero: the one desktop of the pool that is one's own, or a new one. */
typedef struct {
  gboolean take_over;  /**< also when another device has the console */
  gboolean another;    /**< one more than those that are open */
  const char *desktop; /**< (nullable) id or name of one of one's own */
} ApiConnectOptions;

/** POST /pools/{@pool}/connect with an idempotency key. */
ApiRequest *api_session_connect_request(const char *pool, const ApiConnectOptions *options);

/** GET /sessions/{@session}. */
ApiRequest *api_session_get_request(const char *session);

/** POST /sessions/{@session}/{@action}: disconnect, restart, reset, logoff or lock. */
ApiRequest *api_session_action_request(const char *session, const char *action);

/** The session in the answer of connect, get and the actions (transfer full). */
ApiSession *api_session_from_answer(const ApiAnswer *answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The session in @object, e.g. the data of an event (transfer full). */
ApiSession *api_session_from_object(JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** POST /sessions/{@session}/grants for a native viewer. */
ApiRequest *api_session_grant_request(const char *session, gboolean take_over);

/** The console in the answer of a grant request (transfer full). */
ApiConsole *api_session_console_from_answer(const ApiAnswer *answer,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** POST /sessions/{@session}/console.vv: the answer's bytes are a file for remote-viewer. */
ApiRequest *api_session_viewer_file_request(const char *session, gboolean take_over);

/** Frees @session (nullable). */
void api_session_free(ApiSession *session);

/** Wipes and frees @console (nullable). */
void api_console_free(ApiConsole *console);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiSession, api_session_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiConsole, api_console_free)
