/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/hostlink/command_text.h"

#include <string.h>

#define MEMBER "\"term\":"

/* A quotation mark inside of a JSON text is escaped, so that the first match is the member itself: parsing
 * and building anew would cost more than the whole delivery. */
char *
command_text_with_term(const char *text, gint64 term)
{
  const char *found = strstr(text, MEMBER);
  g_return_val_if_fail(found != NULL, g_strdup(text));
  const char *number = found + strlen(MEMBER);
  gsize digits = strspn(number, "0123456789");
  return g_strdup_printf("%.*s%" G_GINT64_FORMAT "%s", (int)(number - text), text, term, number + digits);
}
