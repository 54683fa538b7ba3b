/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text as the squares of a QR code (ISO/IEC 18004), for clients to draw.
 */
#pragma once

#include <glib.h>

/** The rows of the code for @text, each a text of 1 (dark) and 0, without the quiet zone of four squares that
 * belongs around it (transfer full); NULL when it is too long. */
GStrv qr_matrix(const char *text);
