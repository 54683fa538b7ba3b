/* SPDX-License-Identifier: Apache-2.0 */
#include "host/guest/held_message.h"

#include "common/base/error.h"

#define LIMIT_MS 10000

struct HeldMessage {
  GuestMessage *message; /* NULL: nothing waits */
  GuestPortDone done;
  gpointer user_data;
  guint limit_source;
};

HeldMessage *
held_message_new(void)
{
  return g_new0(HeldMessage, 1);
}

GuestMessage *
held_message_take(HeldMessage *held, GuestPortDone *ret_done, gpointer *ret_user_data)
{
  if (held->message == NULL)
    return NULL;
  g_source_remove(held->limit_source);
  *ret_done = held->done;
  *ret_user_data = held->user_data;
  return g_steal_pointer(&held->message);
}

static void
end(HeldMessage *held, const char *why)
{
  GuestPortDone done;
  gpointer user_data;
  g_autoptr(GuestMessage) message = held_message_take(held, &done, &user_data);
  if (message == NULL)
    return;
  g_autoptr(GError) error = g_error_new_literal(CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY, why);
  done(error, user_data);
}

static gboolean
on_limit(gpointer data)
{
  end(data, "The desktop's agent does not answer; wait until it is up.");
  return G_SOURCE_CONTINUE; /* removed by held_message_take() */
}

void
held_message_keep(HeldMessage *held, const GuestMessage *message, GuestPortDone done, gpointer user_data)
{
  end(held, "A later message took its place before the desktop's agent answered.");
  held->message = g_new0(GuestMessage, 1);
  held->message->type = message->type;
  held->message->title = g_strdup(message->title);
  held->message->text = g_strdup(message->text);
  held->done = done;
  held->user_data = user_data;
  held->limit_source = g_timeout_add(LIMIT_MS, on_limit, held);
}

void
held_message_free(HeldMessage *held)
{
  if (held == NULL)
    return;
  end(held, "The desktop went away.");
  g_free(held);
}
