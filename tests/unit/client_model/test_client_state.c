/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/client_state.h"

#define S(name) CLIENT_STATE_##name
#define V(name) CLIENT_EVENT_##name
#define E(name) CLIENT_EFFECT_##name

typedef struct {
  ClientState state;
  ClientEvent event;
  ClientState to;
  int effects;
} Row;

#define BACK (E(CANCEL) | E(CLOSE_CONSOLE))
#define FAIL (BACK | E(LIST) | E(SHOW_ERROR))
/* A second factor is asked for by now. */
#define FACTOR_ROWS(state)                                                                                   \
  {S(state), V(FACTOR_REQUIRED), S(FACTOR), BACK},                                                           \
  {                                                                                                          \
    S(state), V(FACTOR_MISSING), S(ENROLMENT), BACK                                                          \
  }

/* Every cell that does something; a cell that is not here must change nothing. */
static const Row rows[] = {
    {S(SERVER), V(SERVER_CHOSEN), S(CHECKING), E(CHECK_SERVER)},
    {S(CHECKING), V(SERVER_TRUSTED), S(SIGN_IN), 0},
    {S(CHECKING), V(SERVER_FAILED), S(SERVER), E(SHOW_ERROR)},
    {S(CHECKING), V(LEAVE), S(SERVER), E(CANCEL)},
    {S(CHECKING), V(CHANGE_SERVER), S(SERVER), E(CANCEL)},
    {S(SIGN_IN), V(CREDENTIALS), S(SIGNING_IN), E(SIGN_IN)},
    {S(SIGN_IN), V(CHANGE_SERVER), S(SERVER), E(CANCEL)},
    {S(SIGNING_IN), V(SIGNED_IN), S(DESKTOPS), E(LIST)},
    {S(SIGNING_IN), V(PASSWORD_REQUIRED), S(PASSWORD), 0},
    {S(SIGNING_IN), V(SIGN_IN_FAILED), S(SIGN_IN), E(SHOW_ERROR)},
    {S(SIGNING_IN), V(LEAVE), S(SIGN_IN), E(CANCEL)},
    {S(SIGNING_IN), V(FACTOR_REQUIRED), S(FACTOR), 0},
    {S(SIGNING_IN), V(TOKEN_REJECTED), S(SIGN_IN), BACK | E(FORGET_TOKEN) | E(SHOW_ERROR)},
    {S(SIGNING_IN), V(FACTOR_MISSING), S(ENROLMENT), 0},
    {S(FACTOR), V(CODE_CHOSEN), S(PROVING), E(PROVE)},
    {S(FACTOR), V(SIGN_OUT), S(SIGN_IN), BACK | E(SIGN_OUT)},
    {S(PROVING), V(SIGNED_IN), S(DESKTOPS), E(LIST)},
    {S(PROVING), V(PASSWORD_REQUIRED), S(PASSWORD), 0},
    {S(PROVING), V(SIGN_IN_FAILED), S(FACTOR), E(SHOW_ERROR)},
    FACTOR_ROWS(PROVING),
    {S(PROVING), V(TOKEN_REJECTED), S(SIGN_IN), BACK | E(FORGET_TOKEN) | E(SHOW_ERROR)},
    {S(ENROLMENT), V(LEAVE), S(DESKTOPS), BACK | E(LIST)},
    {S(ENROLMENT), V(SIGN_OUT), S(SIGN_IN), BACK | E(SIGN_OUT)},
    {S(PASSWORD), V(PASSWORD_CHOSEN), S(CHANGING_PASSWORD), E(CHANGE_PASSWORD)},
    {S(PASSWORD), V(SIGN_OUT), S(SIGN_IN), BACK | E(SIGN_OUT)},
    {S(CHANGING_PASSWORD), V(PASSWORD_CHANGED), S(DESKTOPS), E(LIST)},
    {S(CHANGING_PASSWORD), V(PASSWORD_REFUSED), S(PASSWORD), E(SHOW_ERROR)},
    FACTOR_ROWS(CHANGING_PASSWORD),
    {S(CHANGING_PASSWORD), V(TOKEN_REJECTED), S(SIGN_IN), BACK | E(FORGET_TOKEN) | E(SHOW_ERROR)},
    {S(DESKTOPS), V(OPEN), S(PREPARING), E(CANCEL) | E(CONNECT)},
    FACTOR_ROWS(DESKTOPS),
    {S(DESKTOPS), V(TOKEN_REJECTED), S(SIGN_IN), BACK | E(FORGET_TOKEN) | E(SHOW_ERROR)},
    {S(DESKTOPS), V(SIGN_OUT), S(SIGN_IN), BACK | E(SIGN_OUT)},
    {S(PREPARING), V(READY), S(OPENING), E(GRANT)},
    FACTOR_ROWS(PREPARING),
    {S(PREPARING), V(OPEN_FAILED), S(DESKTOPS), FAIL},
    {S(PREPARING), V(IN_USE_ELSEWHERE), S(ELSEWHERE), BACK},
    {S(PREPARING), V(SESSION_ENDED), S(DESKTOPS), FAIL},
    {S(PREPARING), V(TOKEN_REJECTED), S(SIGN_IN), BACK | E(FORGET_TOKEN) | E(SHOW_ERROR)},
    {S(PREPARING), V(LEAVE), S(DESKTOPS), BACK | E(LIST)},
    {S(PREPARING), V(SIGN_OUT), S(SIGN_IN), BACK | E(SIGN_OUT)},
    {S(OPENING), V(CONSOLE_OPENED), S(CONNECTED), E(SHOW_PICTURE)},
    {S(OPENING), V(RETRY_LATER), S(OPENING), E(CLOSE_CONSOLE) | E(WAIT)},
    {S(OPENING), V(RETRY_DUE), S(OPENING), E(GRANT)},
    FACTOR_ROWS(OPENING),
    {S(OPENING), V(OPEN_FAILED), S(DESKTOPS), FAIL},
    {S(OPENING), V(IN_USE_ELSEWHERE), S(ELSEWHERE), BACK},
    {S(OPENING), V(SESSION_ENDED), S(DESKTOPS), FAIL},
    {S(OPENING), V(TOKEN_REJECTED), S(SIGN_IN), BACK | E(FORGET_TOKEN) | E(SHOW_ERROR)},
    {S(OPENING), V(LEAVE), S(DESKTOPS), BACK | E(LIST)},
    {S(OPENING), V(SIGN_OUT), S(SIGN_IN), BACK | E(SIGN_OUT)},
    {S(CONNECTED), V(CONSOLE_LOST), S(RECONNECTING), E(FREEZE) | E(GRANT)},
    {S(CONNECTED), V(FACTOR_REQUIRED), S(CONNECTED), E(SHOW_ERROR)},
    {S(CONNECTED), V(FACTOR_MISSING), S(CONNECTED), E(SHOW_ERROR)},
    {S(CONNECTED), V(SESSION_ENDED), S(DESKTOPS), FAIL},
    {S(CONNECTED), V(TOKEN_REJECTED), S(SIGN_IN), BACK | E(FORGET_TOKEN) | E(SHOW_ERROR)},
    {S(CONNECTED), V(LEAVE), S(DESKTOPS), BACK | E(LIST)},
    {S(CONNECTED), V(SIGN_OUT), S(SIGN_IN), BACK | E(SIGN_OUT)},
    {S(RECONNECTING), V(CONSOLE_OPENED), S(CONNECTED), E(SHOW_PICTURE)},
    {S(RECONNECTING), V(RETRY_LATER), S(RECONNECTING), E(FREEZE) | E(WAIT)},
    {S(RECONNECTING), V(RETRY_DUE), S(RECONNECTING), E(GRANT)},
    FACTOR_ROWS(RECONNECTING),
    {S(RECONNECTING), V(OPEN_FAILED), S(DESKTOPS), FAIL},
    {S(RECONNECTING), V(IN_USE_ELSEWHERE), S(ELSEWHERE), BACK},
    {S(RECONNECTING), V(SESSION_ENDED), S(DESKTOPS), FAIL},
    {S(RECONNECTING), V(TOKEN_REJECTED), S(SIGN_IN), BACK | E(FORGET_TOKEN) | E(SHOW_ERROR)},
    {S(RECONNECTING), V(LEAVE), S(DESKTOPS), BACK | E(LIST)},
    {S(RECONNECTING), V(SIGN_OUT), S(SIGN_IN), BACK | E(SIGN_OUT)},
    {S(ELSEWHERE), V(TAKE_OVER), S(PREPARING), E(CONNECT)},
    FACTOR_ROWS(ELSEWHERE),
    {S(ELSEWHERE), V(TOKEN_REJECTED), S(SIGN_IN), BACK | E(FORGET_TOKEN) | E(SHOW_ERROR)},
    {S(ELSEWHERE), V(LEAVE), S(DESKTOPS), BACK | E(LIST)},
    {S(ELSEWHERE), V(SIGN_OUT), S(SIGN_IN), BACK | E(SIGN_OUT)},
};

static const Row *
row_of(ClientState state, ClientEvent event)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (rows[i].state == state && rows[i].event == event)
      return &rows[i];
  }
  return NULL;
}

static void
test_every_cell(void)
{
  for (guint state = 0; state < CLIENT_STATE_LAST; state++) {
    for (guint event = 0; event < CLIENT_EVENT_LAST; event++) {
      const Row *row = row_of(state, event);
      ClientStep step = client_state_step(state, event);
      g_test_message("%s × %s", client_state_name(state), client_event_name(event));
      g_assert_cmpint(step.taken, ==, row != NULL);
      g_assert_cmpint(step.state, ==, row != NULL ? row->to : state);
      g_assert_cmpint(step.effects, ==, row != NULL ? row->effects : 0);
    }
  }
}

/* Whatever was opened is closed before a page without a picture is shown. */
static void
test_no_console_outlives_its_page(void)
{
  for (guint state = CLIENT_STATE_OPENING; state <= CLIENT_STATE_RECONNECTING; state++) {
    for (guint event = 0; event < CLIENT_EVENT_LAST; event++) {
      ClientStep step = client_state_step(state, event);
      if (step.taken && (step.state < CLIENT_STATE_OPENING || step.state > CLIENT_STATE_RECONNECTING))
        g_assert_true(step.effects & CLIENT_EFFECT_CLOSE_CONSOLE);
    }
  }
}

/* A device that was taken over does not take the desktop back by itself. */
static void
test_elsewhere_waits_for_the_user(void)
{
  for (guint event = 0; event < CLIENT_EVENT_LAST; event++) {
    ClientStep step = client_state_step(CLIENT_STATE_ELSEWHERE, event);
    if (step.effects & (CLIENT_EFFECT_CONNECT | CLIENT_EFFECT_GRANT | CLIENT_EFFECT_WAIT))
      g_assert_cmpint(event, ==, CLIENT_EVENT_TAKE_OVER);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/client-state/every-cell", test_every_cell);
  g_test_add_func("/client-state/no-console-outlives-its-page", test_no_console_outlives_its_page);
  g_test_add_func("/client-state/elsewhere-waits-for-the-user", test_elsewhere_waits_for_the_user);
  return g_test_run();
}
