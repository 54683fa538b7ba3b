/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/agent/desktop_state.h"

void
desktop_state_clear(DesktopState *state)
{
  g_free(state->user);
  *state = (DesktopState){0};
}

void
desktop_state_assign(DesktopState *state, const DesktopState *from)
{
  char *user = g_strdup(from->user);
  g_free(state->user);
  *state = *from;
  state->user = user;
}

static GuestMessage *
add(GPtrArray *messages, GuestMessageType type)
{
  GuestMessage *message = g_new0(GuestMessage, 1);
  message->type = type;
  g_ptr_array_add(messages, message);
  return message;
}

GPtrArray *
desktop_state_messages(const DesktopState *before, const DesktopState *after)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func((GDestroyNotify)guest_message_free);
  const gboolean is_whole = before == NULL;
  if (is_whole) {
    GuestMessage *hello = add(messages, GUEST_MESSAGE_HELLO);
    hello->version = GUEST_PROTOCOL_VERSION;
    hello->agent_version = g_strdup(CARAWAY_VERSION);
  }
  if (is_whole || g_strcmp0(before->user, after->user) != 0)
    add(messages, GUEST_MESSAGE_SESSION)->user = g_strdup(after->user);
  if (is_whole || before->is_locked != after->is_locked)
    add(messages, GUEST_MESSAGE_LOCKED)->is_locked = after->is_locked;
  if (is_whole || before->idle_ms != after->idle_ms)
    add(messages, GUEST_MESSAGE_IDLE)->idle_ms = after->idle_ms;
  if (after->is_ready && (is_whole || !before->is_ready))
    add(messages, GUEST_MESSAGE_READY);
  return messages;
}
