/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/audit_verifier.h"

#include <string.h>

#define ROW_VECTOR  "32b1b4e260a12c6b4c28e7a47798f638a84549d1cbc2832d440625e0795df51d"
#define SEAL_VECTOR "a305227aeba3464ac155bfba96cf441ff46a432ee60ccf091492f6894655b38f"

typedef struct {
  GrantKey *key;
  GrantKeySet *keys;
  GPtrArray *rows;  /* of AuditEntry */
  GPtrArray *seals; /* of AuditSeal */
} Chain;

static AuditEntry *
entry_new(gint64 id)
{
  AuditEntry *entry = g_new0(AuditEntry, 1);
  *entry = (AuditEntry){.id = id,
                        .time_us = 1700000000000000 + id,
                        .broker = g_strdup("b1"),
                        .actor = g_strdup("alice"),
                        .action = g_strdup("session.assign"),
                        .object = g_strdup("desktop/office-0001"),
                        .succeeded = TRUE,
                        .code = g_strdup(""),
                        .detail = g_strdup("native"),
                        .address = g_strdup("192.0.2.7"),
                        .count = 1};
  return entry;
}

static GArray *
digest_rows(const Chain *chain, guint first, guint count)
{
  GArray *digests = g_array_new(FALSE, FALSE, sizeof(AuditDigest));
  for (guint i = first; i < first + count; i++) {
    const AuditDigest digest = audit_entry_digest(g_ptr_array_index(chain->rows, i));
    g_array_append_val(digests, digest);
  }
  return digests;
}

/* As whoever has the key seals the rows of @seal, whatever else it says. */
static void
sign_again(Chain *chain, AuditSeal *seal)
{
  g_autoptr(GArray) digests = digest_rows(chain, (guint)seal->first_row - 1, (guint)seal->row_count);
  g_free(seal->hash);
  seal->hash = audit_seal_hash(seal, digests);
  audit_seal_sign(seal, chain->key);
}

/* Seals the @count rows from @first on. */
static AuditSeal *
seal_rows(Chain *chain, guint first, guint count)
{
  const AuditSeal *before =
      chain->seals->len > 0 ? g_ptr_array_index(chain->seals, chain->seals->len - 1) : NULL;
  g_autoptr(GArray) digests = digest_rows(chain, first, count);
  AuditSeal *seal = g_new0(AuditSeal, 1);
  *seal = (AuditSeal){.broker = g_strdup("b1"),
                      .number = chain->seals->len + 1,
                      .generation = 1,
                      .first_id = ((AuditEntry *)g_ptr_array_index(chain->rows, first))->id,
                      .last_id = ((AuditEntry *)g_ptr_array_index(chain->rows, first + count - 1))->id,
                      .first_row = first + 1,
                      .row_count = count,
                      .time_us = 1700000001000000,
                      .sealed_by = g_strdup("b1"),
                      .key_id = g_strdup(grant_key_id(chain->key)),
                      .witnesses = g_strdup(""),
                      .previous = g_strdup(before != NULL ? before->hash : audit_chain_start),
                      .marks = audit_digests_marks(digests)};
  seal->hash = audit_seal_hash(seal, digests);
  audit_seal_sign(seal, chain->key);
  g_ptr_array_add(chain->seals, seal);
  return seal;
}

/* Nine rows with odd ids, in seals of three. */
static void
chain_set_up(Chain *chain, gconstpointer data)
{
  chain->key = grant_key_new("b1-audit");
  chain->keys = grant_key_set_new();
  grant_key_set_add(chain->keys, chain->key);
  chain->rows = g_ptr_array_new_with_free_func((GDestroyNotify)audit_entry_free);
  chain->seals = g_ptr_array_new_with_free_func((GDestroyNotify)audit_seal_free);
  for (gint64 id = 1; id <= 17; id += 2)
    g_ptr_array_add(chain->rows, entry_new(id));
  for (guint first = 0; first < 9; first += 3)
    seal_rows(chain, first, 3);
}

static void
chain_tear_down(Chain *chain, gconstpointer data)
{
  grant_key_free(chain->key);
  grant_key_set_free(chain->keys);
  g_ptr_array_unref(chain->rows);
  g_ptr_array_unref(chain->seals);
}

/* As a reader of a database does: to each seal the rows up to its last id. */
static void
walk(Chain *chain, AuditVerifier *verifier)
{
  guint row = 0;
  for (guint i = 0; i < chain->seals->len; i++) {
    const AuditSeal *seal = g_ptr_array_index(chain->seals, i);
    for (; row < chain->rows->len && ((AuditEntry *)g_ptr_array_index(chain->rows, row))->id <= seal->last_id;
         row++)
      if (!audit_verifier_add_row(verifier, g_ptr_array_index(chain->rows, row)))
        return;
    if (!audit_verifier_add_seal(verifier, seal))
      return;
  }
  audit_verifier_end(verifier);
}

static void
assert_broken(Chain *chain, gint64 seal, gint64 row_id, const char *reason)
{
  g_autoptr(AuditVerifier) verifier = audit_verifier_new(chain->keys);
  g_assert_true(audit_verifier_begin(verifier, "b1", NULL));
  walk(chain, verifier);
  const AuditBreak *problem = audit_verifier_problem(verifier);
  g_assert_nonnull(problem);
  g_assert_cmpstr(problem->broker, ==, "b1");
  g_assert_cmpint(problem->seal, ==, seal);
  g_assert_cmpint(problem->row_id, ==, row_id);
  if (strstr(problem->reason, reason) == NULL)
    g_error("“%s” is not in “%s”", reason, problem->reason);
}

static void
test_whole(Chain *chain, gconstpointer data)
{
  g_autoptr(AuditVerifier) verifier = audit_verifier_new(chain->keys);
  g_assert_true(audit_verifier_begin(verifier, "b1", NULL));
  walk(chain, verifier);
  g_assert_null(audit_verifier_problem(verifier));
  const AuditProgress *progress = audit_verifier_progress(verifier);
  g_assert_cmpint(progress->rows, ==, 9);
  g_assert_cmpint(progress->seals, ==, 3);
  g_assert_cmpint(progress->last_id, ==, 17);
}

static void
test_each_field_counts(Chain *chain, gconstpointer data)
{
  AuditEntry *entry = g_ptr_array_index(chain->rows, 4);
  char **texts[] = {&entry->actor, &entry->action, &entry->object,
                    &entry->code,  &entry->detail, &entry->address};
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    char *was = *texts[i];
    *texts[i] = g_strconcat(was, "x", NULL);
    assert_broken(chain, 2, entry->id, "changed or replaced");
    g_free(*texts[i]);
    *texts[i] = was;
  }
  entry->time_us++;
  assert_broken(chain, 2, entry->id, "changed or replaced");
  entry->time_us--;
  entry->succeeded = FALSE;
  assert_broken(chain, 2, entry->id, "changed or replaced");
  entry->succeeded = TRUE;
  entry->count = 2;
  assert_broken(chain, 2, entry->id, "changed or replaced");
}

/* A byte that moves from one text to the next is another row. */
static void
test_texts_do_not_run_together(Chain *chain, gconstpointer data)
{
  AuditEntry *entry = g_ptr_array_index(chain->rows, 0);
  g_free(entry->actor);
  g_free(entry->action);
  entry->actor = g_strdup("alices");
  entry->action = g_strdup("ession.assign");
  assert_broken(chain, 1, entry->id, "changed or replaced");
}

static void
test_removed_rows(Chain *chain, gconstpointer data)
{
  for (guint at = 0; at < 9; at++) {
    AuditEntry *entry = g_ptr_array_steal_index(chain->rows, at);
    assert_broken(chain, at / 3 + 1, 0, "is missing");
    g_ptr_array_insert(chain->rows, (int)at, entry);
  }
}

static void
test_inserted_rows(Chain *chain, gconstpointer data)
{
  for (guint at = 1; at < 9; at++) {
    g_ptr_array_insert(chain->rows, (int)at, entry_new(2 * at));
    assert_broken(chain, at / 3 + 1, 2 * at, "put in after");
    g_ptr_array_remove_index(chain->rows, at);
  }
}

static void
test_exchanged_rows(Chain *chain, gconstpointer data)
{
  AuditEntry *some = g_ptr_array_index(chain->rows, 3), *other = g_ptr_array_index(chain->rows, 5);
  gint64 id = some->id;
  some->id = other->id;
  other->id = id;
  chain->rows->pdata[3] = other;
  chain->rows->pdata[5] = some;
  g_free(some->actor);
  some->actor = g_strdup("bob");
  assert_broken(chain, 2, other->id, "changed or replaced");
}

static void
test_removed_seals(Chain *chain, gconstpointer data)
{
  g_autoptr(AuditSeal) second = g_ptr_array_steal_index(chain->seals, 1);
  assert_broken(chain, 3, 0, "Seals are missing");
}

/* Whoever has no key cannot make a seal for rows that he changed. */
static void
test_forged_seal(Chain *chain, gconstpointer data)
{
  g_autoptr(GrantKey) other = grant_key_new("b1-audit");
  AuditEntry *entry = g_ptr_array_index(chain->rows, 8);
  entry->succeeded = FALSE;
  g_autoptr(AuditSeal) last = g_ptr_array_steal_index(chain->seals, 2);
  GrantKey *key = chain->key;
  chain->key = other;
  seal_rows(chain, 6, 3);
  chain->key = key;
  assert_broken(chain, 3, 0, "not signed");
}

static void
test_changed_seal(Chain *chain, gconstpointer data)
{
  AuditSeal *seal = g_ptr_array_index(chain->seals, 1);
  gint64 *numbers[] = {&seal->first_id, &seal->time_us, &seal->generation};
  for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
    (*numbers[i])++;
    assert_broken(chain, 2, 0, "The seal itself was changed");
    (*numbers[i])--;
  }
  seal->marks[0] = seal->marks[0] == 'A' ? 'B' : 'A';
  assert_broken(chain, 2, 7, "");
}

/* Whoever has the key cannot join two histories: one of before a backup was restored has its own seals. */
static void
test_seal_of_another_history(Chain *chain, gconstpointer data)
{
  AuditSeal *seal = g_ptr_array_index(chain->seals, 1);
  g_autofree char *hash = g_steal_pointer(&seal->hash);
  g_free(seal->previous);
  seal->previous = g_strdup(audit_chain_start);
  sign_again(chain, seal);
  assert_broken(chain, 2, 0, "does not follow");
  seal->generation--; /* of a broker that was set back */
  g_free(seal->previous);
  seal->previous = g_strdup(((AuditSeal *)g_ptr_array_index(chain->seals, 0))->hash);
  sign_again(chain, seal);
  assert_broken(chain, 2, 0, "does not follow");
  seal->generation++;
  sign_again(chain, seal);
  g_assert_cmpstr(seal->hash, ==, hash); /* it was only that */
}

static void
test_rows_out_of_order(Chain *chain, gconstpointer data)
{
  static const struct {
    gint64 id;
    const char *broker;
  } rows[] = {{5, "b1"}, {4, "b1"}, {6, "b2"}};
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(AuditVerifier) verifier = audit_verifier_new(chain->keys);
    g_autoptr(AuditEntry) first = entry_new(5);
    g_autoptr(AuditEntry) second = entry_new(rows[i].id);
    g_free(second->broker);
    second->broker = g_strdup(rows[i].broker);
    g_assert_true(audit_verifier_begin(verifier, "b1", NULL));
    g_assert_true(audit_verifier_add_row(verifier, first));
    g_assert_false(audit_verifier_add_row(verifier, second));
    g_assert_nonnull(strstr(audit_verifier_problem(verifier)->reason, "out of its order"));
  }
}

/* Whoever writes to the database could accuse a chain of what nobody saw. */
static void
test_witness_without_a_signature(Chain *chain, gconstpointer data)
{
  const AuditSeal *last = g_ptr_array_index(chain->seals, 2);
  g_autoptr(GrantKey) other = grant_key_new("b1-audit");
  AuditSeal witness = {.broker = (char *)"b2", .key_id = last->key_id, .hash = last->hash};
  witness.witnesses = g_strdup_printf("b1 4 %s", last->hash);
  audit_seal_sign(&witness, other);
  g_autoptr(AuditVerifier) verifier = audit_verifier_new(chain->keys);
  audit_verifier_add_witness(verifier, &witness);
  g_assert_true(audit_verifier_begin(verifier, "b1", NULL));
  walk(chain, verifier);
  g_assert_null(audit_verifier_problem(verifier));
  g_free(witness.witnesses);
  g_free(witness.signature);
}

static void
test_tail_that_others_saw(Chain *chain, gconstpointer data)
{
  const AuditSeal *last = g_ptr_array_index(chain->seals, 2);
  AuditSeal witness = {.broker = (char *)"b2", .key_id = last->key_id, .hash = last->hash};
  witness.witnesses = g_strdup_printf("b1 3 %s", last->hash);
  audit_seal_sign(&witness, chain->key);
  g_autoptr(AuditVerifier) verifier = audit_verifier_new(chain->keys);
  audit_verifier_add_witness(verifier, &witness);
  g_assert_true(audit_verifier_begin(verifier, "b1", NULL));
  walk(chain, verifier);
  g_assert_null(audit_verifier_problem(verifier));
  g_ptr_array_set_size(chain->seals, 2); /* and its rows */
  g_ptr_array_set_size(chain->rows, 6);
  g_assert_true(audit_verifier_begin(verifier, "b1", NULL));
  walk(chain, verifier);
  g_assert_nonnull(strstr(audit_verifier_problem(verifier)->reason, "The end was cut off"));
  g_free(witness.witnesses);
  g_free(witness.signature);
}

static void
test_history_that_others_saw(Chain *chain, gconstpointer data)
{
  AuditSeal *last = g_ptr_array_index(chain->seals, 2);
  AuditSeal witness = {.broker = (char *)"b2", .key_id = last->key_id, .hash = last->hash};
  witness.witnesses = g_strdup_printf("b1 3 %s", audit_chain_start);
  audit_seal_sign(&witness, chain->key);
  g_autoptr(AuditVerifier) verifier = audit_verifier_new(chain->keys);
  audit_verifier_add_witness(verifier, &witness);
  g_assert_true(audit_verifier_begin(verifier, "b1", NULL));
  walk(chain, verifier);
  g_assert_nonnull(strstr(audit_verifier_problem(verifier)->reason, "history was written anew"));
  g_free(witness.witnesses);
  g_free(witness.signature);
}

/* A key that a file brings signs any numbers; counting on from them must not overflow. */
static void
test_numbers_that_no_seal_has(Chain *chain, gconstpointer data)
{
  static const struct {
    gint64 number, first_row, row_count;
  } rows[] = {{1, G_MAXINT64, G_MAXINT64},
              {1, G_MAXINT64, 1},
              {G_MAXINT64, 1, 1},
              {1, 1, G_MAXINT64},
              {1, 1, 0},
              {1, 0, 1},
              {0, 1, 1}};
  AuditSeal *seal = g_ptr_array_index(chain->seals, 0);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(AuditVerifier) verifier = audit_verifier_new(chain->keys);
    seal->number = rows[i].number;
    seal->first_row = rows[i].first_row;
    seal->row_count = rows[i].row_count;
    g_assert_false(audit_verifier_begin_after(verifier, seal));
    g_assert_nonnull(strstr(audit_verifier_problem(verifier)->reason, "none that a seal can have"));
  }
}

static void
test_after_a_checkpoint(Chain *chain, gconstpointer data)
{
  g_autoptr(AuditSeal) first = g_ptr_array_steal_index(chain->seals, 0);
  AuditCheckpoint checkpoint = {.broker = (char *)"b1",
                                .number = 1,
                                .last_id = first->last_id,
                                .last_row = 3,
                                .hash = first->hash,
                                .time_us = 1,
                                .trimmed_by = (char *)"b1",
                                .key_id = first->key_id};
  audit_checkpoint_sign(&checkpoint, chain->key);
  g_ptr_array_remove_range(chain->rows, 0, 3);
  AuditVerifier *verifier = audit_verifier_new(chain->keys);
  g_assert_true(audit_verifier_begin(verifier, "b1", &checkpoint));
  walk(chain, verifier);
  g_assert_null(audit_verifier_problem(verifier));
  audit_verifier_free(verifier);
  assert_broken(chain, 2, 0, "Seals are missing"); /* without it */
  checkpoint.last_row = 2;
  verifier = audit_verifier_new(chain->keys);
  g_assert_false(audit_verifier_begin(verifier, "b1", &checkpoint));
  g_assert_nonnull(strstr(audit_verifier_problem(verifier)->reason, "not signed"));
  audit_verifier_free(verifier);
  g_free(checkpoint.signature);
}

/* The vector of docs/audit.md: what others must compute from the same row. */
static void
test_vector(void)
{
  g_autoptr(AuditEntry) entry = entry_new(7);
  g_autoptr(GArray) digests = g_array_new(FALSE, FALSE, sizeof(AuditDigest));
  const AuditDigest digest = audit_entry_digest(entry);
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < sizeof digest.bytes; i++)
    g_string_append_printf(text, "%02x", digest.bytes[i]);
  g_assert_cmpstr(text->str, ==, ROW_VECTOR);
  g_array_append_val(digests, digest);
  const AuditSeal seal = {.broker = (char *)"b1",
                          .number = 1,
                          .generation = 1,
                          .first_id = 7,
                          .last_id = 7,
                          .first_row = 1,
                          .row_count = 1,
                          .time_us = 1700000001000000,
                          .sealed_by = (char *)"b1",
                          .key_id = (char *)"b1-0a1b2c3d",
                          .witnesses = (char *)"",
                          .previous = (char *)audit_chain_start};
  g_autofree char *hash = audit_seal_hash(&seal, digests);
  g_assert_cmpstr(hash, ==, SEAL_VECTOR);
}

#define ADD(name, function)                                                                                  \
  g_test_add("/audit-chain/" name, Chain, NULL, chain_set_up, function, chain_tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("whole", test_whole);
  ADD("each-field-counts", test_each_field_counts);
  ADD("texts-do-not-run-together", test_texts_do_not_run_together);
  ADD("removed-rows", test_removed_rows);
  ADD("inserted-rows", test_inserted_rows);
  ADD("exchanged-rows", test_exchanged_rows);
  ADD("removed-seals", test_removed_seals);
  ADD("forged-seal", test_forged_seal);
  ADD("changed-seal", test_changed_seal);
  ADD("seal-of-another-history", test_seal_of_another_history);
  ADD("rows-out-of-order", test_rows_out_of_order);
  ADD("witness-without-a-signature", test_witness_without_a_signature);
  ADD("tail-that-others-saw", test_tail_that_others_saw);
  ADD("history-that-others-saw", test_history_that_others_saw);
  ADD("numbers-that-no-seal-has", test_numbers_that_no_seal_has);
  ADD("after-a-checkpoint", test_after_a_checkpoint);
  g_test_add_func("/audit-chain/vector", test_vector);
  return g_test_run();
}
