/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of objects that roles are bound to: "/" with "/pools/ID", "/hosts/NAME", "/groups/ID", "/users",
 * "/images". Desktops and sessions are where their pool is; a user is below "/users" and in each of its
 * groups. Owns the kinds and the spelling of paths, which are kept by id.
 */
#pragma once

#include "broker/model/permission.h"

typedef enum {
  OBJECT_ROOT, /**< the installation */
  OBJECT_POOL,
  OBJECT_DESKTOP,
  OBJECT_SESSION,
  OBJECT_HOST,
  OBJECT_GROUP,
  OBJECT_USER,
  OBJECT_IMAGE,
  OBJECT_KINDS
} ObjectKind;

/** What to call one: "pool" (static). */
const char *object_kind_name(ObjectKind kind);

/** The kind called @name; FALSE when there is none. */
gboolean object_kind_from_name(const char *name, ObjectKind *ret_kind);

/** The permission to look at objects of @kind; PERMISSION_PUBLIC when there is none. */
Permission object_kind_reads(ObjectKind kind);

/** The inner objects below which those of @kind are, most of them first (static, NULL-terminated). */
const char *const *object_kind_places(ObjectKind kind);

/** The path of the object @id right below @place: "/pools/ID" (transfer full). */
char *object_path(const char *place, const char *id);

/** Whether @path is @object or below it. */
gboolean object_contains(const char *object, const char *path);

/** Splits "/pools/office" into its place and the rest, which is NULL for "/pools" and "/"; FALSE when it is
 * no path of the tree. @ret_kind is the kind of objects right below the place. @ret_key: into @path. */
gboolean object_split(const char *path, ObjectKind *ret_kind, const char **ret_key);

/** How much of a kind a route is about. */
typedef enum {
  REACH_ALL,  /**< all there are, or a new one; of OBJECT_ROOT: the installation */
  REACH_SOME, /**< those that the caller may see: a list */
  REACH_ONE,  /**< the one that the path's first parameter names */
} Reach;
