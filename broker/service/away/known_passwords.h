/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-time console passwords that were given out while the database was away: kept in memory, hashed, and
 * redeemed at this broker alone, also when the database is back meanwhile. Bounded; the oldest one goes. Safe
 * from any thread.
 */
#pragma once

#include "broker/model/caller.h"

#define KNOWN_PASSWORDS_MAX 4096

typedef struct KnownPasswords KnownPasswords;

/** What became of a password that was presented. */
typedef enum {
  KNOWN_PASSWORD_NONE, /**< it is not one of these */
  KNOWN_PASSWORD_GOOD, /**< spent by this */
  KNOWN_PASSWORD_USED,
  KNOWN_PASSWORD_EXPIRED,
} KnownPassword;

/** No passwords. */
KnownPasswords *known_passwords_new(void);

/** Notes the password with @hash for @session_id and @viewer, given to the sign-in of @caller, which can be
 * spent till @expires_us. */
void known_passwords_add(KnownPasswords *known, const char *hash, const char *session_id, const char *viewer,
                         const Caller *caller, gint64 expires_us);

/** The session and the viewer of the password with @hash (both transfer full); FALSE when it is none of
 * these. */
gboolean known_passwords_find(KnownPasswords *known, const char *hash, char **ret_session_id,
                              char **ret_viewer);

/** Spends the password with @hash at @now_us. */
KnownPassword known_passwords_spend(KnownPasswords *known, const char *hash, gint64 now_us);

/** The sign-ins of @accounts (a set of ids; nullable: of all) with passwords that can be spent at @now_us: a
 * set of their token hashes (transfer full). */
GHashTable *known_passwords_devices(KnownPasswords *known, GHashTable *accounts, gint64 now_us);

/** Forgets those that were given to the sign-in @device. */
void known_passwords_forget(KnownPasswords *known, const char *device);

/** Frees @known (nullable). */
void known_passwords_free(KnownPasswords *known);
