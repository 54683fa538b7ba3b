/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/own_certificate.h"

#include "broker/hostlink/certificate_facts.h"
#include "broker/service/trust/certificate_registry.h"
#include "common/base/log.h"

#define LOOK_EVERY_US (60 * 60 * (gint64)G_USEC_PER_SEC)

struct OwnCertificate {
  Services *services;
  const Authority *authority;
  char *folder;
  const Identity *identity;
  GStrv addresses;
  OwnCertificateRenewed renewed;
  gpointer user_data;
  GThread *thread;
  GMutex mutex; /* of what follows */
  GCond wake;
  gboolean is_asked, is_stopping;
};

static CertificateRow *
read_own(const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename(folder, "identity.pem", NULL);
  g_autofree char *pem = NULL;
  return g_file_get_contents(path, &pem, NULL, error) ? certificate_facts_of_pem(pem, error) : NULL;
}

static CertificateStanding
standing_of(Services *services, const CertificateRow *row)
{
  return certificate_registry_standing(services, row->role, row->name, row->serial);
}

/* The one that is there may have been revoked. */
static gboolean
is_revoked(Services *services, const char *folder)
{
  g_autoptr(CertificateRow) row = read_own(folder, NULL);
  CertificateStanding standing = row != NULL ? standing_of(services, row) : CERTIFICATE_UNKNOWN;
  return standing == CERTIFICATE_REVOKED || standing == CERTIFICATE_CUT;
}

gboolean
own_certificate_ensure(Services *services, const Authority *authority, const char *folder,
                       const Identity *identity, const char *const *addresses, GError **error)
{
  if (!authority_renew_own(authority, folder, identity, addresses, is_revoked(services, folder), error))
    return FALSE;
  g_autoptr(CertificateRow) row = read_own(folder, error);
  return row != NULL && (standing_of(services, row) == CERTIFICATE_GOOD ||
                         certificate_registry_enter_own(services, row, error));
}

static char *
serial_in(const char *folder)
{
  g_autoptr(CertificateRow) row = read_own(folder, NULL);
  return g_strdup(row != NULL ? row->serial : "");
}

static void
look(OwnCertificate *own)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *before = serial_in(own->folder);
  if (!own_certificate_ensure(own->services, own->authority, own->folder, own->identity,
                              (const char *const *)own->addresses, &error)) {
    log_warning("this broker's certificate could not be renewed; trying on: %s", error->message);
    return;
  }
  g_autofree char *after = serial_in(own->folder);
  if (!g_str_equal(before, after))
    own->renewed(own->user_data);
}

/* FALSE: stop. */
static gboolean
wait_for_look(OwnCertificate *own)
{
  gint64 until_us = g_get_monotonic_time() + LOOK_EVERY_US;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&own->mutex);
  while (!own->is_stopping && !own->is_asked && g_cond_wait_until(&own->wake, &own->mutex, until_us))
    ;
  own->is_asked = FALSE;
  return !own->is_stopping;
}

static gpointer
run(gpointer data)
{
  OwnCertificate *own = data;
  while (wait_for_look(own))
    look(own);
  return NULL;
}

OwnCertificate *
own_certificate_watch(Services *services, const Authority *authority, const char *folder,
                      const Identity *identity, const char *const *addresses, OwnCertificateRenewed renewed,
                      gpointer user_data)
{
  OwnCertificate *own = g_new0(OwnCertificate, 1);
  own->services = services;
  own->authority = authority;
  own->folder = g_strdup(folder);
  own->identity = identity;
  own->addresses = g_strdupv((GStrv)addresses);
  own->renewed = renewed;
  own->user_data = user_data;
  g_mutex_init(&own->mutex);
  g_cond_init(&own->wake);
  own->thread = g_thread_new("own-certificate", run, own);
  return own;
}

static void
wake(OwnCertificate *own, gboolean stops)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&own->mutex);
  own->is_asked = TRUE;
  own->is_stopping = own->is_stopping || stops;
  g_cond_signal(&own->wake);
}

void
own_certificate_look(OwnCertificate *own)
{
  wake(own, FALSE);
}

void
own_certificate_free(OwnCertificate *own)
{
  if (own == NULL)
    return;
  wake(own, TRUE);
  g_thread_join(own->thread);
  g_free(own->folder);
  g_strfreev(own->addresses);
  g_mutex_clear(&own->mutex);
  g_cond_clear(&own->wake);
  g_free(own);
}
