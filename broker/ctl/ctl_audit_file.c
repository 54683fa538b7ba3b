/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_audit_file.h"

#include "common/base/error.h"
#include "common/wire/audit_lines.h"
#include "common/wire/audit_verifier.h"

#include <string.h>

const char ctl_audit_file_csv_titles[] =
    "id,time,broker,actor,action,object,result,code,detail,address,repeats\r\n";

typedef gboolean (*TakeLine)(const AuditLine *line, const char *text, gsize length, gpointer data);

/* Calls @take with each line until it returns FALSE. */
static gboolean
each_line(const char *lines, gsize length, TakeLine take, gpointer data, GError **error)
{
  const char *end = lines + length;
  while (lines < end) {
    const char *stop = memchr(lines, '\n', (gsize)(end - lines));
    gsize size = (gsize)((stop != NULL ? stop : end) - lines);
    if (size > 0) {
      g_autoptr(AuditLine) line = audit_lines_parse(lines, size, error);
      if (line == NULL)
        return FALSE;
      if (!take(line, lines, size, data))
        return TRUE;
    }
    lines += size + 1;
  }
  return TRUE;
}

/* Verifying. */

typedef struct {
  gint64 number;
  char *hash;
} Reached;

typedef struct {
  GrantKeySet *keys;
  gboolean takes_keys;
  AuditVerifier *verifier;
  char *broker;        /* nullable: of the chain that is open */
  gint64 after;        /* the seal after which it begins in this file */
  gint64 trimmed_rows; /* that a checkpoint says are gone */
  GHashTable *reached; /* broker → Reached: how far the chains went that were open before */
  JsonArray *chains;
  JsonArray *believed; /* the keys of the file */
} Verifying;

static void
reached_free(Reached *reached)
{
  g_free(reached->hash);
  g_free(reached);
}

static void
verifying_clear(Verifying *verifying)
{
  grant_key_set_free(verifying->keys);
  audit_verifier_free(verifying->verifier);
  g_free(verifying->broker);
  g_hash_table_unref(verifying->reached);
  json_array_unref(verifying->chains);
  json_array_unref(verifying->believed);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Verifying, verifying_clear)

static void
add_times(JsonObject *chain, const AuditProgress *progress)
{
  const char *const names[] = {"first", "last"};
  const gint64 times[] = {progress->first_us, progress->last_us};
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(times[i] / G_USEC_PER_SEC);
    g_autofree char *text = times[i] != 0 && time != NULL ? g_date_time_format_iso8601(time) : NULL;
    json_object_set_string_member(chain, names[i], text);
  }
}

static JsonObject *
chain_report(const Verifying *verifying, const AuditProgress *progress)
{
  JsonObject *chain = json_object_new();
  json_object_set_string_member(chain, "broker", verifying->broker);
  json_object_set_int_member(chain, "after", verifying->after);
  json_object_set_int_member(chain, "trimmed_rows", verifying->trimmed_rows);
  json_object_set_int_member(chain, "rows", progress->rows);
  json_object_set_int_member(chain, "seals", progress->seals);
  json_object_set_int_member(chain, "unsealed", progress->unsealed);
  json_object_set_int_member(chain, "seal", progress->number);
  json_object_set_string_member(chain, "hash", progress->hash);
  add_times(chain, progress);
  return chain;
}

static void
close_chain(Verifying *verifying)
{
  if (verifying->broker == NULL)
    return;
  audit_verifier_end(verifying->verifier);
  const AuditProgress *progress = audit_verifier_progress(verifying->verifier);
  if (progress->unsealed > 0)
    audit_verifier_break(verifying->verifier, progress->number + 1, 0,
                         g_strdup("The seal of the last rows is missing; an export has whole seals only."));
  Reached *reached = g_new0(Reached, 1);
  *reached = (Reached){progress->number, g_strdup(progress->hash)};
  g_hash_table_replace(verifying->reached, g_strdup(verifying->broker), reached);
  json_array_add_object_element(verifying->chains, chain_report(verifying, progress));
  g_clear_pointer(&verifying->broker, g_free);
}

/* Ends the chain that is open, if it is another's; TRUE: that of @broker is to be begun, after the seal
 * @number with @hash. What kind of line a seal is written on is not signed: a chain begins once, and is taken
 * up only where it was left, else any seal could stand for all that was removed before it. */
static gboolean
open_chain(Verifying *verifying, const char *broker, gint64 number, const char *hash)
{
  gboolean is_open = g_strcmp0(verifying->broker, broker) == 0;
  const AuditProgress *progress = audit_verifier_progress(verifying->verifier);
  const Reached open = {is_open ? progress->number : 0, is_open ? (char *)progress->hash : NULL};
  if (!is_open)
    close_chain(verifying);
  const Reached *before = is_open ? &open : g_hash_table_lookup(verifying->reached, broker);
  if (before != NULL && (before->number != number || g_strcmp0(before->hash, hash) != 0)) {
    if (!is_open)
      audit_verifier_begin(verifying->verifier, broker, NULL); /* whose break it is */
    audit_verifier_break(verifying->verifier, number, 0,
                         g_strdup_printf("The chain of %s begins anew after seal %" G_GINT64_FORMAT
                                         ", but it had come to seal %" G_GINT64_FORMAT ".",
                                         broker, number, before->number));
    return FALSE;
  }
  if (is_open)
    return FALSE;
  verifying->broker = g_strdup(broker);
  verifying->after = number;
  verifying->trimmed_rows = 0;
  return TRUE;
}

static void
continue_chain(Verifying *verifying, const char *broker)
{
  if (g_strcmp0(verifying->broker, broker) != 0 && open_chain(verifying, broker, 0, audit_chain_start))
    audit_verifier_begin(verifying->verifier, broker, NULL);
}

static void
begin_at_checkpoint(Verifying *verifying, const AuditCheckpoint *checkpoint)
{
  if (!open_chain(verifying, checkpoint->broker, checkpoint->number, checkpoint->hash))
    return;
  verifying->trimmed_rows = checkpoint->last_row;
  audit_verifier_begin(verifying->verifier, checkpoint->broker, checkpoint);
}

static void
believe(Verifying *verifying, const AuditKey *key)
{
  if (!verifying->takes_keys || !grant_key_set_add_public(verifying->keys, key->id, key->public_key))
    return; /* verifies nothing */
  JsonObject *believed = json_object_new();
  json_object_set_string_member(believed, "id", key->id);
  json_object_set_string_member(believed, "broker", key->broker);
  json_object_set_string_member(believed, "public_key", key->public_key);
  json_array_add_object_element(verifying->believed, believed);
}

static gboolean
verify_line(const AuditLine *line, const char *text, gsize length, gpointer data)
{
  Verifying *verifying = data;
  AuditVerifier *verifier = verifying->verifier;
  switch (line->kind) {
  case AUDIT_LINE_KEY:
    believe(verifying, line->key);
    break;
  case AUDIT_LINE_CHECKPOINT:
    begin_at_checkpoint(verifying, line->checkpoint);
    break;
  case AUDIT_LINE_AFTER:
    if (open_chain(verifying, line->seal->broker, line->seal->number, line->seal->hash))
      audit_verifier_begin_after(verifier, line->seal);
    break;
  case AUDIT_LINE_ROW:
    continue_chain(verifying, line->row->broker);
    if (audit_verifier_problem(verifier) == NULL)
      audit_verifier_add_row(verifier, line->row);
    break;
  case AUDIT_LINE_SEAL:
    continue_chain(verifying, line->seal->broker);
    if (audit_verifier_problem(verifier) == NULL)
      audit_verifier_add_seal(verifier, line->seal);
    break;
  case AUDIT_LINE_NEXT:
  default:
    break;
  }
  return audit_verifier_problem(verifier) == NULL;
}

static gboolean
add_keys(Verifying *verifying, const char *keys, GError **error)
{
  g_auto(GStrv) all = g_strsplit(keys != NULL ? keys : "", ",", -1);
  for (char **one = all; *one != NULL; one++) {
    g_auto(GStrv) parts = g_strsplit(*one, ":", 2);
    if (g_strv_length(parts) == 2 && grant_key_set_add_public(verifying->keys, parts[0], parts[1]))
      continue;
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "A key is ID:PUBLIC as the brokers log it, several are separated by commas.");
    return FALSE;
  }
  return TRUE;
}

static JsonObject *
make_report(Verifying *verifying, GError **error)
{
  close_chain(verifying);
  const AuditBreak *problem = audit_verifier_problem(verifying->verifier);
  if (problem == NULL && json_array_get_length(verifying->chains) == 0) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_INVALID,
                        "There is no chain of an audit log in this file; nothing was checked.");
    return NULL;
  }
  JsonObject *report = json_object_new();
  json_object_set_boolean_member(report, "unbroken", problem == NULL);
  if (problem != NULL) {
    JsonObject *broken = json_object_new();
    json_object_set_string_member(broken, "broker", problem->broker);
    json_object_set_int_member(broken, "seal", problem->seal);
    json_object_set_int_member(broken, "row", problem->row_id);
    json_object_set_string_member(broken, "reason", problem->reason);
    json_object_set_object_member(report, "break", broken);
  }
  json_object_set_array_member(report, "chains", json_array_ref(verifying->chains));
  if (verifying->takes_keys)
    json_object_set_array_member(report, "believed_keys", json_array_ref(verifying->believed));
  return report;
}

JsonObject *
ctl_audit_file_verify(const char *path, const char *keys, GError **error)
{
  g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, error);
  if (file == NULL)
    return NULL;
  g_auto(Verifying) verifying = {
      .keys = grant_key_set_new(),
      .takes_keys = keys == NULL,
      .reached = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)reached_free),
      .chains = json_array_new(),
      .believed = json_array_new()};
  verifying.verifier = audit_verifier_new(verifying.keys);
  const char *lines = g_mapped_file_get_contents(file);
  gboolean read =
      add_keys(&verifying, keys, error) &&
      each_line(lines != NULL ? lines : "", g_mapped_file_get_length(file), verify_line, &verifying, error);
  return read ? make_report(&verifying, error) : NULL;
}

/* Writing. */

typedef struct {
  GString *text;
  char *cursor;
} Writing;

static void
append_cell(GString *csv, const char *text)
{
  gboolean is_formula = *text != '\0' && strchr("=+-@\t\r\n", *text) != NULL;
  if (csv->len > 0 && csv->str[csv->len - 1] != '\n')
    g_string_append_c(csv, ',');
  g_string_append_c(csv, '"');
  if (is_formula)
    g_string_append_c(csv, '\'');
  for (; *text != '\0'; text++) {
    if (*text == '"')
      g_string_append_c(csv, '"');
    g_string_append_c(csv, g_ascii_iscntrl(*text) ? ' ' : *text);
  }
  g_string_append_c(csv, '"');
}

static void
append_number(GString *csv, gint64 number)
{
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
  append_cell(csv, text);
}

static void
append_row(GString *csv, const AuditEntry *row)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(row->time_us / G_USEC_PER_SEC);
  g_autofree char *when = time != NULL ? g_date_time_format_iso8601(time) : g_strdup("");
  append_number(csv, row->id);
  const char *const cells[] = {when,        row->broker, row->actor,
                               row->action, row->object, row->succeeded ? "ok" : "refused",
                               row->code,   row->detail, row->address};
  for (guint i = 0; i < G_N_ELEMENTS(cells); i++)
    append_cell(csv, cells[i]);
  append_number(csv, row->count);
  g_string_append(csv, "\r\n");
}

static gboolean
write_csv(const AuditLine *line, const char *text, gsize length, gpointer data)
{
  Writing *writing = data;
  if (line->kind == AUDIT_LINE_ROW)
    append_row(writing->text, line->row);
  else if (line->kind == AUDIT_LINE_NEXT)
    writing->cursor = g_strdup(line->cursor);
  return line->kind != AUDIT_LINE_NEXT;
}

static gboolean
write_line(const AuditLine *line, const char *text, gsize length, gpointer data)
{
  Writing *writing = data;
  if (line->kind == AUDIT_LINE_NEXT) {
    writing->cursor = g_strdup(line->cursor);
    return FALSE;
  }
  g_string_append_len(writing->text, text, (gssize)length);
  g_string_append_c(writing->text, '\n');
  return TRUE;
}

static gboolean
write_all(GString *text, TakeLine take, const char *lines, gsize length, char **ret_cursor, GError **error)
{
  Writing writing = {.text = text};
  if (!each_line(lines, length, take, &writing, error))
    return FALSE;
  *ret_cursor = writing.cursor;
  return TRUE;
}

gboolean
ctl_audit_file_add_csv(GString *csv, const char *lines, gsize length, char **ret_cursor, GError **error)
{
  return write_all(csv, write_csv, lines, length, ret_cursor, error);
}

gboolean
ctl_audit_file_add_lines(GString *text, const char *lines, gsize length, char **ret_cursor, GError **error)
{
  return write_all(text, write_line, lines, length, ret_cursor, error);
}
