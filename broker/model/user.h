/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account as people and the API see it. Its password hash is not part of it.
 */
#pragma once

#include <glib.h>

#define USER_SOURCE_LOCAL "local"

typedef struct {
  char *id;               /**< UUID */
  char *name;             /**< lower case, unique */
  char *full_name;        /**< may be empty */
  char *source;           /**< USER_SOURCE_LOCAL, or the name of the authenticator that it comes from */
  gboolean administrator; /**< has that role on everything by a binding of its own */
  gboolean administrates; /**< the same, or by a group */
  gboolean disabled;
  gboolean password_change_required;
  gboolean second_factor;          /**< one is set up */
  gboolean second_factor_required; /**< by a group */
  GStrv groups;                    /**< names of the groups it is a member of */
  gint64 created_us;
  gint64 version; /**< raised by each change; the API's ETag */
} User;

/** Whether @user has its password elsewhere. */
gboolean user_is_external(const User *user);

/** Frees @user (nullable). */
void user_free(User *user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(User, user_free)
