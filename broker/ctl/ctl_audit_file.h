/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An exported audit log in a file: verified without a server, and turned into a table for spreadsheets.
 */
#pragma once

#include <json-glib/json-glib.h>

/** Verifies the lines of the file @path with the keys that it holds, or with @keys alone (nullable:
 * "ID:PUBLIC,…"). Returns a report as GET /audit/verify gives it (transfer full). */
JsonObject *ctl_audit_file_verify(const char *path, const char *keys,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Appends the rows of the exported @lines (@length bytes) to @csv, as RFC 4180; what a spreadsheet would
 * take for a formula gets an apostrophe before it. @ret_cursor (transfer full) is where the next part begins,
 * NULL after the last. */
gboolean ctl_audit_file_add_csv(GString *csv, const char *lines, gsize length, char **ret_cursor,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As that, but appends the lines themselves, without the one that names the next part. */
gboolean ctl_audit_file_add_lines(GString *text, const char *lines, gsize length, char **ret_cursor,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The first line of a table. */
extern const char ctl_audit_file_csv_titles[];
