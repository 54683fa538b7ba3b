/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relay_message.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/wire/message_table.h"

#include <string.h>

#define MAX_ITEMS 4096
#define MAX_NAME  256
#define MAX_CODE  64

static const char *const state_words[] = {"connected", "disconnected", NULL};

#define TEXT(type, member, limit)                                                                            \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_TEXT, .offset = offsetof(type, member), .maximum = (limit)               \
  }
#define UUID(type, member)                                                                                   \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_UUID, .offset = offsetof(type, member)                                   \
  }
#define INT(type, member)                                                                                    \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_INT, .offset = offsetof(type, member), .maximum = G_MAXINT64             \
  }
#define LIST(type, member, counter, item, table)                                                             \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_LIST, .offset = offsetof(type, member), .maximum = MAX_ITEMS,            \
    .members = (table), .size = sizeof(item), .count_offset = offsetof(type, counter)                        \
  }
#define END                                                                                                  \
  {                                                                                                          \
    .name = NULL                                                                                             \
  }

static const MessageMember open_table[] = {
    INT(RelayOpen, request),
    UUID(RelayOpen, desktop),
    TEXT(RelayOpen, channel, MAX_CODE),
    END,
};

static const MessageMember console_table[] = {
    UUID(RelayConsole, session),
    UUID(RelayConsole, desktop),
    TEXT(RelayConsole, user, MAX_NAME),
    TEXT(RelayConsole, client, MAX_NAME),
    TEXT(RelayConsole, viewer, MAX_CODE),
    {.name = "state",
     .kind = MEMBER_CHOICE,
     .offset = offsetof(RelayConsole, state),
     .choices = state_words,
     .optional = TRUE},
    {.name = "reason",
     .kind = MEMBER_TEXT,
     .offset = offsetof(RelayConsole, reason),
     .maximum = MAX_CODE,
     .optional = TRUE},
    END,
};

static const MessageMember consoles_table[] = {
    LIST(RelayMessage, sessions, session_count, RelayConsole, console_table),
    END,
};

static const MessageMember key_table[] = {
    TEXT(HostGrantKey, id, MAX_CODE),
    TEXT(HostGrantKey, public_key, MAX_NAME),
    END,
};

static const MessageMember revoked_table[] = {
    TEXT(HostGrantKey, id, MAX_CODE),
    END,
};

static const MessageMember desktop_table[] = {
    UUID(HostDesktopRef, id),
    {.name = "epoch", .kind = MEMBER_EPOCH, .offset = offsetof(HostDesktopRef, epoch)},
    END,
};

static const MessageMember state_table[] = {
    UUID(RelayState, installation),
    TEXT(RelayState, host, MAX_NAME),
    LIST(RelayState, grant_keys, grant_key_count, HostGrantKey, key_table),
    LIST(RelayState, revoked_keys, revoked_key_count, HostGrantKey, revoked_table),
    INT(RelayState, broker_time_ms),
    LIST(RelayState, desktops, desktop_count, HostDesktopRef, desktop_table),
    END,
};

static const MessageMember keys_table[] = {
    LIST(RelayState, grant_keys, grant_key_count, HostGrantKey, key_table),
    LIST(RelayState, revoked_keys, revoked_key_count, HostGrantKey, revoked_table),
    END,
};

static const MessageMember time_table[] = {
    INT(RelayState, broker_time_ms),
    END,
};

static gboolean
read_members(RelayMessage *message, const char *type, JsonObject *object, GError **error)
{
  if (strcmp(type, "open") == 0) {
    message->type = RELAY_MESSAGE_OPEN;
    return message_table_parse(open_table, object, &message->open, error);
  }
  if (strcmp(type, "console") == 0) {
    message->type = RELAY_MESSAGE_CONSOLE;
    return message_table_parse(console_table, object, &message->console, error);
  }
  if (strcmp(type, "consoles") == 0) {
    message->type = RELAY_MESSAGE_CONSOLES;
    return message_table_parse(consoles_table, object, message, error);
  }
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL, "There is no relay message “%s”.", type);
  return FALSE;
}

RelayMessage *
relay_message_parse(const char *text, gsize size, GError **error)
{
  JsonObject *object = json_parse_object(text, size, RELAY_MESSAGE_MAX_SIZE, error);
  if (object == NULL)
    return NULL;
  g_autoptr(RelayMessage) message = g_new0(RelayMessage, 1);
  message->source = object;
  const char *type = json_get_string(object, "type", MAX_CODE, error);
  if (type == NULL || !read_members(message, type, object, error))
    return NULL;
  return g_steal_pointer(&message);
}

void
relay_message_free(RelayMessage *message)
{
  if (message == NULL)
    return;
  message_table_clear(consoles_table, message);
  json_object_unref(message->source);
  g_free(message);
}

static char *
build(const char *type, const MessageMember *table, gconstpointer source)
{
  JsonWriter *writer = json_writer_new();
  json_writer_begin_object(writer, NULL);
  json_writer_add_text(writer, "type", type);
  message_table_build(table, source, writer);
  json_writer_end_object(writer);
  return json_writer_finish(writer);
}

char *
relay_message_state(const RelayState *state)
{
  return build("state", state_table, state);
}

char *
relay_message_keys(const HostKeys *keys)
{
  const RelayState state = {.grant_keys = keys->grant_keys,
                            .grant_key_count = keys->grant_key_count,
                            .revoked_keys = keys->revoked_keys,
                            .revoked_key_count = keys->revoked_key_count};
  return build("keys", keys_table, &state);
}

char *
relay_message_brokers(const char *const *urls)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "type");
  json_builder_add_string_value(builder, "brokers");
  json_builder_set_member_name(builder, "brokers");
  json_builder_begin_array(builder);
  for (; *urls != NULL; urls++)
    json_builder_add_string_value(builder, *urls);
  json_builder_end_array(builder);
  json_builder_end_object(builder);
  return json_builder_text(builder);
}

char *
relay_message_time(gint64 broker_time_ms)
{
  const RelayState state = {.broker_time_ms = broker_time_ms};
  return build("time", time_table, &state);
}

char *
relay_message_desktop(const char *id, Epoch epoch)
{
  const HostDesktopRef desktop = {id, epoch};
  return build("desktop", desktop_table, &desktop);
}

char *
relay_message_desktop_gone(const char *id)
{
  static const MessageMember table[] = {UUID(HostDesktopRef, id), END};
  const HostDesktopRef desktop = {.id = id};
  return build("desktop-gone", table, &desktop);
}

char *
relay_message_cut(const char *session, const char *reason)
{
  static const MessageMember table[] = {UUID(RelayConsole, session), TEXT(RelayConsole, reason, MAX_CODE),
                                        END};
  const RelayConsole console = {.session = session, .reason = reason};
  return build("cut", table, &console);
}

char *
relay_message_opened(gint64 request, const GError *error)
{
  static const MessageMember table[] = {
      {.name = "request", .kind = MEMBER_INT, .offset = offsetof(HostResult, command), .maximum = G_MAXINT64},
      {.name = "ok", .kind = MEMBER_BOOL, .offset = offsetof(HostResult, ok)},
      {.name = "code",
       .kind = MEMBER_TEXT,
       .offset = offsetof(HostResult, code),
       .maximum = MAX_CODE,
       .optional = TRUE},
      {.name = "detail",
       .kind = MEMBER_TEXT,
       .offset = offsetof(HostResult, detail),
       .maximum = 1024,
       .optional = TRUE},
      END,
  };
  const HostResult result = {.command = request,
                             .ok = error == NULL,
                             .code = error != NULL ? error_stable_name(error) : NULL,
                             .detail = error != NULL ? error->message : NULL};
  return build("opened", table, &result);
}
