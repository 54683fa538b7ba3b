/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/host_message.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/wire/message_table.h"

#include <string.h>

#define MAX_ITEMS    4096
#define MAX_NAME     128
#define MAX_CODE     64
#define MAX_TEXT     1024
#define MAX_DISK_MIB (16 * 1024 * 1024)
#define MAX_MIB      (G_GINT64_CONSTANT(1) << 40)

#define TEXT(type, member, limit)                                                                            \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_TEXT, .offset = offsetof(type, member), .maximum = (limit)               \
  }
#define OPTIONAL_TEXT(type, member, limit)                                                                   \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_TEXT, .offset = offsetof(type, member), .maximum = (limit),              \
    .optional = TRUE                                                                                         \
  }
#define UUID(type, member)                                                                                   \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_UUID, .offset = offsetof(type, member)                                   \
  }
#define INT(type, member, low, high)                                                                         \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_INT, .offset = offsetof(type, member), .minimum = (low),                 \
    .maximum = (high)                                                                                        \
  }
#define BOOL(type, member)                                                                                   \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_BOOL, .offset = offsetof(type, member)                                   \
  }
#define OPTIONAL_BOOL(type, member)                                                                          \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_BOOL, .offset = offsetof(type, member), .optional = TRUE                 \
  }
#define EPOCH(type, member)                                                                                  \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_EPOCH, .offset = offsetof(type, member)                                  \
  }
#define CHOICE(type, member, words)                                                                          \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_CHOICE, .offset = offsetof(type, member), .choices = (words)             \
  }
#define OPTIONAL_CHOICE(type, member, words)                                                                 \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_CHOICE, .offset = offsetof(type, member), .choices = (words),            \
    .optional = TRUE                                                                                         \
  }
#define OBJECT(type, member, table)                                                                          \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_OBJECT, .offset = offsetof(type, member), .members = (table)             \
  }
#define LIST(type, member, counter, item, table)                                                             \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_LIST, .offset = offsetof(type, member), .maximum = MAX_ITEMS,            \
    .members = (table), .size = sizeof(item), .count_offset = offsetof(type, counter)                        \
  }
#define OPTIONAL_LIST(type, member, counter, item, table, limit)                                             \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_LIST, .offset = offsetof(type, member), .maximum = (limit),              \
    .members = (table), .size = sizeof(item), .count_offset = offsetof(type, counter), .optional = TRUE      \
  }
#define END                                                                                                  \
  {                                                                                                          \
    .name = NULL                                                                                             \
  }

static const char *const accelerator_words[] = {"kvm", "tcg", NULL};
static const char *const power_words[] = {"cloning", "starting", "up", "off", "failed", NULL};
static const char *const kind_words[] = {"floating", "dedicated", "adopted", NULL};
static const char *const made_kind_words[] = {"floating", "dedicated", NULL}; /* the first of kind_words */
static const char *const image_state_words[] = {"present", "damaged", NULL};
static const char *const console_state_words[] = {"connected", "disconnected", NULL};
static const char *const command_words[] = {"create", "destroy", "restart", "reset",  "shutdown",
                                            "epoch",  "cut",     "lock",    "logoff", "message",
                                            "start",  "adopt",   "release", NULL};

static const MessageMember capacity_table[] = {
    INT(HostCapacity, cpus, 0, 65536),
    INT(HostCapacity, memory_mib, 0, MAX_MIB),
    INT(HostCapacity, memory_free_mib, 0, MAX_MIB),
    INT(HostCapacity, disk_free_mib, 0, MAX_MIB),
    END,
};

static const MessageMember image_table[] = {
    TEXT(HostImage, name, MAX_NAME),
    TEXT(HostImage, hash, MAX_NAME),
    INT(HostImage, size_mib, 0, MAX_MIB),
    OPTIONAL_CHOICE(HostImage, state, image_state_words),
    OPTIONAL_TEXT(HostImage, detail, MAX_TEXT),
    END,
};

static const MessageMember guest_table[] = {
    BOOL(HostGuest, ready),
    OPTIONAL_TEXT(HostGuest, user, MAX_NAME),
    {.name = "idle_ms",
     .kind = MEMBER_INT,
     .offset = offsetof(HostGuest, idle_ms),
     .maximum = G_MAXINT64,
     .absent = HOST_IDLE_UNKNOWN,
     .optional = TRUE},
    OPTIONAL_BOOL(HostGuest, locked),
    END,
};

static const MessageMember desktop_table[] = {
    UUID(HostDesktop, id),
    TEXT(HostDesktop, name, MAX_NAME),
    TEXT(HostDesktop, pool, MAX_NAME),
    EPOCH(HostDesktop, epoch),
    OPTIONAL_CHOICE(HostDesktop, kind, kind_words),
    CHOICE(HostDesktop, power, power_words),
    OBJECT(HostDesktop, guest, guest_table),
    TEXT(HostDesktop, step, MAX_TEXT),
    INT(HostDesktop, progress, 0, 100),
    INT(HostDesktop, since_ms, 0, G_MAXINT64),
    OPTIONAL_TEXT(HostDesktop, code, MAX_CODE),
    OPTIONAL_TEXT(HostDesktop, detail, MAX_TEXT),
    END,
};

static const MessageMember console_table[] = {
    UUID(HostConsole, session),
    UUID(HostConsole, desktop),
    TEXT(HostConsole, client, MAX_NAME),
    TEXT(HostConsole, viewer, MAX_CODE),
    OPTIONAL_CHOICE(HostConsole, state, console_state_words),
    OPTIONAL_TEXT(HostConsole, reason, MAX_CODE),
    END,
};

static const MessageMember quarantined_table[] = {
    TEXT(HostQuarantined, name, MAX_NAME),
    TEXT(HostQuarantined, reason, MAX_TEXT),
    END,
};

static const MessageMember foreign_table[] = {
    UUID(HostForeign, uuid),
    TEXT(HostForeign, name, MAX_NAME),
    CHOICE(HostForeign, power, power_words),
    BOOL(HostForeign, adoptable),
    OPTIONAL_TEXT(HostForeign, reason, MAX_TEXT),
    END,
};

static const MessageMember disk_table[] = {
    INT(HostDisk, size_mib, 1, MAX_DISK_MIB),
    END,
};

static const MessageMember grant_key_table[] = {
    TEXT(HostGrantKey, id, MAX_CODE),
    TEXT(HostGrantKey, public_key, MAX_NAME),
    END,
};

static const MessageMember revoked_key_table[] = {
    TEXT(HostGrantKey, id, MAX_CODE),
    END,
};

static const MessageMember desktop_ref_table[] = {
    UUID(HostDesktopRef, id),
    EPOCH(HostDesktopRef, epoch),
    END,
};

static const MessageMember relay_table[] = {
    {.name = "address", .kind = MEMBER_TEXT, .offset = 0, .maximum = MAX_NAME},
    {.name = "port",
     .kind = MEMBER_INT,
     .offset = offsetof(HostHello, relay.port) - offsetof(HostHello, relay),
     .minimum = 0,
     .maximum = 65535},
    END,
};

static const MessageMember hello_table[] = {
    {.name = "versions", .kind = MEMBER_VERSIONS, .offset = offsetof(HostHello, versions)},
    TEXT(HostHello, host, MAX_NAME),
    TEXT(HostHello, boot_id, MAX_NAME),
    {.name = "said_us",
     .kind = MEMBER_INT,
     .offset = offsetof(HostHello, said_us),
     .maximum = G_MAXINT64,
     .optional = TRUE},
    TEXT(HostHello, agent_version, MAX_CODE),
    CHOICE(HostHello, accelerator, accelerator_words),
    TEXT(HostHello, accelerator_reason, MAX_TEXT),
    OBJECT(HostHello, capacity, capacity_table),
    OBJECT(HostHello, relay, relay_table),
    LIST(HostHello, images, image_count, HostImage, image_table),
    LIST(HostHello, desktops, desktop_count, HostDesktop, desktop_table),
    LIST(HostHello, consoles, console_count, HostConsole, console_table),
    LIST(HostHello, quarantined, quarantined_count, HostQuarantined, quarantined_table),
    OPTIONAL_LIST(HostHello, foreign, foreign_count, HostForeign, foreign_table, HOST_MESSAGE_MAX_FOREIGN),
    END,
};

static const MessageMember heartbeat_table[] = {
    OBJECT(HostHeartbeat, capacity, capacity_table),
    END,
};

static const MessageMember result_table[] = {
    INT(HostResult, command, 0, G_MAXINT64),
    BOOL(HostResult, ok),
    OPTIONAL_TEXT(HostResult, code, MAX_CODE),
    OPTIONAL_TEXT(HostResult, detail, MAX_TEXT),
    END,
};

static const MessageMember desktop_gone_table[] = {
    UUID(HostDesktopGone, id),
    EPOCH(HostDesktopGone, epoch),
    TEXT(HostDesktopGone, reason, MAX_TEXT),
    END,
};

static const MessageMember boot_log_table[] = {
    INT(HostBootLog, request, 0, G_MAXINT64),
    {.name = "text",
     .kind = MEMBER_LONG_TEXT,
     .offset = offsetof(HostBootLog, text),
     .maximum = HOST_MESSAGE_MAX_BOOT_LOG},
    END,
};

static const MessageMember images_table[] = {
    LIST(HostImages, images, image_count, HostImage, image_table),
    END,
};

static const MessageMember foreign_list_table[] = {
    {.name = "domains",
     .kind = MEMBER_LIST,
     .offset = offsetof(HostForeignList, domains),
     .maximum = HOST_MESSAGE_MAX_FOREIGN,
     .members = foreign_table,
     .size = sizeof(HostForeign),
     .count_offset = offsetof(HostForeignList, domain_count)},
    OPTIONAL_LIST(HostForeignList, quarantined, quarantined_count, HostQuarantined, quarantined_table,
                  MAX_ITEMS),
    END,
};

static const MessageMember broker_table[] = {
    TEXT(HostBroker, url, MAX_TEXT),
    END,
};

static const MessageMember welcome_table[] = {
    INT(HostWelcome, version, 1, 63),
    UUID(HostWelcome, installation),
    INT(HostWelcome, term, 0, G_MAXINT64),
    INT(HostWelcome, broker_time_ms, 0, G_MAXINT64),
    INT(HostWelcome, heartbeat_ms, 100, 600000),
    LIST(HostWelcome, grant_keys, grant_key_count, HostGrantKey, grant_key_table),
    LIST(HostWelcome, desktops, desktop_count, HostDesktopRef, desktop_ref_table),
    OPTIONAL_LIST(HostWelcome, brokers, broker_count, HostBroker, broker_table, HOST_MESSAGE_MAX_BROKERS),
    OPTIONAL_LIST(HostWelcome, revoked_keys, revoked_key_count, HostGrantKey, revoked_key_table, MAX_ITEMS),
    END,
};

static const MessageMember time_table[] = {
    INT(HostTime, broker_time_ms, 0, G_MAXINT64),
    END,
};

static const MessageMember keys_table[] = {
    LIST(HostKeys, grant_keys, grant_key_count, HostGrantKey, grant_key_table),
    OPTIONAL_LIST(HostKeys, revoked_keys, revoked_key_count, HostGrantKey, revoked_key_table, MAX_ITEMS),
    END,
};

static const MessageMember command_table[] = {
    INT(HostCommand, id, 0, G_MAXINT64), INT(HostCommand, term, 0, G_MAXINT64),    UUID(HostCommand, desktop),
    EPOCH(HostCommand, epoch),           CHOICE(HostCommand, kind, command_words), END,
};

static const MessageMember create_table[] = {
    TEXT(HostCommand, name, MAX_NAME),
    TEXT(HostCommand, pool, MAX_NAME),
    TEXT(HostCommand, image, MAX_NAME),
    INT(HostCommand, vcpus, 1, 256),
    INT(HostCommand, memory_mib, 16, MAX_MIB),
    INT(HostCommand, heads, 1, 4),
    OPTIONAL_TEXT(HostCommand, account, MAX_NAME),
    {.name = "desktop_kind",
     .kind = MEMBER_CHOICE,
     .offset = offsetof(HostCommand, desktop_kind),
     .choices = made_kind_words,
     .optional = TRUE},
    OPTIONAL_LIST(HostCommand, disks, disk_count, HostDisk, disk_table, HOST_COMMAND_MAX_DISKS),
    OPTIONAL_TEXT(HostCommand, network, MAX_NAME),
    END,
};

static const MessageMember adopt_table[] = {
    TEXT(HostCommand, name, MAX_NAME),
    OPTIONAL_TEXT(HostCommand, pool, MAX_NAME),
    END,
};

static const MessageMember cut_table[] = {
    UUID(HostCommand, session),
    TEXT(HostCommand, reason, MAX_CODE),
    END,
};

static const MessageMember message_table[] = {
    TEXT(HostCommand, title, MAX_TEXT),
    {.name = "text", .kind = MEMBER_LONG_TEXT, .offset = offsetof(HostCommand, text), .maximum = 4096},
    END,
};

static const MessageMember boot_log_request_table[] = {
    INT(HostBootLogRequest, request, 0, G_MAXINT64),
    UUID(HostBootLogRequest, desktop),
    END,
};

static const MessageMember empty_table[] = {END};

static const struct {
  const char *word;
  const MessageMember *table;
} types[HOST_MESSAGE_TYPES] = {
    [HOST_MESSAGE_HELLO] = {"hello", hello_table},
    [HOST_MESSAGE_HEARTBEAT] = {"heartbeat", heartbeat_table},
    [HOST_MESSAGE_RESULT] = {"result", result_table},
    [HOST_MESSAGE_DESKTOP] = {"desktop", desktop_table},
    [HOST_MESSAGE_DESKTOP_GONE] = {"desktop-gone", desktop_gone_table},
    [HOST_MESSAGE_CONSOLE] = {"console", console_table},
    [HOST_MESSAGE_BOOT_LOG] = {"boot-log", boot_log_table},
    [HOST_MESSAGE_IMAGES] = {"images", images_table},
    [HOST_MESSAGE_FOREIGN] = {"foreign", foreign_list_table},
    [HOST_MESSAGE_WELCOME] = {"welcome", welcome_table},
    [HOST_MESSAGE_TIME] = {"time", time_table},
    [HOST_MESSAGE_KEYS] = {"keys", keys_table},
    [HOST_MESSAGE_COMMAND] = {"command", command_table},
    [HOST_MESSAGE_BOOT_LOG_REQUEST] = {"boot-log?", boot_log_request_table},
    [HOST_MESSAGE_IMAGES_REQUEST] = {"images?", empty_table},
};

/* What a kind of command carries beyond the members that all have. */
static const MessageMember *
command_extra(int kind)
{
  switch (kind) {
  case HOST_COMMAND_CREATE:
    return create_table;
  case HOST_COMMAND_ADOPT:
    return adopt_table;
  case HOST_COMMAND_CUT:
    return cut_table;
  case HOST_COMMAND_MESSAGE:
    return message_table;
  default:
    return empty_table;
  }
}

static gboolean
find_type(const char *word, HostMessageType *ret_type)
{
  for (guint i = 0; i < HOST_MESSAGE_TYPES; i++)
    if (strcmp(types[i].word, word) == 0) {
      *ret_type = (HostMessageType)i;
      return TRUE;
    }
  return FALSE;
}

HostMessage *
host_message_parse(const char *text, gsize size, GError **error)
{
  g_autoptr(JsonObject) object = json_parse_object(text, size, HOST_MESSAGE_MAX_SIZE, error);
  if (object == NULL)
    return NULL;
  const char *word = json_get_string(object, "type", MAX_CODE, error);
  if (word == NULL)
    return NULL;
  HostMessageType type;
  if (!find_type(word, &type)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL, "There is no host message “%s”.", word);
    return NULL;
  }
  g_autoptr(HostMessage) message = g_new0(HostMessage, 1);
  message->type = type;
  message->source = json_object_ref(object);
  if (!message_table_parse(types[type].table, object, &message->hello, error))
    return NULL;
  if (type == HOST_MESSAGE_COMMAND &&
      !message_table_parse(command_extra(message->command.kind), object, &message->command, error))
    return NULL;
  return g_steal_pointer(&message);
}

char *
host_message_build(const HostMessage *message)
{
  JsonWriter *writer = json_writer_new();
  json_writer_begin_object(writer, NULL);
  json_writer_add_text(writer, "type", types[message->type].word);
  message_table_build(types[message->type].table, &message->hello, writer);
  if (message->type == HOST_MESSAGE_COMMAND)
    message_table_build(command_extra(message->command.kind), &message->command, writer);
  json_writer_end_object(writer);
  return json_writer_finish(writer);
}

void
host_message_free(HostMessage *message)
{
  if (message == NULL)
    return;
  message_table_clear(types[message->type].table, &message->hello);
  if (message->type == HOST_MESSAGE_COMMAND)
    message_table_clear(command_extra(message->command.kind), &message->command);
  g_clear_pointer(&message->source, json_object_unref);
  g_free(message);
}

const char *
host_power_name(HostPower power)
{
  return power_words[power];
}

const char *
host_kind_name(HostDesktopKind kind)
{
  return kind_words[kind];
}

const char *
host_accelerator_name(HostAccelerator accelerator)
{
  return accelerator_words[accelerator];
}

const char *
host_command_name(HostCommandKind kind)
{
  return command_words[kind];
}
