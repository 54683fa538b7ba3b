/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a directory is asked, as its key file says it: plain values, checked. Owns the table of keys.
 */
#pragma once

#include "common/base/config.h"

/** How the groups of somebody are found. */
typedef enum {
  LDAP_GROUPS_NONE,
  LDAP_GROUPS_MEMBER_OF, /**< entries name the groups that they are in: memberOf */
  LDAP_GROUPS_MEMBER,    /**< groups name their members, and are searched for */
  LDAP_GROUPS_IN_CHAIN,  /**< the same, nested ones found by Active Directory itself */
} LdapGroupsWay;

typedef struct {
  char *uri;  /**< as libldap takes it, without a path */
  char *host; /**< whose name the certificate must have */
  guint16 port;
  gboolean by_start_tls; /**< TLS begins on the open connection (RFC 4511 section 4.14) */
} LdapServer;

typedef struct {
  GPtrArray *servers; /**< of LdapServer, in the order in which they are tried */
  char *ca_file;
  char *bind_dn;       /**< (nullable: asks as nobody) */
  char *bind_password; /**< (nullable) secret */
  char *base;
  char *filter; /**< with {user} */
  char *name_attribute;
  char *full_name_attribute;
  char *id_attribute;
  gboolean id_is_guid;
  LdapGroupsWay groups_way;
  char *group_base;           /**< of ldap_text_dn_key() */
  char *group_filter;         /**< with {dn} */
  char *group_name_attribute; /**< (nullable: groups are named by their whole name alone) */
  guint group_depth;
  guint group_limit;
  guint operation_ms;
  guint total_ms;
  guint page_size;
  guint workers;
  guint recheck_s;
} LdapSettings;

/** The keys of a file (static). */
const ConfigKey *ldap_settings_keys(void);

/** Takes them from @config. Fails with CARAWAY_ERROR_CONFIG and a sentence that names the key. */
LdapSettings *ldap_settings_new(const Config *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @settings (nullable), wiping the password. */
void ldap_settings_free(LdapSettings *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LdapSettings, ldap_settings_free)
