/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/people/sign_in_methods.h"

#include "broker/service/services_private.h"
#include "common/base/error.h"

GPtrArray *
sign_in_methods_list(Services *services)
{
  GPtrArray *methods = g_ptr_array_new();
  g_ptr_array_add(methods, services->authenticator);
  for (guint i = 0; i < authenticator_folder_count(services->directories); i++)
    g_ptr_array_add(methods, authenticator_folder_at(services->directories, i));
  return methods;
}

Authenticator *
sign_in_methods_find(Services *services, const char *name, GError **error)
{
  Authenticator *found = authenticator_folder_find(services->directories, name);
  if (found == NULL)
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
                "There is no authenticator “%s”; GET /api/v1/sign-in-methods lists them.", name);
  return found;
}

gboolean
sign_in_methods_have_directory(Services *services)
{
  return authenticator_folder_has_passwords(services->directories);
}
