/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/desktop_state.h"

static char *
names_of(const DesktopState *before, const DesktopState *after)
{
  g_autoptr(GPtrArray) messages = desktop_state_messages(before, after);
  g_autoptr(GString) names = g_string_new(NULL);
  for (guint i = 0; i < messages->len; i++) {
    const GuestMessage *message = messages->pdata[i];
    g_string_append_printf(names, "%s ", guest_message_type_name(message->type));
  }
  return g_string_free(g_steal_pointer(&names), FALSE);
}

static void
test_changes(void)
{
  const DesktopState nobody = {0};
  const DesktopState alice = {.user = (char *)"alice"};
  const DesktopState ready = {.is_ready = TRUE, .user = (char *)"alice"};
  const DesktopState idle = {.is_ready = TRUE, .user = (char *)"alice", .idle_ms = 10000};
  const DesktopState locked = {.is_ready = TRUE, .user = (char *)"alice", .is_locked = TRUE};
  const struct {
    const DesktopState *before, *after;
    const char *messages;
  } ROWS[] = {
      {NULL, &nobody, "hello session locked idle "},
      {NULL, &ready, "hello session locked idle ready "},
      {&nobody, &nobody, ""},
      {&nobody, &alice, "session "},
      {&nobody, &ready, "session ready "},
      {&alice, &ready, "ready "},
      {&ready, &ready, ""},
      {&ready, &idle, "idle "},
      {&idle, &ready, "idle "},
      {&ready, &locked, "locked "},
      {&locked, &ready, "locked "},
      {&ready, &nobody, "session "},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
    g_autofree char *names = names_of(ROWS[i].before, ROWS[i].after);
    g_assert_cmpstr(names, ==, ROWS[i].messages);
  }
}

static void
test_hello_names_version(void)
{
  const DesktopState nobody = {0};
  g_autoptr(GPtrArray) messages = desktop_state_messages(NULL, &nobody);
  const GuestMessage *hello = messages->pdata[0];
  g_assert_cmpint(hello->version, ==, GUEST_PROTOCOL_VERSION);
  g_assert_cmpstr(hello->agent_version, ==, CARAWAY_VERSION);
}

static void
test_assign_copies(void)
{
  char user[] = "alice";
  const DesktopState from = {.user = user, .idle_ms = 7};
  DesktopState state = {.user = g_strdup("bob")};
  desktop_state_assign(&state, &from);
  user[0] = 'x';
  g_assert_cmpstr(state.user, ==, "alice");
  g_assert_cmpint(state.idle_ms, ==, 7);
  desktop_state_assign(&state, &state);
  g_assert_cmpstr(state.user, ==, "alice");
  desktop_state_clear(&state);
  g_assert_null(state.user);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/desktop_state/changes", test_changes);
  g_test_add_func("/desktop_state/hello_names_version", test_hello_names_version);
  g_test_add_func("/desktop_state/assign_copies", test_assign_copies);
  return g_test_run();
}
