/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a credentials folder as texts, for credentials.c: what is in them is judged there.
 */
#pragma once

#include "common/net/credentials.h"

#define CREDENTIALS_REVOKED_FILE "revoked.pem"

typedef struct {
  char *ca, *certificate, *key, *join; /* own the texts */
  CredentialFiles files;               /* the same, borrowed */
} LoadedFiles;

/** Puts the pair of @certificate and @key in the place of the one in @folder: both or neither, whenever the
 * process ends. */
gboolean credential_files_replace(const char *folder, const char *certificate, const char *key,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Reads the files of @folder (transfer full), each of at most 64 KiB; join.json may be missing. */
LoadedFiles *credential_files_read(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Frees @loaded (nullable), wiping the key. */
void credential_files_free(LoadedFiles *loaded);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LoadedFiles, credential_files_free)
