/* SPDX-License-Identifier: Apache-2.0 */
/* The page shown when the desktop lives on another device: it does not fight for it, it asks. */
#pragma once

#include <gtk/gtk.h>

/** What the user did. */
typedef struct {
  void (*take_over)(gpointer user_data);
  void (*leave)(gpointer user_data);
} ElsewherePageListener;

/** The page; @listener is static. */
GtkWidget *elsewhere_page_new(const ElsewherePageListener *listener, gpointer user_data);

/** Prepares @page for being shown: the focus is on opening it here. @where (nullable): a sentence with the
 * other device. */
void elsewhere_page_enter(GtkWidget *page, const char *where);
