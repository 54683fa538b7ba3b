/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/desktop_record.h"

#include "common/base/json.h"
#include "common/wire/message_table.h"

#define MAX_RECORD_SIZE 16384
#define MAX_NAME        128
#define MAX_DETAIL      1024

static const char *const stage_words[] = {"creating",   "running",   "off", "failed",
                                          "destroying", "destroyed", NULL};

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

static const MessageMember record_table[] = {
    UUID(id),
    UUID(installation),
    TEXT(name, MAX_NAME, FALSE),
    TEXT(pool, MAX_NAME, FALSE),
    TEXT(image, MAX_NAME, FALSE),
    TEXT(account, MAX_NAME, TRUE),
    {.name = "epoch", .kind = MEMBER_EPOCH, .offset = offsetof(DesktopRecord, epoch)},
    INT(vcpus, 1, 256),
    INT(memory_mib, 16, G_GINT64_CONSTANT(1) << 40),
    INT(heads, 1, 4),
    {.name = "stage",
     .kind = MEMBER_CHOICE,
     .offset = offsetof(DesktopRecord, stage),
     .choices = stage_words},
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
      .pool = (char *)command->pool,
      .image = (char *)command->image,
      .account = (char *)command->account,
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
  if (!message_table_parse(record_table, object, &borrowed, error))
    return NULL;
  return desktop_record_copy(&borrowed);
}

char *
desktop_record_text(const DesktopRecord *record)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  message_table_build(record_table, record, builder);
  json_builder_end_object(builder);
  return json_builder_text(builder);
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
  g_free(record->code);
  g_free(record->detail);
  g_free(record);
}
