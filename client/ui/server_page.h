/* SPDX-License-Identifier: Apache-2.0 */
/* The page that asks for the server: an address, or one of those used before. */
#pragma once

#include <gtk/gtk.h>

#include "client/model/server_book.h"

typedef struct ServerPage ServerPage;

/** What the user did. */
typedef struct {
  void (*chosen)(const char *text, gpointer user_data);       /**< as typed, not checked */
  void (*forgotten)(const char *address, gpointer user_data); /**< take it off the list */
} ServerPageListener;

/** A page that lives as long as its widget; @listener is static. */
ServerPage *server_page_new(const ServerPageListener *listener, gpointer user_data);

/** The widget of @page (transfer none). */
GtkWidget *server_page_widget(ServerPage *page);

/** Lists the servers of @book. */
void server_page_set_book(ServerPage *page, const ServerBook *book);

/** While @is_busy nothing can be entered and the page says that it is looking for the server. */
void server_page_set_busy(ServerPage *page, gboolean is_busy);

/** Prepares @page for being shown: focus and default button. */
void server_page_enter(ServerPage *page);
