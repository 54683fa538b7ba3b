/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/name_table.h"

const char *
name_table_name(const char *const *names, guint count, int value)
{
  return value >= 0 && (guint)value < count ? names[value] : NULL;
}

int
name_table_value(const char *const *names, guint count, const char *name)
{
  for (guint value = 0; value < count; value++)
    if (g_strcmp0(names[value], name) == 0)
      return (int)value;
  return -1;
}
