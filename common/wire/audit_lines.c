/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/audit_lines.h"

#include "common/base/error.h"
#include "common/base/json.h"
#include "common/base/json_writer.h"

static const char *const KINDS[] = {
    [AUDIT_LINE_KEY] = "key",     [AUDIT_LINE_CHECKPOINT] = "checkpoint",
    [AUDIT_LINE_AFTER] = "after", [AUDIT_LINE_ROW] = "row",
    [AUDIT_LINE_SEAL] = "seal",   [AUDIT_LINE_NEXT] = "next",
};

/* One member of a struct that a line holds: written and read by the same table. */
typedef struct {
  const char *name;
  gsize offset;
  enum { TEXT, NUMBER, TRUTH } type;
} Field;

static const Field KEY_FIELDS[] = {{"id", G_STRUCT_OFFSET(AuditKey, id), TEXT},
                                   {"broker", G_STRUCT_OFFSET(AuditKey, broker), TEXT},
                                   {"public_key", G_STRUCT_OFFSET(AuditKey, public_key), TEXT},
                                   {NULL}};

static const Field CHECKPOINT_FIELDS[] = {{"broker", G_STRUCT_OFFSET(AuditCheckpoint, broker), TEXT},
                                          {"number", G_STRUCT_OFFSET(AuditCheckpoint, number), NUMBER},
                                          {"last_id", G_STRUCT_OFFSET(AuditCheckpoint, last_id), NUMBER},
                                          {"last_row", G_STRUCT_OFFSET(AuditCheckpoint, last_row), NUMBER},
                                          {"hash", G_STRUCT_OFFSET(AuditCheckpoint, hash), TEXT},
                                          {"time_us", G_STRUCT_OFFSET(AuditCheckpoint, time_us), NUMBER},
                                          {"trimmed_by", G_STRUCT_OFFSET(AuditCheckpoint, trimmed_by), TEXT},
                                          {"key_id", G_STRUCT_OFFSET(AuditCheckpoint, key_id), TEXT},
                                          {"signature", G_STRUCT_OFFSET(AuditCheckpoint, signature), TEXT},
                                          {NULL}};

static const Field SEAL_FIELDS[] = {{"broker", G_STRUCT_OFFSET(AuditSeal, broker), TEXT},
                                    {"number", G_STRUCT_OFFSET(AuditSeal, number), NUMBER},
                                    {"generation", G_STRUCT_OFFSET(AuditSeal, generation), NUMBER},
                                    {"first_id", G_STRUCT_OFFSET(AuditSeal, first_id), NUMBER},
                                    {"last_id", G_STRUCT_OFFSET(AuditSeal, last_id), NUMBER},
                                    {"first_row", G_STRUCT_OFFSET(AuditSeal, first_row), NUMBER},
                                    {"row_count", G_STRUCT_OFFSET(AuditSeal, row_count), NUMBER},
                                    {"time_us", G_STRUCT_OFFSET(AuditSeal, time_us), NUMBER},
                                    {"sealed_by", G_STRUCT_OFFSET(AuditSeal, sealed_by), TEXT},
                                    {"key_id", G_STRUCT_OFFSET(AuditSeal, key_id), TEXT},
                                    {"witnesses", G_STRUCT_OFFSET(AuditSeal, witnesses), TEXT},
                                    {"previous", G_STRUCT_OFFSET(AuditSeal, previous), TEXT},
                                    {"hash", G_STRUCT_OFFSET(AuditSeal, hash), TEXT},
                                    {"signature", G_STRUCT_OFFSET(AuditSeal, signature), TEXT},
                                    {"marks", G_STRUCT_OFFSET(AuditSeal, marks), TEXT},
                                    {NULL}};

static const Field ROW_FIELDS[] = {{"id", G_STRUCT_OFFSET(AuditEntry, id), NUMBER},
                                   {"time_us", G_STRUCT_OFFSET(AuditEntry, time_us), NUMBER},
                                   {"broker", G_STRUCT_OFFSET(AuditEntry, broker), TEXT},
                                   {"actor", G_STRUCT_OFFSET(AuditEntry, actor), TEXT},
                                   {"action", G_STRUCT_OFFSET(AuditEntry, action), TEXT},
                                   {"object", G_STRUCT_OFFSET(AuditEntry, object), TEXT},
                                   {"succeeded", G_STRUCT_OFFSET(AuditEntry, succeeded), TRUTH},
                                   {"code", G_STRUCT_OFFSET(AuditEntry, code), TEXT},
                                   {"detail", G_STRUCT_OFFSET(AuditEntry, detail), TEXT},
                                   {"address", G_STRUCT_OFFSET(AuditEntry, address), TEXT},
                                   {"repeats", G_STRUCT_OFFSET(AuditEntry, count), NUMBER},
                                   {NULL}};

static void
add_line(GString *text, AuditLineKind kind, const Field *fields, gconstpointer value)
{
  JsonWriter *writer = json_writer_new();
  json_writer_begin_object(writer, NULL);
  json_writer_add_text(writer, "type", KINDS[kind]);
  for (; fields->name != NULL; fields++) {
    if (fields->type == NUMBER) {
      json_writer_add_int(writer, fields->name, G_STRUCT_MEMBER(gint64, value, fields->offset));
    } else if (fields->type == TRUTH) {
      json_writer_add_bool(writer, fields->name, G_STRUCT_MEMBER(gboolean, value, fields->offset));
    } else { /* SQLite holds any bytes */
      g_autofree char *valid = g_utf8_make_valid(G_STRUCT_MEMBER(char *, value, fields->offset), -1);
      json_writer_add_text(writer, fields->name, valid);
    }
  }
  json_writer_end_object(writer);
  g_autofree char *line = json_writer_finish(writer);
  g_string_append(text, line);
  g_string_append_c(text, '\n');
}

void
audit_lines_add_key(GString *text, const AuditKey *key)
{
  add_line(text, AUDIT_LINE_KEY, KEY_FIELDS, key);
}

void
audit_lines_add_checkpoint(GString *text, const AuditCheckpoint *checkpoint)
{
  add_line(text, AUDIT_LINE_CHECKPOINT, CHECKPOINT_FIELDS, checkpoint);
}

void
audit_lines_add_seal(GString *text, AuditLineKind kind, const AuditSeal *seal)
{
  add_line(text, kind, SEAL_FIELDS, seal);
}

void
audit_lines_add_row(GString *text, const AuditEntry *row)
{
  add_line(text, AUDIT_LINE_ROW, ROW_FIELDS, row);
}

void
audit_lines_add_next(GString *text, const char *cursor)
{
  static const Field fields[] = {{"cursor", 0, TEXT}, {NULL}};
  add_line(text, AUDIT_LINE_NEXT, fields, &cursor);
}

/* Texts of any letters: a row has what people wrote. */
static gboolean
read_text(JsonObject *object, const char *name, char **ret_text)
{
  JsonNode *node = json_object_get_member(object, name);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
    return FALSE;
  *ret_text = g_strdup(json_node_get_string(node));
  return TRUE;
}

static gboolean
read_fields(JsonObject *object, const Field *fields, gpointer value)
{
  for (; fields->name != NULL; fields++) {
    gboolean read;
    if (fields->type == NUMBER)
      read = json_get_int(object, fields->name, 0, G_MAXINT64,
                          &G_STRUCT_MEMBER(gint64, value, fields->offset), NULL);
    else if (fields->type == TRUTH)
      read = json_get_optional_bool(object, fields->name, FALSE,
                                    &G_STRUCT_MEMBER(gboolean, value, fields->offset), NULL);
    else
      read = read_text(object, fields->name, &G_STRUCT_MEMBER(char *, value, fields->offset));
    if (!read)
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_line(JsonObject *object, AuditLine *line)
{
  switch (line->kind) {
  case AUDIT_LINE_KEY:
    line->key = g_new0(AuditKey, 1);
    return read_fields(object, KEY_FIELDS, line->key);
  case AUDIT_LINE_CHECKPOINT:
    line->checkpoint = g_new0(AuditCheckpoint, 1);
    return read_fields(object, CHECKPOINT_FIELDS, line->checkpoint);
  case AUDIT_LINE_ROW:
    line->row = g_new0(AuditEntry, 1);
    return read_fields(object, ROW_FIELDS, line->row);
  case AUDIT_LINE_NEXT:
    return read_text(object, "cursor", &line->cursor);
  case AUDIT_LINE_AFTER:
  case AUDIT_LINE_SEAL:
  default:
    line->seal = g_new0(AuditSeal, 1);
    return read_fields(object, SEAL_FIELDS, line->seal);
  }
}

static gboolean
read_kind(JsonObject *object, AuditLineKind *ret_kind)
{
  const char *name = json_get_string(object, "type", 32, NULL);
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(KINDS); i++)
    if (g_str_equal(name, KINDS[i])) {
      *ret_kind = (AuditLineKind)i;
      return TRUE;
    }
  return FALSE;
}

AuditLine *
audit_lines_parse(const char *text, gsize length, GError **error)
{
  g_autoptr(JsonObject) object = json_parse_object(text, length, AUDIT_LINE_MAX, error);
  if (object == NULL)
    return NULL;
  g_autoptr(AuditLine) line = g_new0(AuditLine, 1);
  if (read_kind(object, &line->kind) && read_line(object, line))
    return g_steal_pointer(&line);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_MALFORMED,
                      "A line is none of an exported audit log.");
  return NULL;
}

void
audit_line_free(AuditLine *line)
{
  if (line == NULL)
    return;
  audit_key_free(line->key);
  audit_checkpoint_free(line->checkpoint);
  audit_seal_free(line->seal);
  audit_entry_free(line->row);
  g_free(line->cursor);
  g_free(line);
}
