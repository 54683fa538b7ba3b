/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/history.h"

#define CHUNK_BYTES 4096

struct History {
  GArray *events; /* of Event */
  GStringChunk *texts;
};

static const char *const words[] = {
#define X(suffix, text) text,
    EVENT_KINDS(X)
#undef X
};

History *
history_new(void)
{
  History *history = g_new0(History, 1);
  history->events = g_array_new(FALSE, FALSE, sizeof(Event));
  history->texts = g_string_chunk_new(CHUNK_BYTES);
  return history;
}

static void
keep(History *history, const char **text)
{
  if (*text != NULL)
    *text = g_string_chunk_insert_const(history->texts, *text);
}

void
history_add(History *history, const Event *event)
{
  Event copy = *event;
  keep(history, &copy.user);
  keep(history, &copy.key);
  keep(history, &copy.pool);
  keep(history, &copy.session);
  keep(history, &copy.desktop);
  keep(history, &copy.host);
  keep(history, &copy.text);
  g_array_append_val(history->events, copy);
}

guint
history_length(const History *history)
{
  return history->events->len;
}

const Event *
history_at(const History *history, guint index)
{
  return &g_array_index(history->events, Event, index);
}

static void
append(GString *line, const char *name, const char *value)
{
  if (value != NULL)
    g_string_append_printf(line, " %s=%s", name, value);
}

char *
history_line(const History *history, guint index)
{
  const Event *event = history_at(history, index);
  GString *line = g_string_new(NULL);
  g_string_append_printf(line, "%5u %8.2fs ", index, (double)event->time_us / G_USEC_PER_SEC);
  if (event->broker != 0)
    g_string_append_printf(line, "[%u] ", event->broker);
  if (event->call != 0)
    g_string_append_printf(line, "call %u: ", event->call);
  if (event->user != NULL)
    g_string_append_printf(line, "%s ", event->user);
  g_string_append(line, words[event->kind]);
  append(line, "key", event->key);
  append(line, "pool", event->pool);
  append(line, "session", event->session);
  append(line, "desktop", event->desktop);
  append(line, "host", event->host);
  append(line, "as", event->text);
  if (event->epoch.generation != 0)
    g_string_append_printf(line, " epoch=%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT, event->epoch.generation,
                           event->epoch.counter);
  if (event->number != 0 || event->wanted != 0)
    g_string_append_printf(line, " number=%" G_GINT64_FORMAT, event->number);
  if (event->wanted != 0)
    g_string_append_printf(line, " of %" G_GINT64_FORMAT, event->wanted);
  return g_string_free(line, FALSE);
}

void
history_free(History *history)
{
  if (history == NULL)
    return;
  g_array_unref(history->events);
  g_string_chunk_free(history->texts);
  g_free(history);
}
