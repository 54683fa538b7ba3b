/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one window: header bar, message bar, the pages in a stack, full screen and the keys that are ours. It
 * shows what it is told and reports what is wanted; it decides nothing.
 */
#pragma once

#include <gtk/gtk.h>

#include "client/model/desktop_entry.h"

typedef struct ClientWindow ClientWindow;

/** What the user asked for by a button, a menu or a key. */
typedef enum {
  WINDOW_WISH_CLOSE,
  WINDOW_WISH_BACK, /**< to the list of desktops */
  WINDOW_WISH_REFRESH,
  WINDOW_WISH_SIGN_OUT,
  WINDOW_WISH_DISCONNECT, /**< keeps the desktop running */
} WindowWish;

/** The kinds of page, which differ in what the header bar offers. */
typedef enum {
  WINDOW_PLAIN,    /**< server, sign-in: nothing but the title */
  WINDOW_LIST,     /**< the desktops: refresh, sign out */
  WINDOW_DESKTOP,  /**< a desktop: keys, full screen, session */
  WINDOW_ELSEWHERE /**< back, sign out */
} WindowKind;

typedef struct {
  void (*wish)(WindowWish wish, gpointer user_data);
  void (*act)(DesktopAction action, gpointer user_data); /**< on the open desktop */
  void (*buttons)(gpointer user_data);                   /**< Shift+F12 in full screen: show the edge bar */
  void (*keys)(const guint *keyvals, int count, gpointer user_data); /**< to be pressed in the guest */
  void (*full_screen)(gboolean is_full_screen, gpointer user_data);
} ClientWindowListener;

/** A window that is not shown yet; @listener is static. */
ClientWindow *client_window_new(const ClientWindowListener *listener, gpointer user_data);

/** The GtkWindow, as parent of dialogs (transfer none). */
GtkWindow *client_window_gtk(ClientWindow *window);

/** Adds @page to the stack as @name. */
void client_window_add_page(ClientWindow *window, const char *name, GtkWidget *page);

/** Shows the page @name of kind @kind; the window is called @title, its header says @heading and @subtitle
 * (nullable). */
void client_window_show_page(ClientWindow *window, const char *name, WindowKind kind, const char *title,
                             const char *heading, const char *subtitle);

/** Shows @error (NULL: nothing) in the bar above the page. */
void client_window_show_error(ClientWindow *window, const GError *error);

/** Shows the warning @title with @text and @advice above the page, until it is closed; NULL takes it away. */
void client_window_show_notice(ClientWindow *window, const char *title, const char *text, const char *advice);

/** Changes the text of that warning to @text and its look to nothing else: closed stays closed. */
void client_window_change_notice(ClientWindow *window, const char *text);

/** What the menu of the open desktop offers: @actions, bits 1 << DesktopAction. */
void client_window_set_actions(ClientWindow *window, guint actions);

/** Goes into or out of full screen. */
void client_window_set_full_screen(ClientWindow *window, gboolean is_full_screen);

/** The bar for the viewer's upper edge in full screen, with the same buttons and menu (transfer none,
 * floating). */
GtkWidget *client_window_make_edge_bar(ClientWindow *window);

/** Destroys @window (nullable) with its pages. */
void client_window_free(ClientWindow *window);
