/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_mailbox.h"

struct RelayMailbox {
  GSource *source;
  GAsyncQueue *letters;
  gpointer user_data;
};

typedef struct {
  GSource source;
  RelayMailbox *mailbox;
} MailboxSource;

/* So many letters before other sources of the owner's loop have their turn. */
#define LETTERS_PER_TURN 64

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
  RelayMailbox *mailbox = ((MailboxSource *)source)->mailbox;
  g_source_set_ready_time(source, -1); /* before looking: a letter that comes now wakes us again */
  RelayLetter *letter = NULL;
  for (int i = 0; i < LETTERS_PER_TURN && (letter = g_async_queue_try_pop(mailbox->letters)) != NULL; i++) {
    letter->deliver(letter, mailbox->user_data);
    letter->discard(letter);
  }
  if (g_async_queue_length(mailbox->letters) > 0)
    g_source_set_ready_time(source, 0);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs mailbox_functions = {.dispatch = dispatch};

RelayMailbox *
relay_mailbox_new(GMainContext *context, gpointer user_data)
{
  RelayMailbox *mailbox = g_new0(RelayMailbox, 1);
  mailbox->letters = g_async_queue_new();
  mailbox->user_data = user_data;
  mailbox->source = g_source_new(&mailbox_functions, sizeof(MailboxSource));
  ((MailboxSource *)mailbox->source)->mailbox = mailbox;
  g_source_set_name(mailbox->source, "relay mailbox");
  g_source_attach(mailbox->source, context);
  return mailbox;
}

void
relay_mailbox_put(RelayMailbox *mailbox, RelayLetter *letter)
{
  g_async_queue_push(mailbox->letters, letter);
  g_source_set_ready_time(mailbox->source, 0);
}

void
relay_mailbox_free(RelayMailbox *mailbox)
{
  if (mailbox == NULL)
    return;
  g_source_destroy(mailbox->source);
  g_source_unref(mailbox->source);
  for (RelayLetter *letter; (letter = g_async_queue_try_pop(mailbox->letters)) != NULL;)
    letter->discard(letter);
  g_async_queue_unref(mailbox->letters);
  g_free(mailbox);
}
