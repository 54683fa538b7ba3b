/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/group.h"

void
group_free(Group *group)
{
  if (group == NULL)
    return;
  g_free(group->id);
  g_free(group->name);
  g_free(group->description);
  g_free(group->authenticator);
  g_free(group->external_name);
  g_strfreev(group->members);
  g_free(group);
}
