/* SPDX-License-Identifier: Apache-2.0 */
/* Key combinations that this machine would keep for itself, offered in a menu instead. */
#pragma once

#include <glib.h>

#define GUEST_KEYS_MAX 3

typedef struct {
  const char *label; /**< as on the keys, marked for translation */
  guint keyvals[GUEST_KEYS_MAX];
  int count;
} GuestKeys;

/** The combinations (static) in the order of the menu. */
const GuestKeys *guest_keys_list(gsize *ret_count);
