/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sealed part of the audit log as lines that verify without the database, a bounded part at a time.
 */
#pragma once

#include "broker/service/services.h"

/** The lines of a part (transfer full): whole seals with rows from between @from_us and @to_us, after @cursor
 * (nullable: the first part, which begins with the keys). The last line says where the next part begins. */
char *audit_export_lines(Services *services, gint64 from_us, gint64 to_us, const char *cursor,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
