/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to a directory server: TLS with its certificate checked, binds, searches; each operation and
 * all of them together within a limit of time, each answer and all of them within limits of size. Referrals
 * are never followed: they would send a name and a password to whomever the server names. Owns libldap's
 * handle, which nothing else sees. What fails is CARAWAY_ERROR_DIRECTORY_AWAY, with a sentence for
 * administrators.
 */
#pragma once

#include "broker/auth/ldap/ldap_deadline.h"
#include "broker/auth/ldap/ldap_entry.h"

typedef struct LdapConnection LdapConnection;

/** Connects to @server (borrowed) and begins TLS, till @deadline (borrowed for life). */
LdapConnection *ldap_connection_open(const LdapServer *server, const LdapSettings *settings,
                                     LdapDeadline *deadline, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What became of a bind. */
typedef enum {
  LDAP_BIND_ACCEPTED,
  LDAP_BIND_REFUSED,
  LDAP_BIND_NEEDS_PASSWORD, /**< refused, because the password, which is right, must be changed first */
} LdapBind;

/** Binds as @dn with @password, which must not be empty (RFC 4513 section 5.1.2), or as nobody when both are
 * NULL. */
gboolean ldap_connection_bind(LdapConnection *connection, const char *dn, const char *password,
                              LdapBind *ret_bind, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A search. */
typedef struct {
  const char *base;
  gboolean of_base_alone; /**< not below it */
  const char *filter;
  const char *const *attributes; /**< NULL-terminated */
  guint limit;                   /**< so many entries at most; what is beyond is left out */
  gboolean by_pages;             /**< RFC 2696 */
} LdapSearch;

/** What @search finds: an array of LdapEntry (transfer full). An entry that is not there is nothing found. */
GPtrArray *ldap_connection_search(LdapConnection *connection, const LdapSearch *search,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** How many answers of the server came so far, those included that could not be read. */
guint ldap_connection_answers(const LdapConnection *connection);

/** Closes and frees @connection (nullable). */
void ldap_connection_free(LdapConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LdapConnection, ldap_connection_free)
