/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets that the configuration names but does not hold: each value is the path of a file, or
 * credential:NAME for one that systemd hands to the service (LoadCredential=, $CREDENTIALS_DIRECTORY;
 * systemd.exec(5)). Owns nothing; what is read is the caller's, and nothing of it goes into an error.
 */
#pragma once

#include <glib.h>

/** Mode bits that a file of systemd's must not have. systemd lets the service's user read by an access list,
 * whose mask shows as the group's bits. */
#define CREDENTIAL_FORBIDDEN 0027

/** Whether @source is of one of the two forms. */
gboolean credential_source_is_valid(const char *source);

/** Whether @source names a systemd credential. */
gboolean credential_is_of_systemd(const char *source);

/** The path of the file that @source stands for (transfer full); CARAWAY_ERROR_CONFIG when systemd handed
 * over no credentials. The file may be missing. */
char *credential_path(const char *source, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The text in @source without a line break at its end (transfer full; free with secret_free()). It must be
 * of 1 … @max_bytes bytes without a NUL, in a file that only this process's user or root can read or change;
 * CARAWAY_ERROR_CONFIG with the file's name else. */
char *credential_read(const char *source, gsize max_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether credential_read() would read it, for --check-config. */
gboolean credential_check(const char *source, gsize max_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
