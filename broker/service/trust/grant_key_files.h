/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private halves of the keys that this broker signs grants with, in its state folder: the one that signs
 * and, around a change, the next. Each step is one atomic change of a name, so that a broker which is killed
 * finds whole keys. What is taken away is overwritten as far as the file system lets us.
 */
#pragma once

#include "common/wire/grant.h"

#define GRANT_KEY_FILE      "grant.key"
#define GRANT_KEY_NEXT_FILE "grant-next.key"

/** Reads the key that signs (@ret_current) and the next one (@ret_next), NULL where there is none. A next key
 * that is damaged has signed nothing and is erased; CARAWAY_ERROR_CONFIG when the current one is. */
gboolean grant_key_files_load(const char *folder, GrantKey **ret_current, GrantKey **ret_next,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Keeps @key as the next one. */
gboolean grant_key_files_keep_next(const char *folder, const GrantKey *key,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The next key takes the place of the one that signs, which is erased. */
gboolean grant_key_files_promote(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Erases the file @name, if it is there. */
gboolean grant_key_files_erase(const char *folder, const char *name,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
