/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/ordered_uuid.h"

#include <string.h>

#define VERSION_AT 14

/* 48 bits of milliseconds since 1970, the version, 74 random bits (RFC 9562, 5.7). */
char *
ordered_uuid_new(const Clock *clock)
{
  guint64 time_ms = (guint64)clock_wall_us(clock) / 1000 & ((G_GUINT64_CONSTANT(1) << 48) - 1);
  char digits[16];
  g_snprintf(digits, sizeof digits, "%08x-%04x", (guint)(time_ms >> 16), (guint)(time_ms & 0xffff));
  char *text = g_uuid_string_random();
  memcpy(text, digits, strlen(digits));
  text[VERSION_AT] = '7';
  return text;
}
