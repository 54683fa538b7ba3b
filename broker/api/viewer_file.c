/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/viewer_file.h"

char *
viewer_file_text(const ViewerFile *file)
{
  static const char GROUP[] = "virt-viewer";
  g_autoptr(GKeyFile) keys = g_key_file_new();
  g_key_file_set_string(keys, GROUP, "type", "spice");
  g_key_file_set_string(keys, GROUP, "host", file->host);
  g_key_file_set_integer(keys, GROUP, "tls-port", file->tls_port);
  g_key_file_set_string(keys, GROUP, "password", file->password);
  g_key_file_set_integer(keys, GROUP, "delete-this-file", 1);
  g_key_file_set_string(keys, GROUP, "title", file->title);
  if (file->ca_pem != NULL)
    g_key_file_set_string(keys, GROUP, "ca", file->ca_pem); /* GKeyFile writes its line breaks as \n */
  if (file->host_subject != NULL)
    g_key_file_set_string(keys, GROUP, "host-subject", file->host_subject);
  g_key_file_set_string(keys, GROUP, "toggle-fullscreen", "shift+f11");
  g_key_file_set_string(keys, GROUP, "release-cursor", "shift+f12");
  g_key_file_set_string(keys, GROUP, "secure-attention", "ctrl+alt+end");
  g_key_file_set_integer(keys, GROUP, "enable-usbredir", 0);
  return g_key_file_to_data(keys, NULL, NULL);
}
