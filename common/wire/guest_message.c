/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/guest_message.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/text.h"

#include <string.h>

#define LENGTH_BYTES 4

struct GuestFrameReader {
  GByteArray *buffer;
  gsize taken; /* bytes at the start of the buffer that were handed out already */
};

GuestFrameResult
guest_frame_parse(const guint8 *bytes, gsize size, gsize *ret_body_bytes)
{
  if (size < LENGTH_BYTES)
    return GUEST_FRAME_NEED_MORE;
  guint32 length = bytes[0] | (guint32)bytes[1] << 8 | (guint32)bytes[2] << 16 | (guint32)bytes[3] << 24;
  if (length == 0 || length > GUEST_FRAME_MAX_BYTES)
    return GUEST_FRAME_BAD;
  if (size - LENGTH_BYTES < length)
    return GUEST_FRAME_NEED_MORE;
  *ret_body_bytes = length;
  return GUEST_FRAME_DONE;
}

GuestFrameReader *
guest_frame_reader_new(void)
{
  GuestFrameReader *reader = g_new0(GuestFrameReader, 1);
  reader->buffer = g_byte_array_new();
  return reader;
}

static void
drop_taken(GuestFrameReader *reader)
{
  if (reader->taken > 0)
    g_byte_array_remove_range(reader->buffer, 0, reader->taken);
  reader->taken = 0;
}

void
guest_frame_reader_push(GuestFrameReader *reader, const guint8 *bytes, gsize size)
{
  drop_taken(reader);
  g_byte_array_append(reader->buffer, bytes, size);
}

GuestFrameResult
guest_frame_reader_next(GuestFrameReader *reader, const char **ret_body, gsize *ret_body_bytes)
{
  drop_taken(reader);
  gsize body_bytes;
  GuestFrameResult result = guest_frame_parse(reader->buffer->data, reader->buffer->len, &body_bytes);
  if (result != GUEST_FRAME_DONE)
    return result;
  reader->taken = LENGTH_BYTES + body_bytes;
  *ret_body = (const char *)reader->buffer->data + LENGTH_BYTES;
  *ret_body_bytes = body_bytes;
  return GUEST_FRAME_DONE;
}

void
guest_frame_reader_reset(GuestFrameReader *reader)
{
  g_byte_array_set_size(reader->buffer, 0);
  reader->taken = 0;
}

void
guest_frame_reader_free(GuestFrameReader *reader)
{
  if (reader == NULL)
    return;
  g_byte_array_unref(reader->buffer);
  g_free(reader);
}

/* Members that a message can carry, as bits; the order of FIELDS. */
enum {
  HAS_VERSION = 1 << 0,
  HAS_AGENT_VERSION = 1 << 1,
  HAS_USER = 1 << 2,
  HAS_MS = 1 << 3,
  HAS_LOCKED = 1 << 4,
  HAS_REQUEST = 1 << 5,
  HAS_OK = 1 << 6,
  HAS_DETAIL = 1 << 7,
  HAS_TITLE = 1 << 8,
  HAS_TEXT = 1 << 9,
};

typedef enum { FIELD_INT, FIELD_BOOL, FIELD_LINE, FIELD_LINE_OR_NULL, FIELD_TEXT } FieldKind;

typedef struct {
  guint bit;
  const char *name;
  FieldKind kind;
  gsize offset;
  gint64 limit; /* largest number, or bytes of a text */
} Field;

static const Field FIELDS[] = {
    {HAS_VERSION, "version", FIELD_INT, G_STRUCT_OFFSET(GuestMessage, version), 1000},
    {HAS_AGENT_VERSION, "agent_version", FIELD_LINE_OR_NULL, G_STRUCT_OFFSET(GuestMessage, agent_version),
     GUEST_VERSION_MAX_BYTES},
    {HAS_USER, "user", FIELD_LINE_OR_NULL, G_STRUCT_OFFSET(GuestMessage, user), GUEST_USER_MAX_BYTES},
    {HAS_MS, "ms", FIELD_INT, G_STRUCT_OFFSET(GuestMessage, idle_ms), G_MAXINT64},
    {HAS_LOCKED, "locked", FIELD_BOOL, G_STRUCT_OFFSET(GuestMessage, is_locked), 0},
    {HAS_REQUEST, "request", FIELD_INT, G_STRUCT_OFFSET(GuestMessage, request), G_MAXINT64},
    {HAS_OK, "ok", FIELD_BOOL, G_STRUCT_OFFSET(GuestMessage, is_ok), 0},
    {HAS_DETAIL, "detail", FIELD_LINE_OR_NULL, G_STRUCT_OFFSET(GuestMessage, detail), GUEST_DETAIL_MAX_BYTES},
    {HAS_TITLE, "title", FIELD_LINE, G_STRUCT_OFFSET(GuestMessage, title), GUEST_TITLE_MAX_BYTES},
    {HAS_TEXT, "text", FIELD_TEXT, G_STRUCT_OFFSET(GuestMessage, text), GUEST_TEXT_MAX_BYTES},
};

typedef struct {
  const char *name;
  guint directions;
  guint fields;
} TypeRow;

static const TypeRow TYPES[] = {
    [GUEST_MESSAGE_UNKNOWN] = {"unknown", 0, 0},
    [GUEST_MESSAGE_HELLO] = {"hello", GUEST_TO_HOST | HOST_TO_GUEST, HAS_VERSION | HAS_AGENT_VERSION},
    [GUEST_MESSAGE_READY] = {"ready", GUEST_TO_HOST, 0},
    [GUEST_MESSAGE_SESSION] = {"session", GUEST_TO_HOST, HAS_USER},
    [GUEST_MESSAGE_IDLE] = {"idle", GUEST_TO_HOST, HAS_MS},
    [GUEST_MESSAGE_LOCKED] = {"locked", GUEST_TO_HOST, HAS_LOCKED},
    [GUEST_MESSAGE_RESULT] = {"result", GUEST_TO_HOST, HAS_REQUEST | HAS_OK | HAS_DETAIL},
    [GUEST_MESSAGE_LOCK] = {"lock", HOST_TO_GUEST, HAS_REQUEST},
    [GUEST_MESSAGE_UNLOCK] = {"unlock", HOST_TO_GUEST, HAS_REQUEST},
    [GUEST_MESSAGE_LOGOFF] = {"logoff", HOST_TO_GUEST, HAS_REQUEST},
    [GUEST_MESSAGE_MESSAGE] = {"message", HOST_TO_GUEST, HAS_REQUEST | HAS_TITLE | HAS_TEXT},
    [GUEST_MESSAGE_SHUTDOWN] = {"shutdown", HOST_TO_GUEST, HAS_REQUEST},
    [GUEST_MESSAGE_PING] = {"ping", HOST_TO_GUEST, HAS_REQUEST},
};

const char *
guest_message_type_name(GuestMessageType type)
{
  return TYPES[type].name;
}

static GuestMessageType
type_from_name(const char *name, GuestDirection direction)
{
  for (guint i = 1; i < G_N_ELEMENTS(TYPES); i++)
    if ((TYPES[i].directions & direction) != 0 && strcmp(TYPES[i].name, name) == 0)
      return i;
  return GUEST_MESSAGE_UNKNOWN;
}

/* A line has no control characters; a text may have line breaks and tabs. */
static gboolean
check_text(const Field *field, const char *value, GError **error)
{
  if (strlen(value) > (gsize)field->limit) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_TOO_LARGE,
                "“%s” is longer than %" G_GINT64_FORMAT " bytes.", field->name, field->limit);
    return FALSE;
  }
  g_autofree char *line = g_strdup(value);
  if (field->kind == FIELD_TEXT)
    g_strdelimit(line, "\n\t", ' ');
  gboolean is_clean = text_is_plain(line);
  if (!is_clean)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” must be UTF-8 without control characters.",
                field->name);
  return is_clean;
}

static gboolean
parse_text(const Field *field, JsonObject *object, char **ret_value, GError **error)
{
  JsonNode *node = json_object_get_member(object, field->name);
  if (field->kind == FIELD_LINE_OR_NULL && (node == NULL || JSON_NODE_HOLDS_NULL(node)))
    return TRUE;
  if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "“%s” must be a text.", field->name);
    return FALSE;
  }
  if (!check_text(field, json_node_get_string(node), error))
    return FALSE;
  *ret_value = json_node_dup_string(node);
  return TRUE;
}

static gboolean
parse_field(const Field *field, JsonObject *object, GuestMessage *message, GError **error)
{
  gpointer member = G_STRUCT_MEMBER_P(message, field->offset);
  switch (field->kind) {
  case FIELD_INT:
    return json_get_int(object, field->name, 0, field->limit, member, error);
  case FIELD_BOOL:
    return json_get_optional_bool(object, field->name, FALSE, member, error);
  default:
    return parse_text(field, object, member, error);
  }
}

GuestMessage *
guest_message_parse(const char *body, gsize size, GuestDirection direction, GError **error)
{
  g_autoptr(JsonObject) object = json_parse_object(body, size, GUEST_FRAME_MAX_BYTES, error);
  if (object == NULL)
    return NULL;
  const char *type = json_get_string(object, "type", 64, error);
  if (type == NULL)
    return NULL;
  g_autoptr(GuestMessage) message = g_new0(GuestMessage, 1);
  message->type = type_from_name(type, direction);
  for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++)
    if ((TYPES[message->type].fields & FIELDS[i].bit) != 0 &&
        !parse_field(&FIELDS[i], object, message, error))
      return NULL;
  return g_steal_pointer(&message);
}

static gboolean
build_text(const Field *field, const char *value, JsonBuilder *builder, GError **error)
{
  if (value == NULL && field->kind == FIELD_LINE_OR_NULL) {
    json_builder_set_member_name(builder, field->name);
    json_builder_add_null_value(builder);
    return TRUE;
  }
  if (!check_text(field, value != NULL ? value : "", error))
    return FALSE;
  json_builder_set_member_name(builder, field->name);
  json_builder_add_string_value(builder, value != NULL ? value : "");
  return TRUE;
}

static gboolean
build_field(const Field *field, const GuestMessage *message, JsonBuilder *builder, GError **error)
{
  gconstpointer member = (const char *)message + field->offset;
  switch (field->kind) {
  case FIELD_INT:
    json_builder_set_member_name(builder, field->name);
    json_builder_add_int_value(builder, *(const gint64 *)member);
    return TRUE;
  case FIELD_BOOL:
    json_builder_set_member_name(builder, field->name);
    json_builder_add_boolean_value(builder, *(const gboolean *)member);
    return TRUE;
  default:
    return build_text(field, *(char *const *)member, builder, error);
  }
}

static GBytes *
frame_from_body(const char *body)
{
  gsize length = strlen(body);
  GByteArray *frame = g_byte_array_sized_new(LENGTH_BYTES + length);
  const guint32 prefix = GUINT32_TO_LE((guint32)length);
  g_byte_array_append(frame, (const guint8 *)&prefix, LENGTH_BYTES);
  g_byte_array_append(frame, (const guint8 *)body, length);
  return g_byte_array_free_to_bytes(frame);
}

GBytes *
guest_message_to_frame(const GuestMessage *message, GError **error)
{
  g_return_val_if_fail(message->type != GUEST_MESSAGE_UNKNOWN, NULL);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "type");
  json_builder_add_string_value(builder, TYPES[message->type].name);
  for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++)
    if ((TYPES[message->type].fields & FIELDS[i].bit) != 0 &&
        !build_field(&FIELDS[i], message, builder, error))
      return NULL;
  json_builder_end_object(builder);
  /* The limits of the texts, escaped at worst six-fold, stay below the limit of a frame. */
  G_STATIC_ASSERT((GUEST_TITLE_MAX_BYTES + GUEST_TEXT_MAX_BYTES) * 6 + 1024 < GUEST_FRAME_MAX_BYTES);
  g_autofree char *body = json_builder_text(builder);
  return frame_from_body(body);
}

void
guest_message_free(GuestMessage *message)
{
  if (message == NULL)
    return;
  g_free(message->agent_version);
  g_free(message->user);
  g_free(message->detail);
  g_free(message->title);
  g_free(message->text);
  g_free(message);
}
