/* SPDX-License-Identifier: Apache-2.0 */
#include "common/net/revocations.h"

#include "common/base/error.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#define FILE_MAX (8 * 1024 * 1024)

struct Revocations {
  char *path; /* nullable */
  GMutex mutex;
  X509_CRL *list; /* NULL: none yet */
  gint64 number;
};

Revocations *
revocations_new(const char *path)
{
  Revocations *revocations = g_new0(Revocations, 1);
  revocations->path = g_strdup(path);
  g_mutex_init(&revocations->mutex);
  return revocations;
}

static gboolean
is_signed_by(X509_CRL *list, const GPtrArray *authorities)
{
  for (guint i = 0; i < authorities->len; i++) {
    X509 *ca = g_ptr_array_index(authorities, i);
    if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(ca)) == 0 &&
        X509_CRL_verify(list, X509_get0_pubkey(ca)) == 1)
      return TRUE;
  }
  ERR_clear_error();
  return FALSE;
}

static gint64
number_of(const X509_CRL *list)
{
  ASN1_INTEGER *value = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
  gint64 number = -1;
  if (value == NULL || ASN1_INTEGER_get_int64(&number, value) != 1)
    number = -1;
  ASN1_INTEGER_free(value);
  return number;
}

/* Which list @pem is, once it was verified; NULL else. */
static X509_CRL *
read_list(const char *pem, const GPtrArray *authorities, gint64 *ret_number, GError **error)
{
  g_autoptr(X509_CRL) list = openssl_crl_from_pem(pem, error);
  if (list == NULL)
    return NULL;
  gint64 number = number_of(list);
  if (!is_signed_by(list, authorities) || number < 0) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                        "The list of revoked certificates is not signed by our authority.");
    return NULL;
  }
  *ret_number = number;
  return g_steal_pointer(&list);
}

/* TRUE: @list was taken over (transfer full). */
static gboolean
set_list(Revocations *revocations, X509_CRL *list, gint64 number)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&revocations->mutex);
  if (revocations->list != NULL && number < revocations->number)
    return FALSE;
  X509_CRL_free(revocations->list);
  revocations->list = list;
  revocations->number = number;
  return TRUE;
}

static gboolean
is_known(Revocations *revocations, const X509_CRL *list)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&revocations->mutex);
  return revocations->list != NULL && X509_CRL_match(revocations->list, list) == 0;
}

gboolean
revocations_load(Revocations *revocations, const GPtrArray *authorities, GError **error)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  gint64 number;
  g_autoptr(GError) local = NULL;
  if (!g_file_get_contents(revocations->path, &text, &size, &local) &&
      g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return TRUE;
  X509_CRL *list = local == NULL && size <= FILE_MAX ? read_list(text, authorities, &number, &local) : NULL;
  if (list != NULL)
    return set_list(revocations, list, number);
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "%s cannot be used: %s", revocations->path,
              local != NULL ? local->message : "it is too large.");
  return FALSE;
}

/* Kept before it counts: what was refused once is refused after a crash. */
static gboolean
keep(const Revocations *revocations, const char *pem, GError **error)
{
  return revocations->path == NULL ||
         g_file_set_contents_full(revocations->path, pem, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

gboolean
revocations_take(Revocations *revocations, const char *pem, const GPtrArray *authorities,
                 gboolean *ret_changed, GError **error)
{
  gint64 number;
  g_autoptr(X509_CRL) list = read_list(pem, authorities, &number, error);
  if (list == NULL)
    return FALSE;
  gboolean changed = !is_known(revocations, list);
  if (changed && number < revocations->number) {
    g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                        "The list of revoked certificates is older than the one that is known.");
    return FALSE;
  }
  if (changed && !keep(revocations, pem, error))
    return FALSE;
  if (changed && set_list(revocations, list, number))
    list = NULL;
  if (ret_changed != NULL)
    *ret_changed = changed;
  return TRUE;
}

gboolean
revocations_has(Revocations *revocations, X509 *certificate)
{
  X509_REVOKED *entry;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&revocations->mutex);
  return revocations->list != NULL && X509_CRL_get0_by_cert(revocations->list, &entry, certificate) == 1;
}

void
revocations_free(Revocations *revocations)
{
  if (revocations == NULL)
    return;
  X509_CRL_free(revocations->list);
  g_mutex_clear(&revocations->mutex);
  g_free(revocations->path);
  g_free(revocations);
}
