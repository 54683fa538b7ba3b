/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry of a directory as values of our own, bounded: what was asked for of it and nothing else. Knows no
 * connection, so that what a hostile server says can be made up by a test.
 */
#pragma once

#include "broker/auth/authenticator.h"
#include "broker/auth/ldap/ldap_settings.h"

#define LDAP_ENTRY_VALUES_MAX 5000  /* of an attribute; what is beyond is left out */
#define LDAP_ENTRY_BYTES_MAX  65536 /* of a value; a longer one is left out */

typedef struct {
  char *dn;
  GHashTable *values; /**< attribute, in small letters → array of GBytes */
} LdapEntry;

/** The entry @dn without values. */
LdapEntry *ldap_entry_new(const char *dn);

/** Adds a value; too many and too long ones are dropped. */
void ldap_entry_add(LdapEntry *entry, const char *attribute, const void *bytes, gsize size);

/** How many values @attribute has. */
guint ldap_entry_count(const LdapEntry *entry, const char *attribute);

/** The value at @index as UTF-8 without NUL (transfer full); NULL when it is none. */
char *ldap_entry_text(const LdapEntry *entry, const char *attribute, guint index);

/** Whether the directory has closed the account, at @now_us since 1970: disabled, expired, locked for good.
 * @ret_reason is a sentence (static). */
gboolean ldap_entry_is_closed(const LdapEntry *entry, gint64 now_us, const char **ret_reason);

/** Whether the password must be changed in the directory before it is good for anything. */
gboolean ldap_entry_needs_password(const LdapEntry *entry);

/** Who @entry is, without groups (transfer full); CARAWAY_ERROR_INVALID, with a sentence for administrators,
 * when it has no name or no single id. */
ExternalIdentity *ldap_entry_identity(const LdapEntry *entry, const LdapSettings *settings,
                                      const char *authenticator, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @entry (nullable). */
void ldap_entry_free(LdapEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LdapEntry, ldap_entry_free)
