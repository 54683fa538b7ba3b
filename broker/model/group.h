/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group of users, to be entitled as one.
 */
#pragma once

#include <glib.h>

typedef struct {
  char *id;   /**< UUID */
  char *name; /**< lower case, unique */
  char *description;
  char *authenticator;             /**< (nullable) whose directory says who the members are */
  char *external_name;             /**< (nullable) what the group is called there */
  gboolean second_factor_required; /**< of its members */
  GStrv members;                   /**< names of users */
} Group;

/** Frees @group (nullable). */
void group_free(Group *group);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Group, group_free)
