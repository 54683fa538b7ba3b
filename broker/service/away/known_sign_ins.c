/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/away/known_sign_ins.h"

#define FORGOTTEN_MAX 4096

typedef struct KnownToken KnownToken;

/* The account of sign-ins; goes with the last of them. */
typedef struct {
  char *id;
  char *name;
  char *full_name;
  char *source;
  gboolean administrator, administrates;
  gboolean password_change_required;
  KnownToken *first;
} KnownAccount;

struct KnownToken {
  char *hash; /* interned: sessions name it, too */
  KnownAccount *account;
  KnownToken *next; /* of the same account */
  GList link;       /* in by_age */
  gint64 used_us;
  gint64 expires_us;
  gint64 factor_us;
  guint load; /* by which it was noted last */
};

struct KnownSignIns {
  GMutex mutex;
  GHashTable *accounts; /* id → KnownAccount */
  GHashTable *tokens;   /* hash → KnownToken */
  GQueue by_age;        /* of KnownToken, oldest first */
  guint load;
  guint64 stamp;         /* raised whenever sign-ins are forgotten */
  GHashTable *forgotten; /* account id → guint64: the stamp then */
  guint64 floor;         /* what is not in there any more was forgotten before */
};

static void
account_clear(gpointer data)
{
  KnownAccount *account = data;
  g_free(account->id);
  g_free(account->name);
  g_free(account->full_name);
  g_free(account->source);
  g_free(account);
}

static void
token_clear(gpointer data)
{
  KnownToken *token = data;
  g_ref_string_release(token->hash);
  g_free(token);
}

KnownSignIns *
known_sign_ins_new(void)
{
  KnownSignIns *known = g_new0(KnownSignIns, 1);
  g_mutex_init(&known->mutex);
  known->accounts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, account_clear);
  known->tokens = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, token_clear);
  known->forgotten = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return known;
}

guint64
known_sign_ins_stamp(KnownSignIns *known)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  return known->stamp;
}

/* --- all of these under the mutex --- */

static void
forget(KnownSignIns *known, KnownToken *token)
{
  KnownAccount *account = token->account;
  KnownToken **place = &account->first;
  while (*place != token)
    place = &(*place)->next;
  *place = token->next;
  if (account->first == NULL)
    g_hash_table_remove(known->accounts, account->id);
  g_queue_unlink(&known->by_age, &token->link);
  g_hash_table_remove(known->tokens, token->hash);
}

static KnownAccount *
take_account(KnownSignIns *known, const User *user)
{
  KnownAccount *account = g_hash_table_lookup(known->accounts, user->id);
  if (account == NULL) {
    account = g_new0(KnownAccount, 1);
    account->id = g_strdup(user->id);
    g_hash_table_insert(known->accounts, account->id, account);
  }
  g_free(account->name);
  g_free(account->full_name);
  g_free(account->source);
  account->source = g_strdup(user->source);
  account->name = g_strdup(user->name);
  account->full_name = g_strdup(user->full_name);
  account->administrator = user->administrator;
  account->administrates = user->administrates;
  account->password_change_required = user->password_change_required;
  return account;
}

static void
add(KnownSignIns *known, KnownAccount *account, const char *hash)
{
  KnownToken *token = g_new0(KnownToken, 1);
  token->hash = g_ref_string_new_intern(hash);
  token->account = account;
  token->next = account->first;
  account->first = token;
  token->link.data = token;
  g_queue_push_tail_link(&known->by_age, &token->link);
  g_hash_table_insert(known->tokens, token->hash, token);
}

static gboolean
is_old(KnownSignIns *known, guint64 stamp, const char *user_id)
{
  const guint64 *forgotten = g_hash_table_lookup(known->forgotten, user_id);
  return stamp < known->floor || (forgotten != NULL && *forgotten > stamp);
}

static void
note_forgotten(KnownSignIns *known, const char *user_id)
{
  known->stamp++;
  if (g_hash_table_size(known->forgotten) >= FORGOTTEN_MAX) {
    g_hash_table_remove_all(known->forgotten);
    known->floor = known->stamp;
  }
  g_hash_table_replace(known->forgotten, g_strdup(user_id), g_memdup2(&known->stamp, sizeof known->stamp));
}

void
known_sign_ins_put(KnownSignIns *known, guint64 stamp, const char *token_hash, const User *user,
                   gint64 used_us, gint64 expires_us, gint64 factor_us)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  if (is_old(known, stamp, user->id))
    return;
  KnownAccount *account = take_account(known, user);
  if (!g_hash_table_contains(known->tokens, token_hash))
    add(known, account, token_hash);
  KnownToken *token = g_hash_table_lookup(known->tokens, token_hash);
  token->used_us = used_us;
  token->expires_us = expires_us;
  token->factor_us = factor_us;
  token->load = known->load;
  if (g_queue_get_length(&known->by_age) > KNOWN_SIGN_INS_MAX)
    forget(known, g_queue_peek_head(&known->by_age));
}

KnownSignIn *
known_sign_ins_find(KnownSignIns *known, const char *token_hash)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  const KnownToken *token = g_hash_table_lookup(known->tokens, token_hash);
  if (token == NULL)
    return NULL;
  KnownSignIn *sign_in = g_new0(KnownSignIn, 1);
  sign_in->user = g_new0(User, 1);
  sign_in->user->id = g_strdup(token->account->id);
  sign_in->user->name = g_strdup(token->account->name);
  sign_in->user->full_name = g_strdup(token->account->full_name);
  sign_in->user->source = g_strdup(token->account->source);
  sign_in->user->administrator = token->account->administrator;
  sign_in->user->administrates = token->account->administrates;
  sign_in->user->password_change_required = token->account->password_change_required;
  sign_in->used_us = token->used_us;
  sign_in->expires_us = token->expires_us;
  sign_in->factor_us = token->factor_us;
  return sign_in;
}

static void
forget_everybody(KnownSignIns *known)
{
  known->floor = ++known->stamp;
  g_hash_table_remove_all(known->forgotten);
  while (known->by_age.head != NULL)
    forget(known, known->by_age.head->data);
}

void
known_sign_ins_forget(KnownSignIns *known, const char *user_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  if (*user_id == '\0') {
    forget_everybody(known);
    return;
  }
  note_forgotten(known, user_id);
  KnownAccount *account = g_hash_table_lookup(known->accounts, user_id);
  KnownToken *next = NULL;
  for (KnownToken *token = account != NULL ? account->first : NULL; token != NULL; token = next) {
    next = token->next;
    forget(known, token);
  }
}

void
known_sign_ins_begin_load(KnownSignIns *known)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  known->load++;
}

void
known_sign_ins_end_load(KnownSignIns *known)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  GList *next = NULL;
  for (GList *at = known->by_age.head; at != NULL; at = next) {
    next = at->next;
    if (((KnownToken *)at->data)->load != known->load)
      forget(known, at->data);
  }
}

guint
known_sign_ins_count(KnownSignIns *known)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&known->mutex);
  return g_hash_table_size(known->tokens);
}

void
known_sign_in_free(KnownSignIn *sign_in)
{
  if (sign_in == NULL)
    return;
  user_free(sign_in->user);
  g_free(sign_in);
}

void
known_sign_ins_free(KnownSignIns *known)
{
  if (known == NULL)
    return;
  g_hash_table_unref(known->tokens);
  g_hash_table_unref(known->accounts);
  g_hash_table_unref(known->forgotten);
  g_mutex_clear(&known->mutex);
  g_free(known);
}
