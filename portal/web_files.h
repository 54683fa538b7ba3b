/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the web app, read once at the start and then served from memory by exact path. What is not in
 * the set does not exist, so no path of a client ever reaches the file system. Owns the bytes, their types
 * and their entity tags.
 */
#pragma once

#include "portal/page_headers.h"

typedef struct WebFiles WebFiles;

typedef struct {
  const char *content_type; /**< static */
  char *etag;               /**< quoted, from the SHA-256 of the bytes */
  GBytes *bytes;
  PageKind kind;
} WebFile;

/**
 * Reads the app in @web_directory (served below /) and Debian's spice-html5 in @spice_html5_directory (below
 * /spice-html5/). Fails with CARAWAY_ERROR_CONFIG when either is not there or is not what it should be.
 */
WebFiles *web_files_load(const char *web_directory, const char *spice_html5_directory,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The file at @path ("/", "/app.css", "/spice-html5/main.js"), NULL when there is none (transfer none). */
const WebFile *web_files_lookup(const WebFiles *files, const char *path);

/** Frees @files (nullable). */
void web_files_free(WebFiles *files);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebFiles, web_files_free)
