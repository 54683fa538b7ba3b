/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stable names of enumerations, as the database and the API spell them. Owns the lookup, not the tables.
 */
#pragma once

#include <glib.h>

/** The name at @value of the table @names with @count entries (static); NULL outside of it. */
const char *name_table_name(const char *const *names, guint count, int value);

/** The index of @name (nullable) in the table @names with @count entries; -1 when it is not there. */
int name_table_value(const char *const *names, guint count, const char *name);
