/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups in groups: from the groups that somebody is in to all that follow from them, each looked at once,
 * however they name each other. Knows no connection: who it asks for the groups of an entry is handed in.
 */
#pragma once

#include <glib.h>

/** A group, or any entry that may be a member of some. */
typedef struct {
  char *dn;   /**< as the directory writes it */
  char *name; /**< (nullable) short one */
} LdapGroup;

/** Adds the groups that the entry @dn is in to @found (of LdapGroup). @ret_name, which is NULL before, may be
 * set to the short name of @dn itself (transfer full). */
typedef gboolean (*LdapGroupsAsk)(gpointer data, const char *dn, char **ret_name, GPtrArray *found,
                                  GError **error);

typedef struct {
  const char *base;    /**< of ldap_text_dn_key(): groups elsewhere do not count, and are not followed */
  guint depth;         /**< 1: only the groups that the entry itself is in */
  guint limit;         /**< so many groups at most are looked at */
  gboolean by_reading; /**< short names come from the groups themselves */
} LdapGroupsBounds;

/**
 * The groups of @dn: as ldap_text_dn_key() and, where there is one, by their short name in small letters
 * (transfer full), sorted. @ret_cut (nullable): whether there were more than the bounds allow.
 */
GStrv ldap_groups_collect(const char *dn, const LdapGroupsBounds *bounds, LdapGroupsAsk ask, gpointer data,
                          gboolean *ret_cut, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A group (transfer full). @name nullable. */
LdapGroup *ldap_group_new(const char *dn, const char *name);

/** Frees @group (nullable). */
void ldap_group_free(LdapGroup *group);
