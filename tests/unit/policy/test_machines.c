/* SPDX-License-Identifier: Apache-2.0 */
/* Every cell of the state machines of sessions and hosts, written out a second time by hand. */
#include "broker/policy/host_machine.h"
#include "broker/policy/session_machine.h"

#define TELL SESSION_EFFECT_TELL

static const SessionState session_cells[SESSION_STATES][SESSION_EVENTS] = {
    /* WAIT, DESKTOP_READY, CONSOLE_OPENED, CONSOLE_CLOSED, END */
    [SESSION_REQUESTED] = {SESSION_PREPARING, SESSION_READY, SESSION_CONNECTED, SESSION_REQUESTED,
                           SESSION_ENDED},
    [SESSION_PREPARING] = {SESSION_PREPARING, SESSION_READY, SESSION_CONNECTED, SESSION_PREPARING,
                           SESSION_ENDED},
    [SESSION_READY] = {SESSION_READY, SESSION_READY, SESSION_CONNECTED, SESSION_DISCONNECTED, SESSION_ENDED},
    [SESSION_CONNECTED] = {SESSION_CONNECTED, SESSION_CONNECTED, SESSION_CONNECTED, SESSION_DISCONNECTED,
                           SESSION_ENDED},
    [SESSION_DISCONNECTED] = {SESSION_DISCONNECTED, SESSION_DISCONNECTED, SESSION_CONNECTED,
                              SESSION_DISCONNECTED, SESSION_ENDED},
    [SESSION_ENDED] = {SESSION_ENDED, SESSION_ENDED, SESSION_ENDED, SESSION_ENDED, SESSION_ENDED},
};

static void
test_session(void)
{
  for (int state = 0; state < SESSION_STATES; state++)
    for (int event = 0; event < SESSION_EVENTS; event++) {
      SessionStep step = session_machine_step((SessionState)state, (SessionEvent)event);
      gboolean ends = event == SESSION_EVENT_END && state != SESSION_ENDED;
      g_assert_cmpint(step.state, ==, session_cells[state][event]);
      g_assert_cmpint((step.effects & SESSION_EFFECT_RECYCLE) != 0, ==, ends);
      if ((int)step.state != state) /* nobody misses a change */
        g_assert_true(step.effects & TELL);
      if (state == SESSION_ENDED)
        g_assert_cmpint(step.effects, ==, SESSION_EFFECT_NONE);
    }
}

#define BACK (HOST_EFFECT_TELL | HOST_EFFECT_RECONCILE)

static const struct {
  HostState before;
  HostEvent event;
  HostState after;
  int effects;
} host_cells[] = {
    {HOST_JOINING, HOST_EVENT_HELLO, HOST_UP, BACK},
    {HOST_JOINING, HOST_EVENT_SILENT, HOST_JOINING, 0},
    {HOST_JOINING, HOST_EVENT_GIVE_UP, HOST_JOINING, 0},
    {HOST_UP, HOST_EVENT_HELLO, HOST_UP, BACK},
    {HOST_UP, HOST_EVENT_SILENT, HOST_SILENT, HOST_EFFECT_TELL},
    {HOST_UP, HOST_EVENT_GIVE_UP, HOST_UP, 0},
    {HOST_SILENT, HOST_EVENT_HELLO, HOST_UP, BACK},
    {HOST_SILENT, HOST_EVENT_SILENT, HOST_SILENT, 0},
    {HOST_SILENT, HOST_EVENT_GIVE_UP, HOST_DOWN, HOST_EFFECT_TELL | HOST_EFFECT_LOSE},
    {HOST_DOWN, HOST_EVENT_HELLO, HOST_UP, BACK},
    {HOST_DOWN, HOST_EVENT_SILENT, HOST_DOWN, 0},
    {HOST_DOWN, HOST_EVENT_GIVE_UP, HOST_DOWN, 0},
};

static void
test_host(void)
{
  g_assert_cmpuint(G_N_ELEMENTS(host_cells), ==, HOST_STATES * HOST_EVENTS);
  for (guint i = 0; i < G_N_ELEMENTS(host_cells); i++) {
    HostStep step = host_machine_step(host_cells[i].before, host_cells[i].event);
    g_assert_cmpint(step.state, ==, host_cells[i].after);
    g_assert_cmpint((int)step.effects, ==, host_cells[i].effects);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/machines/session", test_session);
  g_test_add_func("/machines/host", test_host);
  return g_test_run();
}
