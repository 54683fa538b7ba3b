/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/device_proof.h"

#include "common/base/secret.h"

#include <sodium.h>
#include <string.h>

#define CONTEXT           "caraway-device-v1"
#define CODE_SALT         "caraway-device-code-v1"
#define CODE_BYTES        5
#define CODE_LETTERS      8
#define CODE_BITS         5
#define FINGERPRINT_BYTES 16
#define SCRYPT_N          (1u << 14)
#define SCRYPT_R          8
#define SCRYPT_P          1

/* Crockford's: without I, L, O and U. */
static const char LETTERS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const char *const PURPOSES[] = {[DEVICE_PROOF_ENROL] = "enrol", [DEVICE_PROOF_SIGN_IN] = "sign-in"};

struct DeviceKey {
  guint8 public_key[crypto_sign_PUBLICKEYBYTES];
  guint8 secret[crypto_sign_SECRETKEYBYTES];
};

static void
prepare(void)
{
  if (sodium_init() < 0)
    g_error("libsodium cannot be initialised");
}

DeviceKey *
device_key_new(void)
{
  prepare();
  DeviceKey *key = g_new0(DeviceKey, 1);
  crypto_sign_keypair(key->public_key, key->secret);
  return key;
}

/* The bytes of @text, which has to be their one spelling: base64url leaves bits of the last letter unused. */
static GBytes *
read_bytes(const char *text, gsize size)
{
  g_autoptr(GBytes) bytes = secret_from_base64url(text, -1);
  if (bytes == NULL || g_bytes_get_size(bytes) != size)
    return NULL;
  char *again = secret_to_base64url(g_bytes_get_data(bytes, NULL), size);
  gboolean same = strcmp(again, text) == 0;
  secret_free(again);
  return same ? g_steal_pointer(&bytes) : NULL;
}

DeviceKey *
device_key_from_seed(const char *seed)
{
  g_autoptr(GBytes) bytes = read_bytes(seed, crypto_sign_SEEDBYTES);
  if (bytes == NULL)
    return NULL;
  prepare();
  DeviceKey *key = g_new0(DeviceKey, 1);
  crypto_sign_seed_keypair(key->public_key, key->secret, g_bytes_get_data(bytes, NULL));
  return key;
}

char *
device_key_seed(const DeviceKey *key)
{
  guint8 seed[crypto_sign_SEEDBYTES];
  crypto_sign_ed25519_sk_to_seed(seed, key->secret);
  char *text = secret_to_base64url(seed, sizeof seed);
  sodium_memzero(seed, sizeof seed);
  return text;
}

char *
device_key_public(const DeviceKey *key)
{
  return secret_to_base64url(key->public_key, sizeof key->public_key);
}

char *
device_key_sign(const DeviceKey *key, const DeviceProof *proof)
{
  guint8 signature[crypto_sign_BYTES];
  g_autoptr(GByteArray) transcript = device_proof_transcript(proof);
  crypto_sign_detached(signature, NULL, transcript->data, transcript->len, key->secret);
  return secret_to_base64url(signature, sizeof signature);
}

void
device_key_free(DeviceKey *key)
{
  if (key == NULL)
    return;
  sodium_memzero(key, sizeof *key);
  g_free(key);
}

static void
append(GByteArray *transcript, const char *text)
{
  guint32 length = (guint32)strlen(text);
  guint32 big_endian = GUINT32_TO_BE(length);
  g_byte_array_append(transcript, (const guint8 *)&big_endian, sizeof big_endian);
  g_byte_array_append(transcript, (const guint8 *)text, length);
}

GByteArray *
device_proof_transcript(const DeviceProof *proof)
{
  GByteArray *transcript = g_byte_array_new();
  append(transcript, CONTEXT);
  append(transcript, PURPOSES[proof->purpose]);
  append(transcript, proof->installation);
  append(transcript, proof->subject);
  append(transcript, proof->nonce);
  return transcript;
}

gboolean
device_proof_key_is_good(const char *public_key)
{
  g_autoptr(GBytes) bytes = read_bytes(public_key, crypto_sign_PUBLICKEYBYTES);
  prepare();
  return bytes != NULL && crypto_core_ed25519_is_valid_point(g_bytes_get_data(bytes, NULL)) == 1;
}

gboolean
device_proof_check(const DeviceProof *proof, const char *public_key, const char *signature)
{
  g_autoptr(GBytes) key = read_bytes(public_key, crypto_sign_PUBLICKEYBYTES);
  g_autoptr(GBytes) bytes = read_bytes(signature, crypto_sign_BYTES);
  if (key == NULL || bytes == NULL)
    return FALSE;
  prepare();
  g_autoptr(GByteArray) transcript = device_proof_transcript(proof);
  return crypto_sign_verify_detached(g_bytes_get_data(bytes, NULL), transcript->data, transcript->len,
                                     g_bytes_get_data(key, NULL)) == 0;
}

static char *
write_code(const guint8 bytes[CODE_BYTES])
{
  guint64 bits = 0;
  for (guint i = 0; i < CODE_BYTES; i++)
    bits = bits << 8 | bytes[i];
  char letters[CODE_LETTERS];
  for (guint i = CODE_LETTERS; i-- > 0; bits >>= CODE_BITS)
    letters[i] = LETTERS[bits & ((1u << CODE_BITS) - 1)];
  return g_strdup_printf("%.4s-%.4s", letters, letters + CODE_LETTERS / 2);
}

char *
device_proof_code(const char *public_key, const char *installation)
{
  guint8 code[CODE_BYTES];
  g_autoptr(GBytes) key = read_bytes(public_key, crypto_sign_PUBLICKEYBYTES);
  g_return_val_if_fail(key != NULL, NULL);
  g_autofree char *salt = g_strconcat(CODE_SALT, installation, NULL);
  prepare();
  if (crypto_pwhash_scryptsalsa208sha256_ll(g_bytes_get_data(key, NULL), crypto_sign_PUBLICKEYBYTES,
                                            (const guint8 *)salt, strlen(salt), SCRYPT_N, SCRYPT_R, SCRYPT_P,
                                            code, sizeof code) != 0)
    g_error("there is no memory for scrypt");
  return write_code(code);
}

static char
normal_letter(char typed)
{
  char letter = g_ascii_toupper(typed);
  if (letter == 'O')
    return '0';
  return letter == 'I' || letter == 'L' ? '1' : letter;
}

char *
device_proof_code_from_typed(const char *typed)
{
  char letters[CODE_LETTERS];
  guint count = 0;
  for (; *typed != '\0'; typed++) {
    char letter = normal_letter(*typed);
    if (letter == '-' || letter == ' ')
      continue;
    if (count == CODE_LETTERS || strchr(LETTERS, letter) == NULL)
      return NULL;
    letters[count++] = letter;
  }
  return count == CODE_LETTERS ? g_strdup_printf("%.4s-%.4s", letters, letters + CODE_LETTERS / 2) : NULL;
}

char *
device_proof_fingerprint(const char *public_key)
{
  guint8 hash[crypto_hash_sha256_BYTES];
  g_autoptr(GBytes) key = read_bytes(public_key, crypto_sign_PUBLICKEYBYTES);
  g_return_val_if_fail(key != NULL, NULL);
  prepare();
  crypto_hash_sha256(hash, g_bytes_get_data(key, NULL), g_bytes_get_size(key));
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < FINGERPRINT_BYTES; i++)
    g_string_append_printf(text, "%s%02x", i > 0 && i % 2 == 0 ? " " : "", hash[i]);
  return g_string_free(text, FALSE);
}
