/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/password_hasher.h"

#include "common/base/error.h"

#include <sodium.h>
#include <string.h>

struct PasswordHasher {
  GMutex mutex;
  GCond free_worker;
  guint workers;
  guint waiting_limit;
  guint running;
  guint waiting;
  char dummy_hash[crypto_pwhash_STRBYTES]; /* of a random password, for names that do not exist */
};

static gboolean
hash_text(const char *password, char *hash)
{
  return crypto_pwhash_str_alg(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                               crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

PasswordHasher *
password_hasher_new(guint workers, guint waiting)
{
  PasswordHasher *hasher = g_new0(PasswordHasher, 1);
  if (sodium_init() < 0)
    g_error("libsodium cannot be initialised");
  g_mutex_init(&hasher->mutex);
  g_cond_init(&hasher->free_worker);
  hasher->workers = workers;
  hasher->waiting_limit = waiting;
  unsigned char random[24];
  char password[sizeof random * 2 + 1];
  randombytes_buf(random, sizeof random);
  sodium_bin2hex(password, sizeof password, random, sizeof random);
  if (!hash_text(password, hasher->dummy_hash))
    g_error("There is not enough memory to hash a password");
  return hasher;
}

static gboolean
enter(PasswordHasher *hasher, GError **error)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hasher->mutex);
  if (hasher->running >= hasher->workers && hasher->waiting >= hasher->waiting_limit) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
                "Too many people are signing in at this moment; try again in a few seconds.");
    return FALSE;
  }
  hasher->waiting++;
  while (hasher->running >= hasher->workers)
    g_cond_wait(&hasher->free_worker, &hasher->mutex);
  hasher->waiting--;
  hasher->running++;
  return TRUE;
}

static void
leave(PasswordHasher *hasher)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&hasher->mutex);
  hasher->running--;
  g_cond_signal(&hasher->free_worker);
}

char *
password_hasher_hash(PasswordHasher *hasher, const char *password, GError **error)
{
  char hash[crypto_pwhash_STRBYTES];
  if (!enter(hasher, error))
    return NULL;
  gboolean done = hash_text(password, hash);
  leave(hasher);
  if (done)
    return g_strdup(hash);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_OVERLOADED,
              "There is not enough memory to check a password; try again in a few seconds.");
  return NULL;
}

gboolean
password_hasher_verify(PasswordHasher *hasher, const char *hash, const char *password, gboolean *ret_matches,
                       GError **error)
{
  if (!enter(hasher, error))
    return FALSE;
  const char *against = hash != NULL ? hash : hasher->dummy_hash;
  gboolean matches = crypto_pwhash_str_verify(against, password, strlen(password)) == 0;
  leave(hasher);
  *ret_matches = matches && hash != NULL;
  return TRUE;
}

void
password_hasher_free(PasswordHasher *hasher)
{
  if (hasher == NULL)
    return;
  g_mutex_clear(&hasher->mutex);
  g_cond_clear(&hasher->free_worker);
  g_free(hasher);
}
