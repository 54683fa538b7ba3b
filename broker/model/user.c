/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/user.h"

void
user_free(User *user)
{
  if (user == NULL)
    return;
  g_free(user->id);
  g_free(user->name);
  g_free(user->full_name);
  g_strfreev(user->groups);
  g_free(user);
}
