/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/checker_facts.h"

#define PATIENCE_US                                                                                          \
  (29 * (gint64)G_USEC_PER_SEC) /* after so long without its host a desktop may be given up */
#define SESSION_KEPT_US (6 * 24 * 3600 * (gint64)G_USEC_PER_SEC)

static void
take_machine_started(Checker *checker, const Event *event)
{
  DesktopFacts *desktop = DESKTOP(checker, event->desktop);
  gboolean again = event->text != NULL;
  if (desktop->runs_on != NULL)
    checker_blame(checker, "one-host", "Desktop %s starts on %s while it runs on %s.", event->desktop,
                  event->host, desktop->runs_on);
  else if (desktop->was_destroyed && !again)
    checker_blame(checker, "one-host", "Desktop %s is made again after it was destroyed, on %s.",
                  event->desktop, event->host);
  desktop->runs_on = event->host;
}

static void
take_machine_stopped(Checker *checker, const Event *event)
{
  DesktopFacts *desktop = DESKTOP(checker, event->desktop);
  if (g_strcmp0(desktop->runs_on, event->host) == 0)
    desktop->runs_on = NULL;
  desktop->was_destroyed |= g_strcmp0(event->text, "destroyed") == 0;
  if (g_strcmp0(event->text, "failed") == 0 || g_strcmp0(event->text, "host") == 0)
    desktop->may_end = TRUE;
}

static void
check_owner(Checker *checker, const DesktopFacts *desktop, const Event *event)
{
  gboolean free = event->user == NULL && !g_str_equal(event->text, "recycling");
  if (desktop->owner_ever != NULL && free)
    checker_blame(checker, "one-owner", "Desktop %s of %s is %s again without having been destroyed.",
                  event->desktop, desktop->owner_ever, event->text);
  if (desktop->owner_ever != NULL && event->user != NULL && !g_str_equal(desktop->owner_ever, event->user))
    checker_blame(checker, "one-owner", "Desktop %s of %s now belongs to %s.", event->desktop,
                  desktop->owner_ever, event->user);
  gboolean known = desktop->assignment != NULL;
  if (known && desktop->owner == NULL && event->user != NULL &&
      epoch_compare(event->epoch, desktop->epoch) <= 0)
    checker_blame(checker, "epoch", "Desktop %s was given to %s and its epoch did not rise.", event->desktop,
                  event->user);
  if (known && epoch_compare(event->epoch, desktop->epoch) < 0)
    checker_blame(checker, "epoch", "The epoch of desktop %s fell.", event->desktop);
  if (known && !g_str_equal(desktop->host, event->host))
    checker_blame(checker, "one-host", "Desktop %s moved from %s to %s.", event->desktop, desktop->host,
                  event->host);
}

static void
take_desktop_row(Checker *checker, const Event *event)
{
  DesktopFacts *desktop = DESKTOP(checker, event->desktop);
  check_owner(checker, desktop, event);
  checker->has_new_desktop |= desktop->assignment == NULL;
  if (desktop->owner_ever == NULL)
    desktop->owner_ever = event->user;
  desktop->owner = event->user;
  desktop->assignment = event->text;
  desktop->host = event->host;
  desktop->epoch = event->epoch;
  desktop->is_lost = event->number != 0;
  checker->has_new_owner |= event->user != NULL;
}

static void
take_desktop_row_gone(Checker *checker, const Event *event)
{
  DesktopFacts *desktop = DESKTOP(checker, event->desktop);
  desktop->assignment = NULL;
  desktop->owner = NULL;
}

/* --- sessions --- */

static gboolean
may_end(Checker *checker, const SessionFacts *session, const Event *event)
{
  const HostFacts *host = HOST(checker, event->host);
  gboolean host_is_away = !host->is_linked && event->time_us - host->since_us >= PATIENCE_US;
  return session->may_end || DESKTOP(checker, event->desktop)->may_end || host_is_away;
}

static void
take_session_row(Checker *checker, const Event *event)
{
  SessionFacts *session = SESSION(checker, event->session);
  gboolean ended = g_str_equal(event->text, "ended");
  gboolean was_ended = g_strcmp0(session->state, "ended") == 0;
  if (session->user != NULL && g_strcmp0(session->user, event->user) != 0)
    checker_blame(checker, "one-owner", "Session %s of %s is now %s's.", event->session, session->user,
                  event->user);
  if (was_ended && !ended)
    checker_blame(checker, "durable", "Session %s had ended and is %s again.", event->session, event->text);
  if (ended && !was_ended && !may_end(checker, session, event))
    checker_blame(checker, "durable", "Session %s of %s ended (%s) and nobody gave a reason.", event->session,
                  event->user, event->key);
  if (!ended && session->must_end)
    checker_blame(checker, "durable", "Session %s was logged off and is %s.", event->session, event->text);
  session->id = event->session;
  session->may_end |= event->user != NULL && PERSON(checker, event->user)->open_ends > 0;
  session->user = event->user;
  session->desktop = event->desktop;
  session->host = event->host;
  session->state = event->text;
  if (session->wall_us == 0)
    session->wall_us = event->wall_us;
}

static void
take_session_row_gone(Checker *checker, const Event *event)
{
  SessionFacts *session = SESSION(checker, event->session);
  if (event->wall_us - session->wall_us < SESSION_KEPT_US)
    checker_blame(checker, "durable", "Session %s of %s was forgotten.", event->session, session->user);
  session->state = "ended";
}

void
checker_take_state(Checker *checker, const Event *event)
{
  switch (event->kind) {
  case EVENT_MACHINE_STARTED:
    take_machine_started(checker, event);
    break;
  case EVENT_MACHINE_STOPPED:
    take_machine_stopped(checker, event);
    break;
  case EVENT_CREATE_FAILED:
  case EVENT_SIGNED_OUT:
    DESKTOP(checker, event->desktop)->may_end = TRUE;
    break;
  case EVENT_DESKTOP_ROW:
    take_desktop_row(checker, event);
    break;
  case EVENT_DESKTOP_ROW_GONE:
    take_desktop_row_gone(checker, event);
    break;
  case EVENT_SESSION_ROW:
    take_session_row(checker, event);
    break;
  case EVENT_SESSION_ROW_GONE:
    take_session_row_gone(checker, event);
    break;
  case EVENT_CLOCK_STEP:
    checker->stepped_us = event->time_us;
    break;
  default:
    break;
  }
}
