/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/audit_verifier.h"

#include <string.h>

#define WITNESSES_MAX 1024 /* chains that are remembered */
#define PLACE_MAX     (G_MAXINT64 / 2)

typedef struct {
  char *by;
  gint64 number;
  char *hash;
} Witness;

struct AuditVerifier {
  const GrantKeySet *keys;
  GHashTable *witnesses; /* broker → Witness: the newest seal that another chain saw */
  char *broker;
  char *hash;
  gint64 last_row;
  GArray *digests; /* of the rows since the last seal */
  GArray *ids;
  gint64 times_us[2]; /* of the first and the last of those */
  AuditProgress progress;
  AuditBreak problem;
};

static void
witness_free(Witness *witness)
{
  g_free(witness->by);
  g_free(witness->hash);
  g_free(witness);
}

AuditVerifier *
audit_verifier_new(const GrantKeySet *keys)
{
  AuditVerifier *verifier = g_new0(AuditVerifier, 1);
  verifier->keys = keys;
  verifier->witnesses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)witness_free);
  verifier->digests = g_array_new(FALSE, FALSE, sizeof(AuditDigest));
  verifier->ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  return verifier;
}

static void
add_witness(AuditVerifier *verifier, const char *by, const char *const *parts)
{
  gint64 number = g_ascii_strtoll(parts[1], NULL, 10);
  const Witness *known = g_hash_table_lookup(verifier->witnesses, parts[0]);
  if ((known != NULL && known->number >= number) || g_hash_table_size(verifier->witnesses) >= WITNESSES_MAX)
    return;
  Witness *witness = g_new0(Witness, 1);
  *witness = (Witness){g_strdup(by), number, g_strdup(parts[2])};
  g_hash_table_replace(verifier->witnesses, g_strdup(parts[0]), witness);
}

void
audit_verifier_add_witness(AuditVerifier *verifier, const AuditSeal *seal)
{
  if (!audit_seal_is_signed(seal, verifier->keys))
    return; /* its own chain will say so */
  g_auto(GStrv) all = g_strsplit(seal->witnesses, ";", WITNESSES_MAX);
  for (char **one = all; *one != NULL; one++) {
    g_auto(GStrv) parts = g_strsplit(*one, " ", 3);
    if (g_strv_length(parts) == 3)
      add_witness(verifier, seal->broker, (const char *const *)parts);
  }
}

void
audit_verifier_add_witnessed_names(AuditVerifier *verifier, GHashTable *names)
{
  GHashTableIter iter;
  gpointer name;
  g_hash_table_iter_init(&iter, verifier->witnesses);
  while (g_hash_table_iter_next(&iter, &name, NULL))
    g_hash_table_add(names, g_strdup(name));
}

gboolean
audit_verifier_break(AuditVerifier *verifier, gint64 seal, gint64 row_id, char *reason)
{
  if (verifier->problem.reason != NULL) {
    g_free(reason);
    return FALSE;
  }
  verifier->problem = (AuditBreak){g_strdup(verifier->broker), seal, row_id, reason};
  return FALSE;
}

static void
begin(AuditVerifier *verifier, const char *broker, const char *hash, gint64 number, gint64 last_id,
      gint64 last_row)
{
  g_free(verifier->broker);
  verifier->broker = g_strdup(broker);
  g_free(verifier->hash);
  verifier->hash = g_strdup(hash);
  verifier->last_row = last_row;
  g_array_set_size(verifier->digests, 0);
  g_array_set_size(verifier->ids, 0);
  verifier->progress = (AuditProgress){.number = number, .last_id = last_id, .hash = verifier->hash};
}

/* Numbers come from files: those that are counted on from must leave room for it. */
static gboolean
is_place(gint64 number)
{
  return number >= 1 && number <= PLACE_MAX;
}

static gboolean
has_place(const AuditSeal *seal)
{
  return is_place(seal->number) && is_place(seal->first_row) && seal->row_count >= 1 &&
         seal->row_count <= AUDIT_SEAL_ROWS_MAX;
}

static gboolean
break_place(AuditVerifier *verifier, gint64 number)
{
  return audit_verifier_break(verifier, number, 0, g_strdup("Its numbers are none that a seal can have."));
}

/* Others may have seen a seal of this chain that it must have, and with that hash. */
static gboolean
check_witness(AuditVerifier *verifier)
{
  const Witness *witness = g_hash_table_lookup(verifier->witnesses, verifier->broker);
  if (witness == NULL || witness->number != verifier->progress.number ||
      g_str_equal(witness->hash, verifier->hash))
    return TRUE;
  return audit_verifier_break(
      verifier, verifier->progress.number, 0,
      g_strdup_printf("The chain of %s has recorded another seal of this number: history was written anew.",
                      witness->by));
}

gboolean
audit_verifier_begin(AuditVerifier *verifier, const char *broker, const AuditCheckpoint *checkpoint)
{
  if (checkpoint == NULL) {
    begin(verifier, broker, audit_chain_start, 0, 0, 0);
    return TRUE;
  }
  begin(verifier, broker, checkpoint->hash, checkpoint->number, checkpoint->last_id, checkpoint->last_row);
  if (!is_place(checkpoint->number) || !is_place(checkpoint->last_row))
    return break_place(verifier, checkpoint->number);
  if (audit_checkpoint_is_signed(checkpoint, verifier->keys))
    return check_witness(verifier);
  return audit_verifier_break(
      verifier, checkpoint->number, 0,
      g_strdup("The note of what retention removed is not signed by a key that is known."));
}

static gboolean
check_signature(AuditVerifier *verifier, const AuditSeal *seal)
{
  return audit_seal_is_signed(seal, verifier->keys) ||
         audit_verifier_break(
             verifier, seal->number, 0,
             g_strdup_printf("The seal is not signed by the key %s, or that key is not known.",
                             seal->key_id));
}

gboolean
audit_verifier_begin_after(AuditVerifier *verifier, const AuditSeal *seal)
{
  gint64 last_row = has_place(seal) ? seal->first_row + seal->row_count - 1 : 0;
  begin(verifier, seal->broker, seal->hash, seal->number, seal->last_id, last_row);
  verifier->progress.generation = seal->generation;
  return (has_place(seal) || break_place(verifier, seal->number)) && check_signature(verifier, seal);
}

gboolean
audit_verifier_add_row(AuditVerifier *verifier, const AuditEntry *entry)
{
  guint count = verifier->ids->len;
  gint64 before = count > 0 ? g_array_index(verifier->ids, gint64, count - 1) : verifier->progress.last_id;
  if (!g_str_equal(entry->broker, verifier->broker) || entry->id <= before)
    return audit_verifier_break(verifier, 0, entry->id,
                                g_strdup("The row is out of its order, or in another broker's chain."));
  const AuditDigest digest = audit_entry_digest(entry);
  g_array_append_val(verifier->digests, digest);
  g_array_append_val(verifier->ids, entry->id);
  verifier->times_us[count > 0 ? 1 : 0] = entry->time_us;
  if (count == 0)
    verifier->times_us[1] = entry->time_us;
  return TRUE;
}

static gboolean
mark_is(const char *marks, gsize place, const AuditVerifier *verifier, guint row)
{
  if (row >= verifier->digests->len || (place + 1) * AUDIT_MARK_LENGTH > strlen(marks))
    return FALSE;
  g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(AuditDigest));
  g_array_append_val(one, g_array_index(verifier->digests, AuditDigest, row));
  g_autofree char *mark = audit_digests_marks(one);
  return strncmp(marks + place * AUDIT_MARK_LENGTH, mark, AUDIT_MARK_LENGTH) == 0;
}

/* The rows are not what was sealed; the marks tell which is the first. */
static gboolean
name_row(AuditVerifier *verifier, const AuditSeal *seal)
{
  guint at = 0;
  while (mark_is(seal->marks, at, verifier, at))
    at++;
  gint64 id = at < verifier->ids->len ? g_array_index(verifier->ids, gint64, at) : 0;
  gint64 place = seal->first_row + at;
  if (at >= seal->row_count && id == 0)
    return audit_verifier_break(verifier, seal->number, 0, g_strdup("The seal itself was changed."));
  if (id == 0 || (verifier->ids->len < seal->row_count && mark_is(seal->marks, at + 1, verifier, at)))
    return audit_verifier_break(verifier, seal->number, 0,
                                g_strdup_printf("Row number %" G_GINT64_FORMAT " of the chain is missing%s.",
                                                place, id == 0 ? ", the last of its seal" : ""));
  if (at >= seal->row_count || mark_is(seal->marks, at, verifier, at + 1))
    return audit_verifier_break(verifier, seal->number, id,
                                g_strdup("The row was put in after its neighbours had been sealed."));
  return audit_verifier_break(
      verifier, seal->number, id,
      g_strdup_printf("The row, number %" G_GINT64_FORMAT
                      " of the chain, is not the one that was sealed: it was changed or replaced.",
                      place));
}

static gboolean
check_place(AuditVerifier *verifier, const AuditSeal *seal)
{
  if (!has_place(seal))
    return break_place(verifier, seal->number);
  if (seal->number != verifier->progress.number + 1)
    return audit_verifier_break(verifier, seal->number, 0,
                                g_strdup_printf("Seals are missing before this one: after number "
                                                "%" G_GINT64_FORMAT " comes %" G_GINT64_FORMAT ".",
                                                verifier->progress.number, seal->number));
  if (!g_str_equal(seal->broker, verifier->broker) || !g_str_equal(seal->previous, verifier->hash) ||
      seal->first_row != verifier->last_row + 1 || seal->generation < verifier->progress.generation)
    return audit_verifier_break(verifier, seal->number, 0,
                                g_strdup("The seal does not follow the one before it."));
  return TRUE;
}

static void
advance(AuditVerifier *verifier, const AuditSeal *seal)
{
  AuditProgress *progress = &verifier->progress;
  if (progress->rows == 0)
    progress->first_us = verifier->times_us[0];
  progress->last_us = verifier->times_us[1];
  progress->rows += verifier->ids->len;
  progress->seals++;
  progress->number = seal->number;
  progress->last_id = seal->last_id;
  progress->generation = seal->generation;
  g_free(verifier->hash);
  verifier->hash = g_strdup(seal->hash);
  progress->hash = verifier->hash;
  verifier->last_row += seal->row_count;
  g_array_set_size(verifier->digests, 0);
  g_array_set_size(verifier->ids, 0);
}

gboolean
audit_verifier_add_seal(AuditVerifier *verifier, const AuditSeal *seal)
{
  if (!check_place(verifier, seal) || !check_signature(verifier, seal))
    return FALSE;
  g_autofree char *hash = audit_seal_hash(seal, verifier->digests);
  g_autofree char *marks = audit_digests_marks(verifier->digests);
  if (verifier->ids->len != seal->row_count || !g_str_equal(hash, seal->hash) ||
      !g_str_equal(marks, seal->marks))
    return name_row(verifier, seal);
  if (g_array_index(verifier->ids, gint64, 0) != seal->first_id ||
      g_array_index(verifier->ids, gint64, verifier->ids->len - 1) != seal->last_id)
    return audit_verifier_break(verifier, seal->number, 0, g_strdup("The seal itself was changed."));
  advance(verifier, seal);
  return check_witness(verifier);
}

gboolean
audit_verifier_end(AuditVerifier *verifier)
{
  const Witness *witness = g_hash_table_lookup(verifier->witnesses, verifier->broker);
  verifier->progress.unsealed = verifier->ids->len;
  if (witness == NULL || witness->number <= verifier->progress.number)
    return TRUE;
  return audit_verifier_break(
      verifier, verifier->progress.number + 1, 0,
      g_strdup_printf("The end was cut off: the chain of %s has recorded seal %" G_GINT64_FORMAT
                      " of this one.",
                      witness->by, witness->number));
}

const AuditBreak *
audit_verifier_problem(const AuditVerifier *verifier)
{
  return verifier->problem.reason != NULL ? &verifier->problem : NULL;
}

const AuditProgress *
audit_verifier_progress(const AuditVerifier *verifier)
{
  return &verifier->progress;
}

void
audit_verifier_free(AuditVerifier *verifier)
{
  if (verifier == NULL)
    return;
  g_hash_table_unref(verifier->witnesses);
  g_array_unref(verifier->digests);
  g_array_unref(verifier->ids);
  g_free(verifier->broker);
  g_free(verifier->hash);
  g_free(verifier->problem.broker);
  g_free(verifier->problem.reason);
  g_free(verifier);
}
