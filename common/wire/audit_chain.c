/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/audit_chain.h"

#include "common/base/secret.h"
#include "common/wire/grant_key.h"

#include <string.h>

/* What is signed begins with words of its own, so that no signature stands for two things. */
#define ROW_WORDS        "caraway-audit-row-1\n"
#define SEAL_WORDS       "caraway-audit-seal-1\n"
#define HEAD_WORDS       "caraway-audit-head-1\n"
#define CHECKPOINT_WORDS "caraway-audit-checkpoint-1\n"

#define MARK_BYTES (AUDIT_MARK_LENGTH / 4 * 3)

const char audit_chain_start[] = "0000000000000000000000000000000000000000000000000000000000000000";

G_STATIC_ASSERT(AUDIT_DIGEST_BYTES == crypto_hash_sha256_BYTES);

static void
add_words(crypto_hash_sha256_state *state, const char *words)
{
  crypto_hash_sha256_update(state, (const guint8 *)words, strlen(words));
}

static void
add_number(crypto_hash_sha256_state *state, gint64 number)
{
  guint64 bytes = GUINT64_TO_BE((guint64)number);
  crypto_hash_sha256_update(state, (const guint8 *)&bytes, sizeof bytes);
}

/* The length comes first, so that no text can run into the next. */
static void
add_text(crypto_hash_sha256_state *state, const char *text)
{
  guint32 length = GUINT32_TO_BE((guint32)strlen(text));
  crypto_hash_sha256_update(state, (const guint8 *)&length, sizeof length);
  add_words(state, text);
}

AuditDigest
audit_entry_digest(const AuditEntry *entry)
{
  AuditDigest digest;
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  add_words(&state, ROW_WORDS);
  add_number(&state, entry->id);
  add_number(&state, entry->time_us);
  add_text(&state, entry->broker);
  add_text(&state, entry->actor);
  add_text(&state, entry->action);
  add_text(&state, entry->object);
  add_number(&state, entry->succeeded ? 1 : 0);
  add_text(&state, entry->code);
  add_text(&state, entry->detail);
  add_text(&state, entry->address);
  add_number(&state, MAX(entry->count, 1));
  crypto_hash_sha256_final(&state, digest.bytes);
  return digest;
}

char *
audit_digests_marks(const GArray *digests)
{
  GString *marks = g_string_sized_new(digests->len * AUDIT_MARK_LENGTH);
  for (guint i = 0; i < digests->len; i++) {
    g_autofree char *mark = secret_to_base64url(g_array_index(digests, AuditDigest, i).bytes, MARK_BYTES);
    g_string_append(marks, mark);
  }
  return g_string_free(marks, FALSE);
}

static char *
hexadecimal(const guint8 *bytes, gsize size)
{
  char *text = g_malloc(2 * size + 1);
  return sodium_bin2hex(text, 2 * size + 1, bytes, size);
}

char *
audit_seal_hash(const AuditSeal *seal, const GArray *digests)
{
  guint8 hash[AUDIT_DIGEST_BYTES];
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  add_words(&state, SEAL_WORDS);
  add_text(&state, seal->previous);
  add_text(&state, seal->broker);
  add_number(&state, seal->number);
  add_number(&state, seal->generation);
  add_number(&state, seal->first_id);
  add_number(&state, seal->last_id);
  add_number(&state, seal->first_row);
  add_number(&state, seal->row_count);
  add_number(&state, seal->time_us);
  add_text(&state, seal->sealed_by);
  add_text(&state, seal->key_id);
  add_text(&state, seal->witnesses);
  for (guint i = 0; i < digests->len; i++)
    crypto_hash_sha256_update(&state, g_array_index(digests, AuditDigest, i).bytes, AUDIT_DIGEST_BYTES);
  crypto_hash_sha256_final(&state, hash);
  return hexadecimal(hash, sizeof hash);
}

static char *
sign(const char *text, const GrantKey *key)
{
  guint8 signature[crypto_sign_BYTES];
  grant_key_sign(key, text, signature);
  return secret_to_base64url(signature, sizeof signature);
}

static gboolean
is_signed(const char *text, const char *signature, const char *key_id, const GrantKeySet *keys)
{
  g_autoptr(GBytes) bytes = secret_from_base64url(signature, -1);
  return bytes != NULL && g_bytes_get_size(bytes) == crypto_sign_BYTES &&
         grant_key_set_check(keys, key_id, text, strlen(text), g_bytes_get_data(bytes, NULL));
}

/* The hash is over all the rest. */
static char *
seal_text(const AuditSeal *seal)
{
  return g_strconcat(HEAD_WORDS, seal->hash, NULL);
}

void
audit_seal_sign(AuditSeal *seal, const GrantKey *key)
{
  g_autofree char *text = seal_text(seal);
  g_free(seal->signature);
  seal->signature = sign(text, key);
}

gboolean
audit_seal_is_signed(const AuditSeal *seal, const GrantKeySet *keys)
{
  g_autofree char *text = seal_text(seal);
  return is_signed(text, seal->signature, seal->key_id, keys);
}

/* Neither the name of a broker nor of a key can hold a line feed. */
static char *
checkpoint_text(const AuditCheckpoint *checkpoint)
{
  return g_strdup_printf(CHECKPOINT_WORDS "%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT
                                          "\n%s\n%" G_GINT64_FORMAT "\n%s\n%s",
                         checkpoint->broker, checkpoint->number, checkpoint->last_id, checkpoint->last_row,
                         checkpoint->hash, checkpoint->time_us, checkpoint->trimmed_by, checkpoint->key_id);
}

void
audit_checkpoint_sign(AuditCheckpoint *checkpoint, const GrantKey *key)
{
  g_autofree char *text = checkpoint_text(checkpoint);
  g_free(checkpoint->signature);
  checkpoint->signature = sign(text, key);
}

gboolean
audit_checkpoint_is_signed(const AuditCheckpoint *checkpoint, const GrantKeySet *keys)
{
  g_autofree char *text = checkpoint_text(checkpoint);
  return is_signed(text, checkpoint->signature, checkpoint->key_id, keys);
}

void
audit_seal_free(AuditSeal *seal)
{
  if (seal == NULL)
    return;
  g_free(seal->broker);
  g_free(seal->sealed_by);
  g_free(seal->key_id);
  g_free(seal->witnesses);
  g_free(seal->previous);
  g_free(seal->hash);
  g_free(seal->signature);
  g_free(seal->marks);
  g_free(seal);
}

void
audit_checkpoint_free(AuditCheckpoint *checkpoint)
{
  if (checkpoint == NULL)
    return;
  g_free(checkpoint->broker);
  g_free(checkpoint->hash);
  g_free(checkpoint->trimmed_by);
  g_free(checkpoint->key_id);
  g_free(checkpoint->signature);
  g_free(checkpoint);
}

void
audit_key_free(AuditKey *key)
{
  if (key == NULL)
    return;
  g_free(key->id);
  g_free(key->broker);
  g_free(key->public_key);
  g_free(key);
}
