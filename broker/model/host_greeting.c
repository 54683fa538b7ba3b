/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/host_greeting.h"

HostGreeting *
host_greeting_new(gint64 term, GPtrArray *desktops)
{
  HostGreeting *greeting = g_new0(HostGreeting, 1);
  greeting->term = term;
  greeting->desktops = desktops;
  return greeting;
}

void
host_greeting_free(HostGreeting *greeting)
{
  if (greeting == NULL)
    return;
  g_clear_pointer(&greeting->desktops, g_ptr_array_unref);
  g_free(greeting);
}
