/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 over labelled texts, files and folders, so that two different sets of inputs never look alike: each
 * part goes in with its label and length. Also the plain SHA-256 of one file.
 */
#pragma once

#include <gio/gio.h>

typedef struct Fingerprint Fingerprint;

/** An empty fingerprint. */
Fingerprint *fingerprint_new(void);

/** Adds the text @value under @label. */
void fingerprint_add_text(Fingerprint *print, const char *label, const char *value);

/** Adds the content of the file @path, and whether it may be executed, under @label. */
gboolean fingerprint_add_file(Fingerprint *print, const char *label, const char *path,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Adds every file and link below the folder @path, in the order of their names. */
gboolean fingerprint_add_tree(Fingerprint *print, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The 64 hexadecimal digits of what was added so far (transfer full). */
char *fingerprint_end(Fingerprint *print);

/** Frees @print (nullable). */
void fingerprint_free(Fingerprint *print);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fingerprint, fingerprint_free)

/** The SHA-256 of the file @path as 64 hexadecimal digits (transfer full). */
char *fingerprint_of_file(const char *path, GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
