/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as presses of a US keyboard: PC scan codes, set 1, as SPICE carries them.
 */
#pragma once

#include <glib.h>

#define KEY_LEFT_CONTROL 0x1d
#define KEY_LEFT_SHIFT   0x2a
#define KEY_LEFT_ALT     0x38
#define KEY_T            0x14
#define KEY_ENTER        0x1c

typedef struct {
  guint scan_code;
  gboolean with_shift;
} KeyStroke;

/** The stroke for the printable ASCII character @character; FALSE when the keyboard has none. */
gboolean key_table_find(char character, KeyStroke *ret_stroke) G_GNUC_WARN_UNUSED_RESULT;
