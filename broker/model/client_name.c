/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/client_name.h"

#include <string.h>

#define LOOKED_AT_BYTES 512
#define PRODUCT_MAX     32

typedef struct {
  const char *mark;
  const char *name;
} Mark;

/* In this order: browsers name each other, the most particular one counts. */
static const Mark programs[] = {
    {"carawayctl/", "carawayctl"},
    {"caraway-client/", "Caraway client"},
    {"Edg/", "Edge"},
    {"OPR/", "Opera"},
    {"Firefox/", "Firefox"},
    {"Chrome/", "Chrome"},
    {"Safari/", "Safari"},
};

static const Mark systems[] = {
    {"Android", "Android"}, {"iPhone", "iOS"},    {"iPad", "iOS"},    {"Windows", "Windows"},
    {"Mac OS X", "macOS"},  {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
};

static const char *
find(const Mark *marks, guint length, const char *text)
{
  for (guint i = 0; i < length; i++)
    if (strstr(text, marks[i].mark) != NULL)
      return marks[i].name;
  return NULL;
}

/* The first word without its version, of letters, digits and what joins them. */
static char *
first_product(const char *text)
{
  gsize length = 0;
  while (length < PRODUCT_MAX && (g_ascii_isalnum(text[length]) || strchr("-_.", text[length]) != NULL) &&
         text[length] != '\0')
    length++;
  return g_strndup(text, length);
}

char *
client_name(const char *user_agent)
{
  g_autofree char *text = g_strndup(user_agent != NULL ? user_agent : "", LOOKED_AT_BYTES);
  const char *program = find(programs, G_N_ELEMENTS(programs), text);
  const char *system = find(systems, G_N_ELEMENTS(systems), text);
  g_autofree char *name = program != NULL ? g_strdup(program) : first_product(text);
  if (*name == '\0' || system == NULL)
    return g_steal_pointer(&name);
  return g_strdup_printf("%s on %s", name, system);
}
