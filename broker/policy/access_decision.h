/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether roles permit something on an object of the tree, and by which of them. Pure.
 */
#pragma once

#include "broker/model/access.h"
#include "broker/model/object.h"

/** What @access permits on the object whose paths are @paths (NULL-terminated; an object may be in several
 * places). */
PermissionSet access_decision_on(const Access *access, const char *const *paths);

/** The role of @access (transfer none) by which @permission is given on @paths; NULL: it is not. */
const HeldRole *access_decision_role(const Access *access, Permission permission, const char *const *paths);

/** Whether @access has @permission on any object of @kind, on all or on some of them. */
gboolean access_decision_allows_some(const Access *access, Permission permission, ObjectKind kind);

/** Whether @access has all @permissions on @object; @ret_missing gets those that it has not. */
gboolean access_decision_covers(const Access *access, PermissionSet permissions, const char *object,
                                PermissionSet *ret_missing);

/** Whether @mine has everything that @theirs has; else @ret_missing (transfer none) is a role that goes
 * beyond. */
gboolean access_decision_not_above(const Access *mine, const Access *theirs, const HeldRole **ret_missing);

/**
 * Which objects right below @place @access has @permission on: NULL for all of them, else their ids, each
 * with a blank before and behind it (transfer full; "" when there are none).
 */
char *access_decision_within(const Access *access, Permission permission, const char *place);
