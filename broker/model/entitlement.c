/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/entitlement.h"

#include "broker/model/name_table.h"

static const char *const kind_names[] = {[ENTITLEMENT_USER] = "user", [ENTITLEMENT_GROUP] = "group"};

const char *
entitlement_kind_name(EntitlementKind kind)
{
  return name_table_name(kind_names, G_N_ELEMENTS(kind_names), kind);
}

gboolean
entitlement_kind_from_name(const char *name, EntitlementKind *ret_kind)
{
  int value = name_table_value(kind_names, G_N_ELEMENTS(kind_names), name);
  if (value < 0)
    return FALSE;
  *ret_kind = value;
  return TRUE;
}

void
entitlement_free(Entitlement *entitlement)
{
  if (entitlement == NULL)
    return;
  g_free(entitlement->subject_id);
  g_free(entitlement->name);
  g_free(entitlement);
}
