/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/role_binding.h"

#include <string.h>

char *
role_binding_shown(const RoleBinding *binding)
{
  if (binding->object_name == NULL)
    return g_strdup(binding->object);
  const char *last = strrchr(binding->object, '/');
  g_autofree char *place = g_strndup(binding->object, (gsize)(last - binding->object));
  return g_strconcat(place, "/", binding->object_name, NULL);
}

void
role_binding_free(RoleBinding *binding)
{
  if (binding == NULL)
    return;
  g_free(binding->id);
  g_free(binding->subject_id);
  g_free(binding->subject_name);
  g_free(binding->role);
  g_free(binding->object);
  g_free(binding->object_name);
  g_free(binding);
}
