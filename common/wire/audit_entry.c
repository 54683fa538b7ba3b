/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/audit_entry.h"

void
audit_entry_free(AuditEntry *entry)
{
  if (entry == NULL)
    return;
  g_free(entry->broker);
  g_free(entry->actor);
  g_free(entry->action);
  g_free(entry->object);
  g_free(entry->code);
  g_free(entry->detail);
  g_free(entry->address);
  g_free(entry);
}
