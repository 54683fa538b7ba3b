/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/broker_stand_in/identities.h"

#include "broker/hostlink/authority.h"
#include "common/base/secret.h"

#include <string.h>

#define HOST_NAME "kvm1"

static const char *const addresses[] = {"127.0.0.1", NULL};

static Authority *
open_authority(const char *folder)
{
  g_autofree char *path = g_build_filename(folder, "broker", NULL);
  g_autoptr(GError) error = NULL;
  Authority *authority = authority_open(path, STAND_IN_INSTALLATION, &error);
  if (authority == NULL)
    g_error("no authority: %s", error->message);
  return authority;
}

static void
make_one(const Authority *authority, const char *folder, IdentityRole role, const char *name,
         const char *join)
{
  if (credentials_exist(folder))
    return;
  g_autoptr(GError) error = NULL;
  char *key = credentials_make_key();
  g_autofree char *request = credentials_make_request(key, name, &error);
  g_autoptr(Identity) identity = identity_new(STAND_IN_INSTALLATION, role, name);
  g_autofree char *certificate =
      request != NULL ? authority_sign(authority, request, identity, addresses, &error) : NULL;
  const CredentialFiles files = {
      .ca = authority_ca_pem(authority), .certificate = certificate, .key = key, .join = join};
  if (certificate == NULL || !credentials_save(folder, &files, &error))
    g_error("no identity for %s: %s", name, error->message);
  secret_free(key);
}

Credentials *
identities_open_broker(const char *folder)
{
  g_autoptr(Authority) authority = open_authority(folder);
  g_autofree char *path = g_build_filename(folder, "identity", NULL);
  make_one(authority, path, IDENTITY_BROKER, "b1", NULL);
  g_autoptr(GError) error = NULL;
  Credentials *credentials = credentials_load(path, &error);
  if (credentials == NULL)
    g_error("%s", error->message);
  return credentials;
}

void
identities_make_host(const char *folder, const char *broker_url)
{
  g_autoptr(Authority) authority = open_authority(folder);
  g_autofree char *host = g_build_filename(folder, "host", NULL);
  g_autofree char *relay = g_build_filename(folder, "relay", NULL);
  g_autofree char *join =
      g_strdup_printf("{\"installation\":\"%s\",\"name\":\"%s\",\"broker\":\"%s\",\"grant_keys\":[]}",
                      STAND_IN_INSTALLATION, HOST_NAME, broker_url);
  make_one(authority, host, IDENTITY_HOST, HOST_NAME, join);
  make_one(authority, relay, IDENTITY_RELAY, HOST_NAME, join);
}
