/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/checker_facts.h"

/* Every row has its machine, every session its desktop: machines were noted right before. */
static void
check_rows(Checker *checker)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init(&iter, checker->desktops);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    DesktopFacts *desktop = value;
    gboolean lives = desktop->assignment != NULL && !g_str_equal(desktop->assignment, "recycling");
    if (lives && !desktop->runs_at_end)
      checker_blame(checker, "orphan", "Desktop %s is %s in the database and runs nowhere.",
                    (const char *)key, desktop->assignment);
    if (!lives && desktop->runs_at_end)
      checker_blame(checker, "orphan", "The machine of desktop %s still runs on %s.", (const char *)key,
                    desktop->runs_on);
    desktop->runs_at_end = FALSE;
  }
}

static void
check_sessions(Checker *checker)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init(&iter, checker->sessions);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    const SessionFacts *session = value;
    gboolean ended = session->state == NULL || g_str_equal(session->state, "ended");
    if (!ended && session->must_end)
      checker_blame(checker, "durable", "Session %s was logged off and lives.", (const char *)key);
    if (!ended && g_strcmp0(DESKTOP(checker, session->desktop)->owner, session->user) != 0)
      checker_blame(checker, "orphan", "Session %s of %s has no desktop.", (const char *)key, session->user);
  }
}

static void
check_pool(Checker *checker, const Event *event)
{
  gint64 spares = 0, owned = 0;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, checker->desktops);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const DesktopFacts *desktop = value;
    spares += g_strcmp0(desktop->assignment, "spare") == 0;
    owned += desktop->assignment != NULL && desktop->owner != NULL;
  }
  gint64 wanted = MIN(event->wanted, MAX(checker->size_least - owned, 0));
  if (spares < wanted)
    checker_blame(checker, "recovery",
                  "The pool has %" G_GINT64_FORMAT " spares instead of %" G_GINT64_FORMAT ".", spares,
                  wanted);
}

static void
check_final_connect(Checker *checker, const Event *event)
{
  static const char *const good[] = {"ready", "connected", "disconnected", NULL};
  if (!g_strv_contains(good, event->text) || event->number == 0)
    checker_blame(checker, "recovery", "%s connects after everything was healed and gets: %s%s.", event->user,
                  event->text, event->number == 0 ? ", without a machine" : "");
}

void
checker_take_end(Checker *checker, const Event *event)
{
  switch (event->kind) {
  case EVENT_FINAL_MACHINE:
    DESKTOP(checker, event->desktop)->runs_at_end = TRUE;
    if (g_strcmp0(DESKTOP(checker, event->desktop)->host, event->host) != 0)
      checker_blame(checker, "orphan", "Desktop %s runs on %s, where the database does not have it.",
                    event->desktop, event->host);
    break;
  case EVENT_SETTLED:
    check_rows(checker);
    check_sessions(checker);
    break;
  case EVENT_NOT_QUIET:
    checker_blame(checker, "recovery", "After all was healed, this never ends: %s.", event->text);
    break;
  case EVENT_FINAL_POOL:
    check_pool(checker, event);
    break;
  case EVENT_FINAL_CONNECT:
    check_final_connect(checker, event);
    break;
  default:
    break;
  }
}
