/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A local account as people and the API see it. Its password hash is not part of it.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *id;               /**< UUID */
  char *name;             /**< lower case, unique */
  char *full_name;        /**< may be empty */
  gboolean administrator; /**< has that role on everything by a binding of its own */
  gboolean disabled;
  gboolean password_change_required;
  GStrv groups; /**< names of the groups it is a member of */
  gint64 created_us;
  gint64 version; /**< raised by each change; the API's ETag */
} User;

/** Frees @user (nullable). */
void user_free(User *user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(User, user_free)
