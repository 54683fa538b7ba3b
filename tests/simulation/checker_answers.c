/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/checker_facts.h"

#define KEY_LIFE_US   (24 * 3600 * (gint64)G_USEC_PER_SEC)
#define GRANT_LIFE_US (31 * (gint64)G_USEC_PER_SEC)

static KeyFacts *
find_key(Checker *checker, const Event *event)
{
  g_autofree char *name = g_strdup_printf("%s %s", event->user, event->key);
  return checker_facts(checker->keys, name, sizeof(KeyFacts));
}

static void
check_key(Checker *checker, const Event *event)
{
  if (event->key == NULL)
    return;
  KeyFacts *key = find_key(checker, event);
  gboolean young = key->session != NULL && ABS(event->wall_us - key->wall_us) < KEY_LIFE_US;
  if (young && !g_str_equal(key->session, event->session))
    checker_blame(checker, "idempotent", "The key %s of %s gave session %s and now %s.", event->key,
                  event->user, key->session, event->session);
  key->session = event->session;
}

static void
take_session(Checker *checker, const Event *event)
{
  SessionFacts *session = SESSION(checker, event->session);
  if (g_strcmp0(event->user, event->text) != 0 ||
      (session->user != NULL && !g_str_equal(session->user, event->user)))
    checker_blame(checker, "one-owner", "%s was given session %s of %s.", event->user, event->session,
                  session->user != NULL ? session->user : event->text);
  DesktopFacts *desktop = DESKTOP(checker, event->desktop);
  if (desktop->owner_ever != NULL && !g_str_equal(desktop->owner_ever, event->user))
    checker_blame(checker, "one-owner", "Desktop %s was given to %s after %s had it.", event->desktop,
                  event->user, desktop->owner_ever);
  if (session->desktop != NULL && !g_str_equal(session->desktop, event->desktop))
    checker_blame(checker, "one-owner", "Session %s was on desktop %s and is now on %s.", event->session,
                  session->desktop, event->desktop);
  const PersonFacts *person = PERSON(checker, event->user);
  gboolean by_heart = event->wanted != 0; /* what other brokers did since could not be known */
  if (!by_heart && (person->is_disabled || person->is_withdrawn))
    checker_blame(checker, "shut-out", "%s may not work any more and got session %s.", event->user,
                  event->session);
  if (desktop->owner_ever == NULL)
    desktop->owner_ever = event->user;
  session->id = event->session;
  session->user = event->user;
  session->desktop = event->desktop;
  if (session->wall_us == 0)
    session->wall_us = event->wall_us;
  if (!by_heart)
    check_key(checker, event);
  g_ptr_array_add(checker->answered, (gpointer)event->session);
}

static void
take_grant(Checker *checker, const Event *event)
{
  const SessionFacts *session = SESSION(checker, event->session);
  const DesktopFacts *desktop = DESKTOP(checker, event->desktop);
  if (g_strcmp0(event->user, event->text) != 0 || g_strcmp0(session->user, event->user) != 0 ||
      g_strcmp0(session->desktop, event->desktop) != 0)
    checker_blame(checker, "grant", "%s got a grant of %s for session %s on desktop %s.", event->user,
                  event->text, event->session, event->desktop);
  gboolean late =
      event->number != 0; /* it was true when it was decided; its host judges what it is worth now */
  if (!late && g_strcmp0(session->state, "ended") == 0)
    checker_blame(checker, "grant", "%s got a grant for session %s, which has ended.", event->user,
                  event->session);
  if (!late &&
      (g_strcmp0(desktop->owner, event->user) != 0 || epoch_compare(desktop->epoch, event->epoch) != 0))
    checker_blame(checker, "grant", "%s got a grant for desktop %s, which is %s's at another epoch.",
                  event->user, event->desktop, desktop->owner != NULL ? desktop->owner : "nobody");
  GrantFacts *grant = checker_facts(checker->grants, event->key, sizeof(GrantFacts));
  grant->given = event;
}

/* A host that was not told the time since the broker's clock was set cannot know better: number is when it
 * was. */
static void
take_console(Checker *checker, const Event *event)
{
  GrantFacts *grant = checker_facts(checker->grants, event->key, sizeof(GrantFacts));
  const DesktopFacts *desktop = DESKTOP(checker, event->desktop);
  if (grant->given == NULL || g_strcmp0(grant->given->user, event->user) != 0 ||
      g_strcmp0(grant->given->desktop, event->desktop) != 0)
    checker_blame(checker, "grant", "%s was let in to desktop %s without a grant for it.", event->user,
                  event->desktop);
  if (grant->is_used)
    checker_blame(checker, "grant", "%s was let in to desktop %s twice by one grant.", event->user,
                  event->desktop);
  if (desktop->owner_ever != NULL && !g_str_equal(desktop->owner_ever, event->user))
    checker_blame(checker, "one-owner", "%s was let in to desktop %s of %s.", event->user, event->desktop,
                  desktop->owner_ever);
  gboolean steady = grant->given != NULL && checker->stepped_us < MIN(grant->given->time_us, event->number);
  if (steady && event->time_us - grant->given->time_us > GRANT_LIFE_US)
    checker_blame(checker, "grant", "%s was let in to desktop %s by a grant that had expired.", event->user,
                  event->desktop);
  grant->is_used = TRUE;
}

/* --- what is asked gives a reason for what follows --- */

static void
excuse_sessions_of(Checker *checker, const char *user)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, checker->sessions);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    SessionFacts *session = value;
    if (g_strcmp0(session->user, user) == 0)
      session->may_end = TRUE;
  }
}

static void
take_question(Checker *checker, const Event *event)
{
  g_hash_table_insert(checker->calls, GUINT_TO_POINTER(event->call), GUINT_TO_POINTER(checker->index));
  switch (event->kind) {
  case EVENT_CONNECT:
    if (find_key(checker, event)->wall_us == 0)
      find_key(checker, event)->wall_us = event->wall_us;
    break;
  case EVENT_LOG_OFF:
    SESSION(checker, event->session)->may_end = TRUE;
    break;
  case EVENT_DELETE_DESKTOP:
    DESKTOP(checker, event->desktop)->may_end = TRUE;
    break;
  case EVENT_DISABLE:
  case EVENT_WITHDRAW:
    excuse_sessions_of(checker, event->user);
    PERSON(checker, event->user)->open_ends++;
    break;
  case EVENT_ENABLE:
    PERSON(checker, event->user)->is_disabled = FALSE;
    PERSON(checker, event->user)->open_returns++;
    break;
  case EVENT_ENTITLE:
    PERSON(checker, event->user)->is_withdrawn = FALSE;
    PERSON(checker, event->user)->open_returns++;
    break;
  case EVENT_RESIZE:
    checker->open_resizes++;
    checker->size_least = MIN(checker->size_least, event->number);
    checker->size_most =
        checker->size_most == G_MAXINT64 ? G_MAXINT64 : MAX(checker->size_most, event->number);
    break;
  default:
    break;
  }
}

static const Event *
question_of(Checker *checker, const Event *event)
{
  gpointer index = g_hash_table_lookup(checker->calls, GUINT_TO_POINTER(event->call));
  return history_at(checker->history, GPOINTER_TO_UINT(index));
}

/* Several brokers may be at it: what was asked before and is not answered yet may still come after this. */
static void
take_done(Checker *checker, const Event *event)
{
  const Event *asked = question_of(checker, event);
  switch (asked->kind) {
  case EVENT_LOG_OFF:
    SESSION(checker, asked->session)->must_end = TRUE;
    break;
  case EVENT_DISABLE:
    PERSON(checker, asked->user)->is_disabled = PERSON(checker, asked->user)->open_returns == 0;
    checker->someone_is_out = TRUE;
    break;
  case EVENT_WITHDRAW:
    PERSON(checker, asked->user)->is_withdrawn = PERSON(checker, asked->user)->open_returns == 0;
    checker->someone_is_out = TRUE;
    break;
  case EVENT_RESIZE:
    if (checker->open_resizes == 0)
      checker->size_least = checker->size_most = asked->number;
    break;
  default:
    break;
  }
}

static void
close_question(Checker *checker, const Event *event)
{
  const Event *asked = question_of(checker, event);
  if (asked->kind == EVENT_RESIZE)
    checker->open_resizes--;
  if (asked->kind == EVENT_ENABLE || asked->kind == EVENT_ENTITLE)
    PERSON(checker, asked->user)->open_returns--;
  if (asked->kind == EVENT_DISABLE || asked->kind == EVENT_WITHDRAW)
    PERSON(checker, asked->user)->open_ends--;
  if (event->kind == EVENT_DONE)
    take_done(checker, event);
}

void
checker_take_answer(Checker *checker, const Event *event)
{
  if (event->kind <= EVENT_DELETE_DESKTOP)
    take_question(checker, event);
  else if (event->kind == EVENT_SESSION)
    take_session(checker, event);
  else if (event->kind == EVENT_GRANT)
    take_grant(checker, event);
  else if (event->kind == EVENT_CONSOLE)
    take_console(checker, event);
  else if (event->kind == EVENT_DONE || event->kind == EVENT_REFUSED || event->kind == EVENT_LOST)
    close_question(checker, event);
}
