/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page that shows the desktop: spice-gtk's display, what lies over it while it is opened or reconnected
 * (the last picture stays visible), the guest's size following the window's, and the bar at the upper edge in
 * full screen.
 */
#pragma once

#include <gtk/gtk.h>

#include "client/display/console.h"

typedef struct ViewerPage ViewerPage;

/** A page that lives as long as its widget. @bar: what slides in at the upper edge in full screen (transfer
 * full). */
ViewerPage *viewer_page_new(GtkWidget *bar);

/** The widget of @page (transfer none). */
GtkWidget *viewer_page_widget(ViewerPage *page);

/** Prepares the display of @console, which is not open yet; what was shown before stays until its first
 * picture. */
void viewer_page_attach(ViewerPage *page, Console *console);

/** Takes the display away, before its console is freed. With @keep_picture its last picture stays. */
void viewer_page_detach(ViewerPage *page, gboolean keep_picture);

/** Lets @text lie over the picture with a spinner; NULL takes it away as soon as there is a picture. */
void viewer_page_set_waiting(ViewerPage *page, const char *text);

/** Whether the bar at the upper edge is to be had; shows for a moment how to leave. */
void viewer_page_set_full_screen(ViewerPage *page, gboolean is_full_screen);

/** Shows the bar at the upper edge in full screen until the pointer leaves it or the desktop is used. */
void viewer_page_show_edge(ViewerPage *page);

/** Presses and releases the keys @keyvals (@count) in the guest. */
void viewer_page_send_keys(ViewerPage *page, const guint *keyvals, int count);

/** Gives the keyboard to the desktop. */
void viewer_page_enter(ViewerPage *page);
