/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the window: a page with bars above it. Above a list they push it down; over a desktop they
 * lie, so that the guest's size does not change with them.
 */
#pragma once

#include <gtk/gtk.h>

/** A widget (transfer none, floating) with @page (transfer full) in it and no bars. */
GtkWidget *window_content_new(GtkWidget *page);

/** Adds @bar (transfer full) below those that are there. */
void window_content_add_bar(GtkWidget *content, GtkWidget *bar);

/** Whether the bars lie over the page (@is_over) or push it down, as they do at first. */
void window_content_set_over(GtkWidget *content, gboolean is_over);
