/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/grant_key_row.h"

#include "broker/model/name_table.h"

static const char *const state_names[] = {[GRANT_KEY_NEXT] = "next",
                                          [GRANT_KEY_CURRENT] = "current",
                                          [GRANT_KEY_PREVIOUS] = "previous",
                                          [GRANT_KEY_RETIRED] = "retired",
                                          [GRANT_KEY_REVOKED] = "revoked"};

const char *
grant_key_state_name(GrantKeyState state)
{
  return name_table_name(state_names, G_N_ELEMENTS(state_names), (int)state);
}

gboolean
grant_key_state_from_name(const char *name, GrantKeyState *ret_state)
{
  int value = name_table_value(state_names, G_N_ELEMENTS(state_names), name);
  if (value < 0)
    return FALSE;
  *ret_state = (GrantKeyState)value;
  return TRUE;
}

void
grant_key_row_free(GrantKeyRow *row)
{
  if (row == NULL)
    return;
  g_free(row->id);
  g_free(row->broker);
  g_free(row->public_key);
  g_free(row->reason);
  g_free(row);
}
