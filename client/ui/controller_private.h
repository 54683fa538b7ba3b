/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the controller share: its data, and the effects of the state machine as functions.
 * Included by controller*.c only.
 */
#pragma once

#include "client/display/console.h"
#include "client/model/client_state.h"
#include "client/model/server_book.h"
#include "client/ui/client_window.h"
#include "client/ui/controller_browser.h"
#include "client/ui/desktops_page.h"
#include "client/ui/factor_page.h"
#include "client/ui/questions.h"
#include "client/ui/server_page.h"
#include "client/ui/sign_in_page.h"
#include "client/ui/viewer_page.h"
#include "common/api_client/api_client.h"
#include "common/api_client/api_session_events.h"

struct Controller {
  const ControllerOptions *options;
  GMainLoop *loop;
  ClientState state;
  ServerBook *book;
  Transport *transport;
  GCancellable *cancellable; /* of what is under way */

  /* the server and the person */
  char *address;     /* nullable: none chosen */
  ApiClient *client; /* nullable, as above */
  PeerTrust *trust;  /* nullable, as above */
  DoubtfulCertificate doubtful;
  char *user, *password; /* the password only while it may have to be changed */
  BrowserWay by_browser;
  char *pool_wanted;   /* by the command line, until it was opened once */
  struct Kiosk *kiosk; /* nullable: it is none */

  /* the session and its console */
  char *pool;       /* what is being opened or is open */
  char *own;        /* which of one's own there, its id; nullable */
  gboolean another; /* one more than those */
  char *entry;      /* the key of its line in the list; nullable */
  char *session;    /* nullable */
  char *desktop;    /* its name for the title; nullable */
  LogOffEnd log_off;
  char *elsewhere; /* a sentence with the device that has it; nullable */
  ApiSessionEvents *events;
  gboolean take_over, pool_needs_factor;
  Console *console; /* nullable */
  guint attempts;   /* failures in a row */
  guint pause_ms;   /* before the next */
  guint retry_timer, end_source;
  ApiSession *warned;   /* nullable: whose warning is shown, with no more than that */
  gboolean warned_last; /* its last minute has begun */
  guint warning_timer;

  /* the list */
  guint list_timer;
  gboolean list_failed; /* and the bar says so */

  /* the window */
  ClientWindow *window;
  ServerPage *server_page;
  SignInPage *sign_in_page;
  FactorPage *factor_page;
  EnrolmentPage *enrolment_page;
  PasswordPage *password_page;
  DesktopsPage *desktops_page;
  ViewerPage *viewer_page;
  GtkWidget *elsewhere_page;
  char *question_session; /* what a dialog asks about */
  DesktopAction question_action;
};

/** Feeds @event into the machine, carries out its effects and shows the new state; @error (nullable) is its
 * cause. */
void controller_handle(Controller *controller, ClientEvent event, const GError *error);

/** As controller_handle_sign_in(), or controller_handle() with SESSION_ENDED or else @otherwise. */
void controller_handle_failure(Controller *controller, ClientEvent otherwise, const GError *error);

/** Sends @request (transfer full); @callback gets the controller as user data. Cancelled by a new state. */
void controller_call(Controller *controller, ApiRequest *request, GAsyncReadyCallback callback);

/**
 * The answer in @result (transfer full, nullable). When the call was cancelled, @ret_cancelled is TRUE and
 * the controller must not be touched: it may be gone.
 */
ApiAnswer *controller_answer(GObject *source, GAsyncResult *result, gboolean *ret_cancelled, GError **error);

/** Makes @text the server; FALSE with a sentence when it is no address or cannot be used. */
gboolean controller_choose_server(Controller *controller, const char *text,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** CLIENT_EFFECT_CHECK_SERVER */
void controller_check_server(Controller *controller);

/** CLIENT_EFFECT_SIGN_IN */
void controller_sign_in(Controller *controller);

/** CLIENT_EFFECT_CHANGE_PASSWORD with @new_password. */
void controller_change_password(Controller *controller, const char *new_password);

/** CLIENT_EFFECT_SIGN_OUT and CLIENT_EFFECT_FORGET_TOKEN: @tell_server only for the first. */
void controller_sign_out(Controller *controller, gboolean tell_server);

/** CLIENT_EFFECT_CONNECT */
void controller_connect(Controller *controller);

/** POST /sessions/{@session}/{@action}, then the list again. */
void controller_act(Controller *controller, const char *session, DesktopAction action);

/** Asks the user about @action, unless it is harmless, and then does it to @session of the desktop @name,
 * which ends as @log_off when one logs off. */
void controller_ask_action(Controller *controller, const char *session, DesktopAction action,
                           const char *name, LogOffEnd log_off);

/** Makes the pages and puts them into the window. */
void controller_make_pages(Controller *controller);

/** CLIENT_EFFECT_GRANT */
void controller_get_grant(Controller *controller);

/** CLIENT_EFFECT_WAIT */
void controller_wait(Controller *controller);

/** CLIENT_EFFECT_CLOSE_CONSOLE, or with @keep_picture CLIENT_EFFECT_FREEZE. */
void controller_close_console(Controller *controller, gboolean keep_picture);
