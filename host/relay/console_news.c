/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay/console_news.h"

static void
add_text(JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_string_value(builder, value);
}

static void
add_console(JsonBuilder *builder, const Console *console)
{
  add_text(builder, "session", console->grant->session);
  add_text(builder, "desktop", console->grant->desktop);
  add_text(builder, "user", console->grant->user);
  add_text(builder, "client", console->client);
  add_text(builder, "viewer", console->grant->viewer);
}

JsonBuilder *
console_news_change(const Console *console, const char *state)
{
  JsonBuilder *builder = json_builder_new();
  json_builder_begin_object(builder);
  add_text(builder, "type", "console");
  add_console(builder, console);
  add_text(builder, "state", state);
  if (console->end_code != CARAWAY_ERROR_LAST)
    add_text(builder, "reason", error_code_name(console->end_code));
  json_builder_end_object(builder);
  return builder;
}

JsonBuilder *
console_news_list(const GPtrArray *consoles, guint first)
{
  guint end = MIN(consoles->len, first + CONSOLE_NEWS_LIST_MAX);
  JsonBuilder *builder = json_builder_new();
  json_builder_begin_object(builder);
  add_text(builder, "type", "consoles");
  json_builder_set_member_name(builder, "sessions");
  json_builder_begin_array(builder);
  for (guint i = first; i < end; i++) {
    json_builder_begin_object(builder);
    add_console(builder, consoles->pdata[i]);
    json_builder_end_object(builder);
  }
  json_builder_end_array(builder);
  json_builder_set_member_name(builder, "more");
  json_builder_add_boolean_value(builder, end < consoles->len);
  json_builder_end_object(builder);
  return builder;
}
