/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/user.h"

gboolean
user_is_external(const User *user)
{
  return user->source != NULL && !g_str_equal(user->source, USER_SOURCE_LOCAL);
}

void
user_free(User *user)
{
  if (user == NULL)
    return;
  g_free(user->id);
  g_free(user->name);
  g_free(user->full_name);
  g_free(user->source);
  g_strfreev(user->groups);
  g_free(user);
}
