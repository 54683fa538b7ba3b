/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/checker.h"

#include "tests/simulation/checker_facts.h"

#define LINES_SHOWN 60

gpointer
checker_facts(GHashTable *table, const char *id, gsize size)
{
  gpointer facts = g_hash_table_lookup(table, id);
  if (facts == NULL) {
    facts = g_malloc0(size);
    g_hash_table_insert(table, g_strdup(id), facts);
  }
  return facts;
}

void
checker_blame(Checker *checker, const char *rule, const char *format, ...)
{
  Violation *violation = g_new0(Violation, 1);
  violation->index = checker->index;
  violation->rule = rule;
  va_list values;
  va_start(values, format);
  violation->sentence = g_strdup_vprintf(format, values);
  va_end(values);
  g_ptr_array_add(checker->violations, violation);
}

static void
violation_free(gpointer data)
{
  Violation *violation = data;
  g_free(violation->sentence);
  g_free(violation);
}

static gboolean
is_row(EventKind kind)
{
  return kind >= EVENT_KEEPER && kind <= EVENT_SESSION_ROW_GONE;
}

/* Desktops that take somebody's place. */
static guint
count_desktops(const Checker *checker)
{
  guint count = 0;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, checker->desktops);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const DesktopFacts *desktop = value;
    if (desktop->assignment == NULL || g_str_equal(desktop->assignment, "recycling"))
      continue;
    count += desktop->owner != NULL || !desktop->is_lost;
  }
  return count;
}

static void
check_single_desktops(Checker *checker)
{
  g_autoptr(GHashTable) owners = g_hash_table_new(g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer id, value;
  g_hash_table_iter_init(&iter, checker->desktops);
  while (g_hash_table_iter_next(&iter, &id, &value)) {
    const DesktopFacts *desktop = value;
    if (desktop->assignment == NULL || desktop->owner == NULL)
      continue;
    const char *other = g_hash_table_lookup(owners, desktop->owner);
    if (other != NULL)
      checker_blame(checker, "quota", "%s has desktop %s beside %s.", desktop->owner, (const char *)id,
                    other);
    g_hash_table_insert(owners, (gpointer)desktop->owner, id);
  }
}

static void
check_people_outside(Checker *checker)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, checker->sessions);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const SessionFacts *session = value;
    if (session->state == NULL || g_str_equal(session->state, "ended") || session->user == NULL)
      continue;
    const PersonFacts *person = PERSON(checker, session->user);
    if (person->is_disabled || person->is_withdrawn)
      checker_blame(checker, "shut-out", "%s may not work any more and has session %s.", session->user,
                    session->id);
  }
}

/* What can be said only when the database was looked at after an act. */
static void
check_after_act(Checker *checker)
{
  for (guint i = 0; i < checker->answered->len; i++) {
    const char *id = g_ptr_array_index(checker->answered, i);
    if (SESSION(checker, id)->state == NULL)
      checker_blame(checker, "durable", "Session %s was answered and is not in the database.", id);
  }
  g_ptr_array_set_size(checker->answered, 0);
  if (checker->has_new_desktop && count_desktops(checker) > checker->size_most)
    checker_blame(checker, "quota", "The pool has %u desktops; its size is %" G_GINT64_FORMAT ".",
                  count_desktops(checker), checker->size_most);
  checker->has_new_desktop = FALSE;
  if (checker->has_new_owner)
    check_single_desktops(checker);
  checker->has_new_owner = FALSE;
  if (checker->someone_is_out)
    check_people_outside(checker);
  checker->someone_is_out = FALSE;
}

static void
take(Checker *checker, const Event *event)
{
  if (!is_row(event->kind))
    check_after_act(checker);
  checker_take_answer(checker, event);
  checker_take_state(checker, event);
  checker_take_brokers(checker, event);
  checker_take_end(checker, event);
}

static GHashTable *
new_table(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

GPtrArray *
checker_judge(const History *history)
{
  Checker checker = {.history = history,
                     .violations = g_ptr_array_new_with_free_func(violation_free),
                     .desktops = new_table(),
                     .sessions = new_table(),
                     .people = new_table(),
                     .hosts = new_table(),
                     .grants = new_table(),
                     .keys = new_table(),
                     .brokers = g_hash_table_new(NULL, NULL),
                     .calls = g_hash_table_new(NULL, NULL),
                     .answered = g_ptr_array_new(),
                     .size_least = G_MAXINT64,
                     .size_most = G_MAXINT64,
                     .stepped_us = G_MININT64};
  for (checker.index = 0; checker.index < history_length(history); checker.index++)
    take(&checker, history_at(history, checker.index));
  check_after_act(&checker);
  g_hash_table_unref(checker.desktops);
  g_hash_table_unref(checker.sessions);
  g_hash_table_unref(checker.people);
  g_hash_table_unref(checker.hosts);
  g_hash_table_unref(checker.grants);
  g_hash_table_unref(checker.keys);
  g_hash_table_unref(checker.brokers);
  g_hash_table_unref(checker.calls);
  g_ptr_array_unref(checker.answered);
  return checker.violations;
}

/* --- telling people --- */

static gboolean
is_named(const char *sentence, const char *name)
{
  return name != NULL && strstr(sentence, name) != NULL;
}

static gboolean
concerns(const Violation *violation, const Event *event)
{
  switch (event->kind) {
  case EVENT_BROKER_DIED:
  case EVENT_BROKER_STARTED:
  case EVENT_BROKER_STOPPED:
  case EVENT_BROKER_RESUMED:
  case EVENT_KEEPER:
  case EVENT_CLOCK_STEP:
  case EVENT_FAULT:
  case EVENT_RESIZE:
  case EVENT_SETTLED:
  case EVENT_NOT_QUIET:
    return TRUE;
  default:
    return is_named(violation->sentence, event->desktop) || is_named(violation->sentence, event->session) ||
           is_named(violation->sentence, event->user) || is_named(violation->sentence, event->key) ||
           (event->desktop == NULL && is_named(violation->sentence, event->host));
  }
}

char *
checker_explain(const History *history, const Violation *violation)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
  for (guint i = MIN(violation->index + 1, history_length(history)); i-- > 0 && lines->len < LINES_SHOWN;)
    if (i == violation->index || concerns(violation, history_at(history, i)))
      g_ptr_array_add(lines, history_line(history, i));
  GString *text = g_string_new(NULL);
  for (guint i = lines->len; i-- > 0;)
    g_string_append_printf(text, "%s\n", (const char *)g_ptr_array_index(lines, i));
  return g_string_free(text, FALSE);
}
