/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/caller.h"

Caller *
caller_new(const char *user_id, const char *user_name, gboolean trusted, const char *address,
           const char *token_hash)
{
  Caller *caller = g_new0(Caller, 1);
  caller->user_id = g_strdup(user_id);
  caller->user_name = g_strdup(user_name);
  caller->trusted = trusted;
  caller->limit = ~(PermissionSet)0;
  caller->address = g_strdup(address != NULL ? address : "");
  caller->token_hash = g_strdup(token_hash != NULL ? token_hash : "");
  return caller;
}

void
caller_free(Caller *caller)
{
  if (caller == NULL)
    return;
  g_free(caller->user_id);
  g_free(caller->user_name);
  g_free(caller->address);
  g_free(caller->token_hash);
  g_free(caller->creation_key);
  g_free(caller->creation_body);
  g_free(caller);
}
