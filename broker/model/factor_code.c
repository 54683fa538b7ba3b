/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/model/factor_code.h"

#include <string.h>

#define GROUP 4

static gboolean
is_blank(char c)
{
  return c == ' ' || c == '-' || c == '\t';
}

/* RFC 4648, 6 leaves these digits out because they look like letters. */
static char
as_letter(char c)
{
  switch (c) {
  case '0':
    return 'O';
  case '1':
    return 'I';
  case '8':
    return 'B';
  default:
    return g_ascii_toupper(c);
  }
}

/* Without blanks; FALSE when it is longer than any code. */
static gboolean
squeeze(const char *text, char *ret_letters, gsize size)
{
  gsize length = 0;
  for (; *text != '\0'; text++) {
    if (is_blank(*text))
      continue;
    if (length + 1 >= size)
      return FALSE;
    ret_letters[length++] = *text;
  }
  ret_letters[length] = '\0';
  return TRUE;
}

static gboolean
is_recovery(char *letters)
{
  for (char *c = letters; *c != '\0'; c++) {
    *c = as_letter(*c);
    if (strchr(FACTOR_RECOVERY_ALPHABET, *c) == NULL)
      return FALSE;
  }
  return TRUE;
}

FactorCode
factor_code_read(const char *text)
{
  FactorCode code = {.kind = FACTOR_CODE_NONE};
  if (strnlen(text, FACTOR_CODE_TEXT_MAX + 1) > FACTOR_CODE_TEXT_MAX ||
      !squeeze(text, code.text, sizeof code.text))
    return (FactorCode){.kind = FACTOR_CODE_NONE};
  gsize length = strlen(code.text);
  if (length == FACTOR_CODE_DIGITS && strspn(code.text, "0123456789") == length)
    code.kind = FACTOR_CODE_TIME;
  else if (length == FACTOR_RECOVERY_LETTERS && is_recovery(code.text))
    code.kind = FACTOR_CODE_RECOVERY;
  return code;
}

char *
factor_code_show_recovery(const char *letters)
{
  GString *shown = g_string_new(NULL);
  for (gsize i = 0; letters[i] != '\0'; i++) {
    if (i > 0 && i % GROUP == 0)
      g_string_append_c(shown, '-');
    g_string_append_c(shown, letters[i]);
  }
  return g_string_free(shown, FALSE);
}
