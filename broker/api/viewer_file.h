/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection file of stock remote-viewer (virt-viewer's remote-viewer(1), "CONNECTION FILE"). Pure:
 * values in, the text out.
 */
#pragma once

#include <glib.h>

/** What goes into the file. */
typedef struct {
  const char *host; /**< name or IP address, without brackets */
  guint16 tls_port;
  const char *password;
  const char *ca_pem;       /**< (nullable) NULL: the viewer's own authorities */
  const char *host_subject; /**< (nullable) when the certificate does not carry `host` */
  const char *title;
} ViewerFile;

/** The file's text (transfer full; a secret). Line breaks in values cannot start a key of their own. */
char *viewer_file_text(const ViewerFile *file);
