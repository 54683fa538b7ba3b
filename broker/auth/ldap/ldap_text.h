/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of LDAP, made of what others say: filters, names of entries, ids. Owns the escaping; nothing else in
 * broker/auth/ldap puts a text into a filter or a name.
 */
#pragma once

#include <glib.h>

/** Stands in a filter of the configuration for what was typed, or for the name of an entry. */
#define LDAP_TEXT_USER "{user}"
#define LDAP_TEXT_DN   "{dn}"

/** @size @bytes as a value in a filter (RFC 4515 section 3; transfer full): all but letters and digits is
 * escaped. */
char *ldap_text_filter_value(const void *bytes, gsize size);

/** @value as an attribute's value in a name (RFC 4514 section 2.4; transfer full). */
char *ldap_text_dn_value(const char *value);

/** @template with @value, escaped, for each @place (transfer full). */
char *ldap_text_fill(const char *template, const char *place, const char *value);

/** @template that finds all that have any value at @place (transfer full). */
char *ldap_text_fill_any(const char *template, const char *place);

/** Whether @template is a filter in one pair of parentheses that has @place (nullable). */
gboolean ldap_text_filter_is_valid(const char *template, const char *place);

/** @dn in one form for all ways to write it, in small letters, of at most 1000 bytes (transfer full); NULL
 * when it is none. What differs in the matching rules of a directory stays different: who is asked for by a
 * name that does not match has fewer groups, not more. */
char *ldap_text_dn_key(const char *dn);

/** Whether the entry @key is @base or below it; both of ldap_text_dn_key(). */
gboolean ldap_text_dn_is_within(const char *key, const char *base);

/** The id in the @size @bytes of an attribute's value: as it is when it is plain text, else in hexadecimal
 * digits after "hex:"; of objectGUID, @is_guid, as its text (transfer full). NULL when it cannot be an id. */
char *ldap_text_id(const void *bytes, gsize size, gboolean is_guid);

/** What @id of ldap_text_id() is in a filter (transfer full); NULL when it is none. */
char *ldap_text_id_filter_value(const char *id, gboolean is_guid);
