/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an account may do by its roles, as values: each role that it holds, itself or by a group, with the
 * object that it is bound to.
 */
#pragma once

#include "broker/model/permission.h"

typedef struct {
  char *binding; /**< its id */
  char *role;
  char *object; /**< path, see object.h */
  char *group;  /**< (nullable) name of the group by which it is held */
  PermissionSet permissions;
} HeldRole;

typedef struct {
  GPtrArray *roles;    /**< of HeldRole */
  PermissionSet limit; /**< nothing beyond it, whatever roles say */
} Access;

/** No roles at all. */
Access *access_new(void);

/** All of "/", for who acts for the installation itself. */
Access *access_new_everything(void);

/** Adds a role; copies the texts. */
void access_add(Access *access, const char *binding, const char *role, const char *object, const char *group,
                PermissionSet permissions);

/** All that @access permits on any object. */
PermissionSet access_permissions(const Access *access);

/** The names of its roles, each once, and at last that which everybody has (transfer full). */
GStrv access_role_names(const Access *access);

/** Frees @access (nullable). */
void access_free(Access *access);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Access, access_free)
