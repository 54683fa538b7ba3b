/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/log.h"

#include "common/base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct {
  const char *program;
  LogLevel threshold;
  gboolean to_journal;
} log_state = {"caraway", LOG_LEVEL_INFO, FALSE};

static const struct {
  const char *name;
  const char *priority; /* syslog, RFC 5424 section 6.2.1 */
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", "3"},
    [LOG_LEVEL_WARNING] = {"warning", "4"},
    [LOG_LEVEL_INFO] = {"info", "6"},
    [LOG_LEVEL_DEBUG] = {"debug", "7"},
};

static LogLevel
level_of_glib(GLogLevelFlags flags)
{
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return LOG_LEVEL_ERROR;
  if (flags & G_LOG_LEVEL_WARNING)
    return LOG_LEVEL_WARNING;
  return flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO) ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
}

/* What a peer sent may end up in a value: it begins no field of its own. */
static void
append_field(GString *line, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_autofree char *shown = text_escape(value);
  gboolean is_word = *shown != '\0' && strpbrk(shown, " =\"\\") == NULL;
  g_auto(GStrv) parts = g_strsplit(shown, "\"", -1);
  g_autofree char *quoted = g_strjoinv("\\\"", parts);
  g_string_append_printf(line, is_word ? " %s=%s" : " %s=\"%s\"", name, is_word ? shown : quoted);
}

static void
write_line(LogLevel level, const LogFields *fields, const char *message)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  g_autofree char *stamp = g_date_time_format(now, "%H:%M:%S");
  g_autofree char *clean = text_escape(message);
  g_autoptr(GString) line = g_string_new(NULL);
  g_string_append_printf(line, "%s %s %s: %s", stamp, levels[level].name, log_state.program, clean);
  if (fields != NULL) {
    append_field(line, "session", fields->session);
    append_field(line, "desktop", fields->desktop);
    append_field(line, "host", fields->host);
    append_field(line, "user", fields->user);
    append_field(line, "code", fields->code);
  }
  g_string_append_c(line, '\n');
  fputs(line->str, stderr);
  fflush(stderr);
}

static void
add_journal_field(GArray *list, const char *key, const char *value)
{
  if (value == NULL)
    return;
  GLogField field = {key, value, -1};
  g_array_append_val(list, field);
}

static void
write_journal(LogLevel level, const LogFields *fields, const char *message)
{
  g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(GLogField));
  g_autofree char *clean = text_escape(message);
  add_journal_field(list, "MESSAGE", clean);
  add_journal_field(list, "PRIORITY", levels[level].priority);
  add_journal_field(list, "SYSLOG_IDENTIFIER", log_state.program);
  if (fields != NULL) {
    add_journal_field(list, "CARAWAY_SESSION", fields->session);
    add_journal_field(list, "CARAWAY_DESKTOP", fields->desktop);
    add_journal_field(list, "CARAWAY_HOST", fields->host);
    add_journal_field(list, "CARAWAY_USER", fields->user);
    add_journal_field(list, "CARAWAY_CODE", fields->code);
  }
  g_log_writer_journald(0, (const GLogField *)(void *)list->data, list->len, NULL);
}

static void
write_to_sink(LogLevel level, const LogFields *fields, const char *message)
{
  if (level > log_state.threshold)
    return;
  if (log_state.to_journal)
    write_journal(level, fields, message);
  else
    write_line(level, fields, message);
}

static GLogWriterOutput
write_glib(GLogLevelFlags flags, const GLogField *fields, gsize count, gpointer data)
{
  for (gsize i = 0; i < count; i++)
    if (g_str_equal(fields[i].key, "MESSAGE"))
      write_to_sink(level_of_glib(flags), NULL, fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

void
log_init(const char *program, LogLevel threshold)
{
  static gsize installed = 0;
  log_state.program = program;
  log_state.threshold = threshold;
  log_state.to_journal = g_log_writer_is_journald(STDERR_FILENO);
  if (g_once_init_enter(&installed)) { /* GLib aborts when a writer is set twice */
    g_log_set_writer_func(write_glib, NULL, NULL);
    g_once_init_leave(&installed, 1);
  }
}

gboolean
log_level_from_name(const char *name, LogLevel *ret_level)
{
  for (guint i = 0; i < G_N_ELEMENTS(levels); i++)
    if (g_strcmp0(levels[i].name, name) == 0) {
      *ret_level = i;
      return TRUE;
    }
  return FALSE;
}

void
log_write(LogLevel level, const LogFields *fields, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  g_autofree char *message = g_strdup_vprintf(format, args);
  va_end(args);
  write_to_sink(level, fields, message);
}
