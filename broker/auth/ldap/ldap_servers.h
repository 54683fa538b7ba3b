/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of several servers is asked next, and whether any is: one that fails is left alone for a while, which
 * grows, and is then tried by one visitor alone. So a directory that is dead is waited for by few. Decides by
 * the times that it is given; safe from any thread.
 */
#pragma once

#include <glib.h>

typedef struct LdapServers LdapServers;

/** @count servers that are thought well of. */
LdapServers *ldap_servers_new(guint count);

/** The first server at or after @from that may be asked at @now_us (steady time) in @ret_index; FALSE when
 * there is none. What came of it must be told. */
gboolean ldap_servers_next(LdapServers *servers, guint from, gint64 now_us, guint *ret_index);

/** The server @index answered. */
void ldap_servers_good(LdapServers *servers, guint index);

/** It did not, at @now_us. */
void ldap_servers_bad(LdapServers *servers, guint index, gint64 now_us);

/** Frees @servers (nullable). */
void ldap_servers_free(LdapServers *servers);
