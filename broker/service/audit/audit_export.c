/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit/audit_export.h"

#include "broker/service/work.h"
#include "broker/store/audit_seal_store.h"
#include "broker/store/audit_store.h"
#include "common/base/error.h"
#include "common/wire/audit_lines.h"

#define BYTES_AT_ONCE (1024 * 1024) /* of one part; the seal that goes beyond it is the last */
#define SEALS_A_READ  50

typedef struct {
  DbTransaction *transaction;
  GString *text;
  gint64 from_us, to_us;
} Export;

static gboolean
add_keys(Export *export, GError **error)
{
  g_autoptr(GPtrArray) keys = audit_seal_store_keys(export->transaction, error);
  for (guint i = 0; keys != NULL && i < keys->len; i++)
    audit_lines_add_key(export->text, g_ptr_array_index(keys, i));
  return keys != NULL;
}

/* A seal was made after its rows: the first one from the range on has the first of them. */
static gboolean
begin_chain(Export *export, const char *broker, gint64 *ret_number, GError **error)
{
  g_autoptr(AuditSeal) before = NULL;
  g_autoptr(AuditCheckpoint) checkpoint = NULL;
  if (!audit_seal_store_last_before(export->transaction, broker, export->from_us, ret_number, error) ||
      !audit_seal_store_checkpoint(export->transaction, broker, &checkpoint, error) ||
      !audit_seal_store_find(export->transaction, broker, *ret_number, &before, error))
    return FALSE;
  if (before != NULL)
    audit_lines_add_seal(export->text, AUDIT_LINE_AFTER, before);
  else if (checkpoint != NULL)
    audit_lines_add_checkpoint(export->text, checkpoint);
  return TRUE;
}

static gboolean
add_seal(Export *export, const AuditSeal *seal, GError **error)
{
  g_autoptr(GPtrArray) rows = audit_store_of_broker(export->transaction, seal->broker, seal->first_id - 1,
                                                    seal->last_id, AUDIT_SEAL_ROWS_MAX + 1, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    audit_lines_add_row(export->text, g_ptr_array_index(rows, i));
  audit_lines_add_seal(export->text, AUDIT_LINE_SEAL, seal);
  return TRUE;
}

/* @number is the last seal that was added; @ret_ended: the chain has no more of the range. */
static gboolean
add_chain(Export *export, const char *broker, gint64 *number, gboolean *ret_ended, GError **error)
{
  *ret_ended = FALSE;
  while (export->text->len < BYTES_AT_ONCE) {
    g_autoptr(GPtrArray) seals =
        audit_seal_store_list(export->transaction, broker, *number, SEALS_A_READ, error);
    if (seals == NULL)
      return FALSE;
    *ret_ended = seals->len == 0;
    for (guint i = 0; i < seals->len && !*ret_ended && export->text->len < BYTES_AT_ONCE; i++) {
      const AuditSeal *seal = g_ptr_array_index(seals, i);
      if (!add_seal(export, seal, error))
        return FALSE;
      *number = seal->number;
      *ret_ended = seal->time_us > export->to_us;
    }
    if (*ret_ended)
      return TRUE;
  }
  return TRUE;
}

/* From @broker's seal @number on; -1 begins the chain. */
static gboolean
add_chains(Export *export, char **broker, gint64 number, GError **error)
{
  for (;;) {
    gboolean ended = TRUE;
    if (**broker != '\0' && ((number < 0 && !begin_chain(export, *broker, &number, error)) ||
                             !add_chain(export, *broker, &number, &ended, error)))
      return FALSE;
    if (!ended) {
      g_autofree char *cursor = g_strdup_printf("%" G_GINT64_FORMAT " %s", number, *broker);
      audit_lines_add_next(export->text, cursor);
      return TRUE;
    }
    char *next;
    if (!audit_seal_store_next_broker(export->transaction, *broker, &next, error))
      return FALSE;
    if (next == NULL)
      return TRUE;
    g_free(*broker);
    *broker = next;
    number = -1;
  }
}

char *
audit_export_lines(Services *services, gint64 from_us, gint64 to_us, const char *cursor, GError **error)
{
  char *rest = (char *)"";
  gint64 number = cursor != NULL ? g_ascii_strtoll(cursor, &rest, 10) : -1;
  if (cursor != NULL && (*rest != ' ' || rest[1] == '\0' || number < 0)) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID, "The cursor is none of this list.");
    return NULL;
  }
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  Export export = {work->transaction, text, from_us, to_us};
  g_autofree char *broker = g_strdup(cursor != NULL ? rest + 1 : "");
  if ((cursor == NULL && !add_keys(&export, error)) || !add_chains(&export, &broker, number, error))
    return NULL;
  return g_strdup(text->str);
}
