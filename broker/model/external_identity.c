/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/external_identity.h"

void
external_identity_free(ExternalIdentity *identity)
{
  if (identity == NULL)
    return;
  g_free(identity->authenticator);
  g_free(identity->external_id);
  g_free(identity->user_name);
  g_free(identity->full_name);
  g_strfreev(identity->groups);
  g_free(identity);
}
