/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/auth/oidc/oidc_error.h"

gboolean
oidc_refuse(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *sentence = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_PROVIDER_WRONG, sentence);
  return FALSE;
}
