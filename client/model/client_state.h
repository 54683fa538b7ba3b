/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client as a state machine: which page is shown and what has to be done next, as one table of
 * state × event → state, effects. Pure: it decides, the controller in client/ui acts. An event that makes no
 * sense in a state (an answer that comes after the user went back) is not in the table and changes nothing.
 */
#pragma once

#include <glib.h>

/* X(SUFFIX, name for logs and tests) */
#define CLIENT_STATE_LIST(X)                                                                                 \
  X(SERVER, "server")                       /* asking for the server's address */                            \
  X(CHECKING, "checking")                   /* first contact with the server, certificate included */        \
  X(SIGN_IN, "sign-in")                     /* asking for name and password */                               \
  X(SIGNING_IN, "signing-in")               /* the server is looking at them */                              \
  X(FACTOR, "second-factor")                /* asking for the code of the second factor */                   \
  X(PROVING, "proving")                     /* the server is looking at it */                                \
  X(ENROLMENT, "enrolment")                 /* a second factor has to be set up in the web portal */         \
  X(PASSWORD, "password")                   /* a new password is required */                                 \
  X(CHANGING_PASSWORD, "changing-password") /* the server is storing it */                                   \
  X(DESKTOPS, "desktops")                   /* the list of what may be opened */                             \
  X(PREPARING, "preparing")                 /* a desktop was asked for and is being made ready */            \
  X(OPENING, "opening")                     /* grant and console under way, nothing seen yet */              \
  X(CONNECTED, "connected")                 /* the desktop is on the screen */                               \
  X(RECONNECTING, "reconnecting")           /* the last picture stays while a new console is opened */       \
  X(ELSEWHERE, "elsewhere")                 /* the desktop lives on another device */

typedef enum {
#define X(suffix, name) CLIENT_STATE_##suffix,
  CLIENT_STATE_LIST(X)
#undef X
      CLIENT_STATE_LAST
} ClientState;

#define CLIENT_EVENT_LIST(X)                                                                                 \
  X(SERVER_CHOSEN, "server-chosen")       /* the user entered or picked a server */                          \
  X(SERVER_TRUSTED, "server-trusted")     /* it answers, and its certificate is trusted */                   \
  X(SERVER_FAILED, "server-failed")       /* it does not, or the user does not trust it */                   \
  X(CHANGE_SERVER, "change-server")       /* the user wants another server */                                \
  X(CREDENTIALS, "credentials")           /* name and password were entered */                               \
  X(SIGNED_IN, "signed-in")               /* accepted */                                                     \
  X(PASSWORD_REQUIRED, "password-needed") /* accepted, but the password must be changed first */             \
  X(FACTOR_REQUIRED, "factor-required")   /* accepted, but a code of the second factor is to come */         \
  X(FACTOR_MISSING, "factor-missing")     /* a second factor is asked for, and there is none */              \
  X(CODE_CHOSEN, "code-chosen")           /* a code was entered */                                           \
  X(SIGN_IN_FAILED, "sign-in-failed")     /* refused */                                                      \
  X(PASSWORD_CHOSEN, "password-chosen")   /* a new password was entered */                                   \
  X(PASSWORD_CHANGED, "password-changed") /* stored */                                                       \
  X(PASSWORD_REFUSED, "password-refused") /* too weak, or the old one is wrong */                            \
  X(OPEN, "open")                         /* the user opens a desktop */                                     \
  X(READY, "ready")                       /* the session's desktop can be opened */                          \
  X(OPEN_FAILED, "open-failed")           /* refused for a reason that waiting does not change */            \
  X(CONSOLE_OPENED, "console-opened")     /* the main channel is up */                                       \
  X(CONSOLE_LOST, "console-lost")         /* the console ended without being asked to */                     \
  X(RETRY_LATER, "retry-later")           /* an attempt failed; another may succeed */                       \
  X(RETRY_DUE, "retry-due")               /* the pause is over */                                            \
  X(IN_USE_ELSEWHERE, "in-use-elsewhere") /* another device holds the console */                             \
  X(TAKE_OVER, "take-over")               /* the user wants it here */                                       \
  X(SESSION_ENDED, "session-ended")       /* logged off, reset or removed */                                 \
  X(TOKEN_REJECTED, "token-rejected")     /* the sign-in is no longer valid */                               \
  X(LEAVE, "leave")                       /* the user goes back to the list, or cancels */                   \
  X(SIGN_OUT, "sign-out")                 /* the user signs out */

typedef enum {
#define X(suffix, name) CLIENT_EVENT_##suffix,
  CLIENT_EVENT_LIST(X)
#undef X
      CLIENT_EVENT_LAST
} ClientEvent;

/** What the controller has to do, in the order of the bits. */
typedef enum {
  CLIENT_EFFECT_NONE = 0,
  CLIENT_EFFECT_CANCEL = 1 << 0,          /**< stop what is under way: requests, timers, events */
  CLIENT_EFFECT_CLOSE_CONSOLE = 1 << 1,   /**< close the console and its picture */
  CLIENT_EFFECT_FREEZE = 1 << 2,          /**< keep the last picture, end the console behind it */
  CLIENT_EFFECT_SIGN_OUT = 1 << 3,        /**< tell the server, forget the token */
  CLIENT_EFFECT_FORGET_TOKEN = 1 << 4,    /**< the token is of no use any more */
  CLIENT_EFFECT_CHECK_SERVER = 1 << 5,    /**< contact the server, judge its certificate */
  CLIENT_EFFECT_SIGN_IN = 1 << 6,         /**< POST login */
  CLIENT_EFFECT_CHANGE_PASSWORD = 1 << 7, /**< POST me/password */
  CLIENT_EFFECT_LIST = 1 << 8,            /**< GET desktops */
  CLIENT_EFFECT_CONNECT = 1 << 9,         /**< POST connect, follow the session's events until it is ready */
  CLIENT_EFFECT_GRANT = 1 << 10,          /**< POST grants, then open the console with the answer */
  CLIENT_EFFECT_WAIT = 1 << 11,           /**< start the pause that ends in RETRY_DUE */
  CLIENT_EFFECT_SHOW_ERROR = 1 << 12,     /**< show the error that came with the event */
  CLIENT_EFFECT_SHOW_PICTURE = 1 << 13,   /**< show the new console's picture */
  CLIENT_EFFECT_PROVE = 1 << 14,          /**< POST me/second-factor/verify */
} ClientEffects;

typedef struct {
  ClientState state;     /**< the state afterwards */
  ClientEffects effects; /**< what to do on the way */
  gboolean taken;        /**< FALSE: the event means nothing here, and nothing changes */
} ClientStep;

/** What @event does in @state. */
ClientStep client_state_step(ClientState state, ClientEvent event);

/** The name of @state for logs (static). */
const char *client_state_name(ClientState state);

/** The name of @event for logs (static). */
const char *client_event_name(ClientEvent event);
