/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of a directory about one person, on one connection: who it is, whether the password is
 * theirs, which groups they are in. Each step leaves a sentence for administrators, who may want to know.
 */
#pragma once

#include "broker/auth/ldap/ldap_connection.h"
#include "common/base/rule.h"

/** One visit to a directory. */
typedef struct {
  LdapConnection *connection;
  const LdapSettings *settings;
  const char *authenticator;
  GPtrArray *steps; /**< (nullable) of Rule, to be added to */
} LdapVisit;

/** Binds as who searches. */
gboolean ldap_directory_enter(LdapVisit *visit, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The entry that the filter finds for @name (transfer full) in @ret_entry; NULL when it finds none, or more
 * than one. */
gboolean ldap_directory_find(LdapVisit *visit, const char *name, LdapEntry **ret_entry,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same for @external_id, as far as the filter would find it by any name. */
gboolean ldap_directory_find_id(LdapVisit *visit, const char *external_id, LdapEntry **ret_entry,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether @password is that of @entry. NULL, an entry that nobody has, is asked for all the same, with a
 * name and a password that are made up. */
gboolean ldap_directory_prove(LdapVisit *visit, const LdapEntry *entry, const char *password,
                              LdapBind *ret_bind, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Who @entry is, with all groups (transfer full). CARAWAY_ERROR_INVALID when it is nobody who can have an
 * account. */
ExternalIdentity *ldap_directory_describe(LdapVisit *visit, const LdapEntry *entry,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Adds the step @name to the visit. */
void ldap_directory_note(LdapVisit *visit, const char *name, gboolean ok, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
