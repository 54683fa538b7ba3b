/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one window: header bar, message bar, the pages in a stack, full screen and the keys that are ours. It
 * shows what it is told and reports what is wanted; it decides nothing.
 */
#pragma once

#include <gtk/gtk.h>

typedef struct ClientWindow ClientWindow;

/** What the user asked for by a button, a menu or a key. */
typedef enum {
  WINDOW_WISH_CLOSE,
  WINDOW_WISH_BACK, /**< to the list of desktops */
  WINDOW_WISH_REFRESH,
  WINDOW_WISH_SIGN_OUT,
  WINDOW_WISH_DISCONNECT,
  WINDOW_WISH_RESTART,
  WINDOW_WISH_RESET,
  WINDOW_WISH_LOG_OFF,
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

/** Goes into or out of full screen. */
void client_window_set_full_screen(ClientWindow *window, gboolean is_full_screen);

/** The bar for the viewer's upper edge in full screen, with the same buttons (transfer none, floating). */
GtkWidget *client_window_make_edge_bar(ClientWindow *window);

/** Destroys @window (nullable) with its pages. */
void client_window_free(ClientWindow *window);
