/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/client_state.h"

typedef struct {
  gboolean taken;
  ClientState to;
  int effects;
} Cell;

#define E(name)             CLIENT_EFFECT_##name
#define GO(event, to, what) [CLIENT_EVENT_##event] = {TRUE, CLIENT_STATE_##to, (what)}

/* Any answer may be "you are not signed in any more"; then the console, if there is one, is of no use either.
 */
#define ON_TOKEN_REJECTED                                                                                    \
  GO(TOKEN_REJECTED, SIGN_IN, E(CANCEL) | E(CLOSE_CONSOLE) | E(FORGET_TOKEN) | E(SHOW_ERROR))
/* So may it be that a second factor is asked for by now. */
#define ON_FACTOR                                                                                            \
  GO(FACTOR_REQUIRED, FACTOR, E(CANCEL) | E(CLOSE_CONSOLE)),                                                 \
      GO(FACTOR_MISSING, ENROLMENT, E(CANCEL) | E(CLOSE_CONSOLE))
#define ON_SESSION_ENDED GO(SESSION_ENDED, DESKTOPS, E(CANCEL) | E(CLOSE_CONSOLE) | E(LIST) | E(SHOW_ERROR))
#define ON_OPEN_FAILED   GO(OPEN_FAILED, DESKTOPS, E(CANCEL) | E(CLOSE_CONSOLE) | E(LIST) | E(SHOW_ERROR))
#define ON_LEAVE         GO(LEAVE, DESKTOPS, E(CANCEL) | E(CLOSE_CONSOLE) | E(LIST))
#define ON_SIGN_OUT      GO(SIGN_OUT, SIGN_IN, E(CANCEL) | E(CLOSE_CONSOLE) | E(SIGN_OUT))
#define ON_ELSEWHERE     GO(IN_USE_ELSEWHERE, ELSEWHERE, E(CANCEL) | E(CLOSE_CONSOLE))

static const Cell table[CLIENT_STATE_LAST][CLIENT_EVENT_LAST] =
    {
        [CLIENT_STATE_SERVER] =
            {
                GO(SERVER_CHOSEN, CHECKING, E(CHECK_SERVER)),
            },
        [CLIENT_STATE_CHECKING] =
            {
                GO(SERVER_TRUSTED, SIGN_IN, E(NONE)),
                GO(SERVER_FAILED, SERVER, E(SHOW_ERROR)),
                GO(LEAVE, SERVER, E(CANCEL)),
                GO(CHANGE_SERVER, SERVER, E(CANCEL)),
            },
        [CLIENT_STATE_SIGN_IN] =
            {
                GO(CREDENTIALS, SIGNING_IN, E(SIGN_IN)),
                GO(CHANGE_SERVER, SERVER, E(CANCEL)),
            },
        [CLIENT_STATE_SIGNING_IN] =
            {
                GO(SIGNED_IN, DESKTOPS, E(LIST)),
                GO(PASSWORD_REQUIRED, PASSWORD, E(NONE)),
                GO(FACTOR_REQUIRED, FACTOR, E(NONE)),
                GO(FACTOR_MISSING, ENROLMENT, E(NONE)),
                GO(SIGN_IN_FAILED, SIGN_IN, E(SHOW_ERROR)),
                ON_TOKEN_REJECTED,
                GO(LEAVE, SIGN_IN, E(CANCEL)),
            },
        [CLIENT_STATE_FACTOR] =
            {
                GO(CODE_CHOSEN, PROVING, E(PROVE)),
                ON_SIGN_OUT,
            },
        [CLIENT_STATE_PROVING] =
            {
                GO(SIGNED_IN, DESKTOPS, E(LIST)),
                GO(PASSWORD_REQUIRED, PASSWORD, E(NONE)),
                GO(SIGN_IN_FAILED, FACTOR, E(SHOW_ERROR)),
                ON_FACTOR,
                ON_TOKEN_REJECTED,
            },
        [CLIENT_STATE_ENROLMENT] =
            {
                ON_LEAVE,
                ON_SIGN_OUT,
            },
        [CLIENT_STATE_PASSWORD] =
            {
                GO(PASSWORD_CHOSEN, CHANGING_PASSWORD, E(CHANGE_PASSWORD)),
                ON_SIGN_OUT,
            },
        [CLIENT_STATE_CHANGING_PASSWORD] =
            {
                GO(PASSWORD_CHANGED, DESKTOPS, E(LIST)),
                GO(PASSWORD_REFUSED, PASSWORD, E(SHOW_ERROR)),
                ON_FACTOR,
                ON_TOKEN_REJECTED,
            },
        [CLIENT_STATE_DESKTOPS] =
            {
                GO(OPEN, PREPARING, E(CANCEL) | E(CONNECT)),
                ON_FACTOR,
                ON_TOKEN_REJECTED,
                ON_SIGN_OUT,
            },
        [CLIENT_STATE_PREPARING] =
            {
                GO(READY, OPENING, E(GRANT)),
                ON_FACTOR,
                ON_OPEN_FAILED,
                ON_ELSEWHERE,
                ON_SESSION_ENDED,
                ON_TOKEN_REJECTED,
                ON_LEAVE,
                ON_SIGN_OUT,
            },
        [CLIENT_STATE_OPENING] =
            {
                GO(CONSOLE_OPENED, CONNECTED, E(SHOW_PICTURE)),
                GO(RETRY_LATER, OPENING, E(CLOSE_CONSOLE) | E(WAIT)),
                GO(RETRY_DUE, OPENING, E(GRANT)),
                ON_FACTOR,
                ON_OPEN_FAILED,
                ON_ELSEWHERE,
                ON_SESSION_ENDED,
                ON_TOKEN_REJECTED,
                ON_LEAVE,
                ON_SIGN_OUT,
            },
        [CLIENT_STATE_CONNECTED] =
            {
                GO(CONSOLE_LOST, RECONNECTING, E(FREEZE) | E(GRANT)),
                GO(FACTOR_REQUIRED, CONNECTED, E(SHOW_ERROR)), /* consoles go on */
                GO(FACTOR_MISSING, CONNECTED, E(SHOW_ERROR)),
                ON_SESSION_ENDED,
                ON_TOKEN_REJECTED,
                ON_LEAVE,
                ON_SIGN_OUT,
            },
        [CLIENT_STATE_RECONNECTING] =
            {
                GO(CONSOLE_OPENED, CONNECTED, E(SHOW_PICTURE)),
                GO(RETRY_LATER, RECONNECTING, E(FREEZE) | E(WAIT)),
                GO(RETRY_DUE, RECONNECTING, E(GRANT)),
                ON_FACTOR,
                ON_OPEN_FAILED,
                ON_ELSEWHERE,
                ON_SESSION_ENDED,
                ON_TOKEN_REJECTED,
                ON_LEAVE,
                ON_SIGN_OUT,
            },
        [CLIENT_STATE_ELSEWHERE] =
            {
                GO(TAKE_OVER, PREPARING, E(CONNECT)),
                ON_FACTOR,
                ON_TOKEN_REJECTED,
                ON_LEAVE,
                ON_SIGN_OUT,
            },
};

ClientStep
client_state_step(ClientState state, ClientEvent event)
{
  ClientStep step = {.state = state, .effects = CLIENT_EFFECT_NONE, .taken = FALSE};
  g_return_val_if_fail((guint)state < CLIENT_STATE_LAST && (guint)event < CLIENT_EVENT_LAST, step);
  const Cell *cell = &table[state][event];
  if (!cell->taken)
    return step;
  step.state = cell->to;
  step.effects = (ClientEffects)cell->effects;
  step.taken = TRUE;
  return step;
}

const char *
client_state_name(ClientState state)
{
  static const char *const names[] = {
#define X(suffix, name) name,
      CLIENT_STATE_LIST(X)
#undef X
  };
  g_return_val_if_fail((guint)state < CLIENT_STATE_LAST, "unknown");
  return names[state];
}

const char *
client_event_name(ClientEvent event)
{
  static const char *const names[] = {
#define X(suffix, name) name,
      CLIENT_EVENT_LIST(X)
#undef X
  };
  g_return_val_if_fail((guint)event < CLIENT_EVENT_LAST, "unknown");
  return names[event];
}
