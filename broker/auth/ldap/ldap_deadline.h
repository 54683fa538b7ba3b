/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of an attempt at a directory, whatever libldap waits for then: at its deadline the connection is
 * cut under it. libldap has limits of its own, but none for a server that sends a byte now and then. Owns the
 * thread that waits.
 */
#pragma once

#include <gio/gio.h>

typedef struct LdapTimer LdapTimer;
typedef struct LdapDeadline LdapDeadline;

/** Starts the thread. */
LdapTimer *ldap_timer_new(void);

/** An attempt that may take @limit_ms from now on. */
LdapDeadline *ldap_deadline_new(LdapTimer *timer, guint limit_ms);

/** A part of the attempt @whole, which may take @limit_ms from now on and no longer than the whole. */
LdapDeadline *ldap_deadline_new_within(LdapDeadline *whole, guint limit_ms);

/** Cancelled at the deadline (transfer none). */
GCancellable *ldap_deadline_cancellable(LdapDeadline *deadline);

/** From now on the socket @fd (borrowed; -1: none) is shut down at the deadline; before it is closed this
 * must be called with -1. */
void ldap_deadline_watch(LdapDeadline *deadline, int fd);

/** How long it is till then, at least 1; 0 when it has passed. */
guint ldap_deadline_left_ms(LdapDeadline *deadline);

/** Frees @deadline (nullable). */
void ldap_deadline_free(LdapDeadline *deadline);

/** Ends the thread; @timer (nullable) has no deadlines any more. */
void ldap_timer_free(LdapTimer *timer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LdapDeadline, ldap_deadline_free)
