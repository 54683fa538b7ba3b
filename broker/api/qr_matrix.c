/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/api/qr_matrix.h"

#include <qrencode.h>

#define DARK 1 /* the lowest bit of a square */

static char *
row_text(const unsigned char *squares, int width)
{
  char *text = g_malloc((gsize)width + 1);
  for (int i = 0; i < width; i++)
    text[i] = (squares[i] & DARK) != 0 ? '1' : '0';
  text[width] = '\0';
  return text;
}

GStrv
qr_matrix(const char *text)
{
  QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
  if (code == NULL)
    return NULL;
  char **rows = g_new0(char *, (gsize)code->width + 1);
  for (int i = 0; i < code->width; i++)
    rows[i] = row_text(code->data + (gsize)i * (gsize)code->width, code->width);
  QRcode_free(code);
  return rows;
}
