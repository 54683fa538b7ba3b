/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/host_greeting.h"

HostGreeting *
host_greeting_new(gint64 term, GPtrArray *desktops, GPtrArray *keys, GStrv brokers)
{
  HostGreeting *greeting = g_new0(HostGreeting, 1);
  greeting->term = term;
  greeting->desktops = desktops;
  greeting->keys = keys;
  greeting->brokers = brokers;
  return greeting;
}

void
host_greeting_free(HostGreeting *greeting)
{
  if (greeting == NULL)
    return;
  g_clear_pointer(&greeting->desktops, g_ptr_array_unref);
  g_clear_pointer(&greeting->keys, g_ptr_array_unref);
  g_strfreev(greeting->brokers);
  g_free(greeting);
}
