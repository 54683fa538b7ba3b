/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/foreign.h"

Foreign *
foreign_new(const HostForeign *report)
{
  Foreign *foreign = g_new0(Foreign, 1);
  foreign->uuid = g_strdup(report->uuid);
  foreign->name = g_strdup(report->name);
  foreign->power = (HostPower)report->power;
  foreign->adoptable = report->adoptable;
  foreign->reason = g_strdup(report->reason != NULL ? report->reason : "");
  return foreign;
}

void
foreign_free(Foreign *foreign)
{
  if (foreign == NULL)
    return;
  g_free(foreign->uuid);
  g_free(foreign->name);
  g_free(foreign->reason);
  g_free(foreign);
}
