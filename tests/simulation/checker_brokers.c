/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/checker_facts.h"

/* A host that is linked with a broker that does nothing is away, whatever it thinks itself. */
static void
lose_links(Checker *checker, const Event *event)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, checker->hosts);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    HostFacts *host = value;
    if (!host->is_linked || host->broker != event->number)
      continue;
    host->is_linked = FALSE;
    host->since_us = event->time_us;
  }
}

static void
take_link(Checker *checker, const Event *event)
{
  HostFacts *host = HOST(checker, event->host);
  host->is_linked = event->kind == EVENT_LINK_UP;
  host->since_us = event->time_us;
  host->broker = event->broker;
  if (event->kind == EVENT_LINK_UP)
    host->greeted = MAX(host->greeted, event->number);
}

static void
take_obeyed(Checker *checker, const Event *event)
{
  if (event->number < HOST(checker, event->host)->welcomed)
    checker_blame(checker, "term",
                  "%s obeys a command of the term %" G_GINT64_FORMAT " after %" G_GINT64_FORMAT ".",
                  event->host, event->number, HOST(checker, event->host)->welcomed);
}

/* @wanted: it was stopped while it took it, and may have done so before. */
static void
take_heard(Checker *checker, const Event *event)
{
  if (event->wanted == 0 && event->number < HOST(checker, event->host)->greeted)
    checker_blame(checker, "term",
                  "What %s said over a link of term %" G_GINT64_FORMAT " was taken after %" G_GINT64_FORMAT
                  ".",
                  event->host, event->number, HOST(checker, event->host)->greeted);
}

/* Spares are the keeper's to make; connecting may make one, too, which has an owner from its beginning. */
static void
take_desktop_row(Checker *checker, const Event *event)
{
  gboolean is_new = !DESKTOP(checker, event->desktop)->was_seen;
  DESKTOP(checker, event->desktop)->was_seen = TRUE;
  if (is_new && event->user == NULL && event->broker != checker->keeper)
    checker_blame(checker, "one-keeper", "Desktop %s was made by broker %u while broker %u kept the pools.",
                  event->desktop, event->broker, checker->keeper);
}

static void
check_keeper(Checker *checker)
{
  gboolean are_known = checker->keeper != 0 || g_hash_table_size(checker->brokers) > 0;
  if (are_known && !g_hash_table_contains(checker->brokers, GUINT_TO_POINTER(checker->keeper)))
    checker_blame(checker, "recovery", "Nobody keeps the pools: broker %u is gone.", checker->keeper);
}

void
checker_take_brokers(Checker *checker, const Event *event)
{
  gpointer number = GUINT_TO_POINTER((guint)event->number);
  switch (event->kind) {
  case EVENT_BROKER_STARTED:
    g_hash_table_add(checker->brokers, number);
    break;
  case EVENT_BROKER_DIED:
    g_hash_table_remove(checker->brokers, number);
    break;
  case EVENT_BROKER_STOPPED:
    lose_links(checker, event);
    break;
  case EVENT_KEEPER:
    checker->keeper = (guint)event->number;
    break;
  case EVENT_WELCOMED:
    HOST(checker, event->host)->welcomed = MAX(HOST(checker, event->host)->welcomed, event->number);
    break;
  case EVENT_OBEYED:
    take_obeyed(checker, event);
    break;
  case EVENT_HEARD:
    take_heard(checker, event);
    break;
  case EVENT_LINK_UP:
  case EVENT_LINK_DOWN:
    take_link(checker, event);
    break;
  case EVENT_DESKTOP_ROW:
    take_desktop_row(checker, event);
    break;
  case EVENT_SETTLED:
    check_keeper(checker);
    break;
  default:
    break;
  }
}
