/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes either fail to parse, or give a message whose text parses again to the same text. */
#include "common/wire/host_message.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(HostMessage) message = host_message_parse((const char *)data, size, NULL);
  if (message == NULL)
    return 0;
  g_autofree char *text = host_message_build(message);
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) again = host_message_parse(text, strlen(text), &error);
  if (again == NULL)
    g_error("what was built does not parse: %s", error->message);
  g_autofree char *second = host_message_build(again);
  g_assert_cmpstr(text, ==, second);
  return 0;
}
