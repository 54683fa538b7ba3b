/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things are in the tree of objects (broker/model/object.h). Reads no more than that of them.
 */
#pragma once

#include "broker/db/db.h"
#include "broker/model/object.h"

/** The paths of the object of @kind with id or name @key (transfer full); of what is not there, an empty
 * list. */
GStrv object_store_find(DbTransaction *transaction, ObjectKind kind, const char *key,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
