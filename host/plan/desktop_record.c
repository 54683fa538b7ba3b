/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/desktop_record.h"

#include "common/base/json.h"
#include "common/wire/message_table.h"

#define MAX_RECORD_SIZE 16384
#define MAX_NAME        128
#define MAX_DETAIL      1024

static const char *const stage_words[] = {"creating",   "running",   "off", "failed",
                                          "destroying", "destroyed", NULL};
static const char *const kind_words[] = {"floating", "dedicated", "adopted", NULL};
static const char *const wish_words[] = {"none", "off", "off-then-on", NULL};

#define TEXT(member, limit, is_optional)                                                                     \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_TEXT, .offset = offsetof(DesktopRecord, member), .maximum = (limit),     \
    .optional = (is_optional)                                                                                \
  }
#define UUID(member)                                                                                         \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_UUID, .offset = offsetof(DesktopRecord, member)                          \
  }
#define INT(member, low, high)                                                                               \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_INT, .offset = offsetof(DesktopRecord, member), .minimum = (low),        \
    .maximum = (high)                                                                                        \
  }

#define CHOICE(member, words, is_optional)                                                                   \
  {                                                                                                          \
    .name = #member, .kind = MEMBER_CHOICE, .offset = offsetof(DesktopRecord, member), .choices = (words),   \
    .optional = (is_optional)                                                                                \
  }

static const MessageMember disk_table[] = {
    {.name = "size_mib",
     .kind = MEMBER_INT,
     .offset = offsetof(HostDisk, size_mib),
     .minimum = 1,
     .maximum = G_GINT64_CONSTANT(1) << 40},
    {.name = NULL},
};

static const MessageMember record_table[] = {
    UUID(id),
    UUID(installation),
    TEXT(name, MAX_NAME, FALSE),
    TEXT(pool, MAX_NAME, FALSE),
    TEXT(image, MAX_NAME, FALSE),
    TEXT(account, MAX_NAME, TRUE),
    {.name = "epoch", .kind = MEMBER_EPOCH, .offset = offsetof(DesktopRecord, epoch)},
    TEXT(network, MAX_NAME, TRUE),
    TEXT(base, MAX_NAME, TRUE),
    CHOICE(kind, kind_words, TRUE),
    INT(vcpus, 1, 256),
    INT(memory_mib, 16, G_GINT64_CONSTANT(1) << 40),
    INT(heads, 1, 4),
    {.name = "disks",
     .kind = MEMBER_LIST,
     .offset = offsetof(DesktopRecord, disks),
     .maximum = HOST_COMMAND_MAX_DISKS,
     .members = disk_table,
     .size = sizeof(HostDisk),
     .count_offset = offsetof(DesktopRecord, disk_count),
     .optional = TRUE},
    CHOICE(stage, stage_words, FALSE),
    CHOICE(wish, wish_words, TRUE),
    {.name = "is_quarantined",
     .kind = MEMBER_BOOL,
     .offset = offsetof(DesktopRecord, is_quarantined),
     .optional = TRUE},
    TEXT(code, 64, TRUE),
    TEXT(detail, MAX_DETAIL, TRUE),
    {.name = NULL},
};

DesktopRecord *
desktop_record_copy(const DesktopRecord *record)
{
  DesktopRecord *copy = g_memdup2(record, sizeof *record);
  copy->id = g_strdup(record->id);
  copy->installation = g_strdup(record->installation);
  copy->name = g_strdup(record->name);
  copy->pool = g_strdup(record->pool);
  copy->image = g_strdup(record->image);
  copy->account = g_strdup(record->account);
  copy->network = g_strdup(record->network);
  copy->base = g_strdup(record->base);
  copy->disks = g_memdup2(record->disks, record->disk_count * sizeof(HostDisk));
  copy->code = g_strdup(record->code);
  copy->detail = g_strdup(record->detail);
  return copy;
}

DesktopRecord *
desktop_record_new(const char *installation, const HostCommand *command)
{
  const DesktopRecord borrowed = {
      .id = (char *)command->desktop,
      .installation = (char *)installation,
      .name = (char *)command->name,
      .pool = (char *)(command->pool != NULL ? command->pool : ""),
      .image = (char *)(command->image != NULL ? command->image : ""),
      .account = (char *)command->account,
      .network = (char *)command->network,
      .kind = command->kind == HOST_COMMAND_ADOPT ? (int)HOST_KIND_ADOPTED : command->desktop_kind,
      .disks = command->disks,
      .disk_count = command->disk_count,
      .epoch = command->epoch,
      .vcpus = command->vcpus,
      .memory_mib = command->memory_mib,
      .heads = command->heads,
      .stage = DESKTOP_STAGE_CREATING,
  };
  return desktop_record_copy(&borrowed);
}

DesktopRecord *
desktop_record_parse(const char *text, gsize size, GError **error)
{
  g_autoptr(JsonObject) object = json_parse_object(text, size, MAX_RECORD_SIZE, error);
  if (object == NULL)
    return NULL;
  DesktopRecord borrowed = {0};
  gboolean is_good = message_table_parse(record_table, object, &borrowed, error);
  DesktopRecord *record = is_good ? desktop_record_copy(&borrowed) : NULL;
  message_table_clear(record_table, &borrowed);
  return record;
}

char *
desktop_record_text(const DesktopRecord *record)
{
  JsonWriter *writer = json_writer_new();
  json_writer_begin_object(writer, NULL);
  message_table_build(record_table, record, writer);
  json_writer_end_object(writer);
  return json_writer_finish(writer);
}

void
desktop_record_set_stage(DesktopRecord *record, DesktopStage stage, const char *code, const char *detail)
{
  record->stage = stage;
  g_free(record->code);
  record->code = g_strdup(code);
  g_free(record->detail);
  record->detail = g_strdup(detail);
}

gboolean
desktop_record_is_kept(const DesktopRecord *record)
{
  return record->kind != HOST_KIND_FLOATING;
}

void
desktop_record_free(DesktopRecord *record)
{
  if (record == NULL)
    return;
  g_free(record->id);
  g_free(record->installation);
  g_free(record->name);
  g_free(record->pool);
  g_free(record->image);
  g_free(record->account);
  g_free(record->network);
  g_free(record->base);
  g_free(record->disks);
  g_free(record->code);
  g_free(record->detail);
  g_free(record);
}
