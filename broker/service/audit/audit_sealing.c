/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/audit/audit_sealing.h"

#include "broker/service/work.h"
#include "broker/store/audit_seal_store.h"
#include "broker/store/audit_store.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define SEALS_AT_ONCE 8
#define LATE_US       (10 * SECOND_US) /* rows of another broker that are older than this are sealed for it */

gboolean
audit_sealing_publish_key(Services *services, GError **error)
{
  if (services->audit_key == NULL)
    return TRUE;
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_autofree char *public_key = grant_key_public(services->audit_key);
  const AuditKey key = {.id = (char *)grant_key_id(services->audit_key),
                        .broker = (char *)cluster_name(services->cluster),
                        .public_key = public_key};
  if (work == NULL || !audit_seal_store_put_key(work->transaction, &key, work->now_us, error) ||
      !work_commit(work, error))
    return FALSE;
  log_info("the audit log is sealed with the key %s, public half %s", key.id, key.public_key);
  return TRUE;
}

/* "NAME NUMBER HASH" of the newest seal of every other chain. */
static gboolean
read_witnesses(DbTransaction *transaction, const char *broker, char **ret_witnesses, GError **error)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_autofree char *name = g_strdup("");
  while (name != NULL) {
    char *next;
    if (!audit_seal_store_next_broker(transaction, name, &next, error))
      return FALSE;
    g_free(name);
    name = next;
    if (name == NULL || g_str_equal(name, broker))
      continue;
    g_autoptr(AuditSeal) seal = NULL;
    if (!audit_seal_store_newest(transaction, name, &seal, error))
      return FALSE;
    if (seal != NULL)
      g_string_append_printf(text, "%s%s %" G_GINT64_FORMAT " %s", text->len > 0 ? ";" : "", name,
                             seal->number, seal->hash);
  }
  *ret_witnesses = g_strdup(text->str);
  return TRUE;
}

/* Where the next seal goes on: after the newest one, or after what retention left of the chain. */
typedef struct {
  gint64 number, last_id, last_row;
  char *hash;
} Head;

static void
head_clear(Head *head)
{
  g_free(head->hash);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Head, head_clear)

static gboolean
read_head(DbTransaction *transaction, const char *broker, Head *head, GError **error)
{
  g_autoptr(AuditSeal) seal = NULL;
  g_autoptr(AuditCheckpoint) checkpoint = NULL;
  if (!audit_seal_store_newest(transaction, broker, &seal, error) ||
      (seal == NULL && !audit_seal_store_checkpoint(transaction, broker, &checkpoint, error)))
    return FALSE;
  if (seal != NULL)
    *head = (Head){seal->number, seal->last_id, seal->first_row + seal->row_count - 1, g_strdup(seal->hash)};
  else if (checkpoint != NULL)
    *head = (Head){checkpoint->number, checkpoint->last_id, checkpoint->last_row, g_strdup(checkpoint->hash)};
  else
    *head = (Head){0, 0, 0, g_strdup(audit_chain_start)};
  return TRUE;
}

static GArray *
digest_rows(const GPtrArray *rows)
{
  GArray *digests = g_array_sized_new(FALSE, FALSE, sizeof(AuditDigest), rows->len);
  for (guint i = 0; i < rows->len; i++) {
    const AuditDigest digest = audit_entry_digest(g_ptr_array_index(rows, i));
    g_array_append_val(digests, digest);
  }
  return digests;
}

/* Takes @witnesses. */
static AuditSeal *
make_seal(Services *services, const char *broker, const Head *head, const GPtrArray *rows, char *witnesses,
          gint64 now_us)
{
  const AuditEntry *first = g_ptr_array_index(rows, 0);
  const AuditEntry *last = g_ptr_array_index(rows, rows->len - 1);
  g_autoptr(GArray) digests = digest_rows(rows);
  AuditSeal *seal = g_new0(AuditSeal, 1);
  *seal = (AuditSeal){.broker = g_strdup(broker),
                      .number = head->number + 1,
                      .generation = (gint64)services->generation,
                      .first_id = first->id,
                      .last_id = last->id,
                      .first_row = head->last_row + 1,
                      .row_count = rows->len,
                      .time_us = now_us,
                      .sealed_by = g_strdup(cluster_name(services->cluster)),
                      .key_id = g_strdup(grant_key_id(services->audit_key)),
                      .witnesses = witnesses,
                      .previous = g_strdup(head->hash),
                      .marks = audit_digests_marks(digests)};
  seal->hash = audit_seal_hash(seal, digests);
  audit_seal_sign(seal, services->audit_key);
  return seal;
}

/* Rows of a broker that lives are its own to seal. */
static gboolean
is_due(Services *services, const char *broker, const GPtrArray *rows, gint64 now_us)
{
  if (rows->len == 0)
    return FALSE;
  const AuditEntry *last = g_ptr_array_index(rows, rows->len - 1);
  return g_str_equal(broker, cluster_name(services->cluster)) || now_us - last->time_us >= LATE_US;
}

/* Hashing is done outside of the writer's turn. @ret_seal is NULL when there is nothing to seal yet. */
static gboolean
prepare(Services *services, const char *broker, AuditSeal **ret_seal, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  g_auto(Head) head = {0};
  *ret_seal = NULL;
  if (work == NULL || !read_head(work->transaction, broker, &head, error))
    return FALSE;
  g_autoptr(GPtrArray) rows =
      audit_store_of_broker(work->transaction, broker, head.last_id, G_MAXINT64, AUDIT_SEAL_ROWS_MAX, error);
  char *witnesses;
  if (rows == NULL)
    return FALSE;
  if (!is_due(services, broker, rows, work->now_us))
    return TRUE;
  if (!read_witnesses(work->transaction, broker, &witnesses, error))
    return FALSE;
  *ret_seal = make_seal(services, broker, &head, rows, witnesses, work->now_us);
  return TRUE;
}

/* Another broker may have sealed the same meanwhile: then it is done. */
static gboolean
enter(Services *services, const AuditSeal *seal, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  g_auto(Head) head = {0};
  if (work == NULL || !read_head(work->transaction, seal->broker, &head, error))
    return FALSE;
  if (!g_str_equal(head.hash, seal->previous))
    return TRUE;
  return audit_seal_store_add(work->transaction, seal, error) && work_commit(work, error);
}

static gboolean
seal_chain(Services *services, const char *broker, gboolean *ret_more, GError **error)
{
  for (guint i = 0; i < SEALS_AT_ONCE; i++) {
    g_autoptr(AuditSeal) seal = NULL;
    if (!prepare(services, broker, &seal, error))
      return FALSE;
    if (seal == NULL)
      return TRUE;
    if (!enter(services, seal, error))
      return FALSE;
    if (seal->row_count < AUDIT_SEAL_ROWS_MAX)
      return TRUE;
  }
  *ret_more = TRUE;
  return TRUE;
}

static gboolean
next_broker(Services *services, char **name, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  char *next;
  if (work == NULL || !audit_store_next_broker(work->transaction, *name, &next, error))
    return FALSE;
  g_free(*name);
  *name = next;
  return TRUE;
}

static gboolean
seal_for_others(Services *services, gboolean *ret_more, GError **error)
{
  g_autofree char *name = g_strdup("");
  for (;;) {
    if (!next_broker(services, &name, error))
      return FALSE;
    if (name == NULL)
      return TRUE;
    if (!g_str_equal(name, cluster_name(services->cluster)) && !seal_chain(services, name, ret_more, error))
      return FALSE;
  }
}

gboolean
audit_sealing_run(Services *services, gboolean *ret_more, GError **error)
{
  *ret_more = FALSE;
  if (services->audit_key == NULL)
    return TRUE;
  return seal_chain(services, cluster_name(services->cluster), ret_more, error) &&
         (!cluster_is_keeper(services->cluster) || seal_for_others(services, ret_more, error));
}

void
audit_sealing_log_head(Services *services)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(AuditSeal) seal = NULL;
  g_autoptr(Work) work = work_begin(services, DB_READ, &error);
  if (work != NULL &&
      audit_seal_store_newest(work->transaction, cluster_name(services->cluster), &seal, &error) &&
      seal != NULL)
    log_info("audit head: chain %s, seal %" G_GINT64_FORMAT ", row %" G_GINT64_FORMAT ", hash %s",
             seal->broker, seal->number, seal->first_row + seal->row_count - 1, seal->hash);
}
