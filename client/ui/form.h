/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The look that all pages share: a centred column with a headline, labelled entries and buttons. Every widget
 * gets an accessible name.
 */
#pragma once

#include <gtk/gtk.h>

/** A page: a centred column under @title and @text (nullable), in a scroller. @ret_column (transfer none) is
 * the column. */
GtkWidget *form_page_new(const char *icon, const char *title, const char *text, GtkWidget **ret_column);

/** Changes the text under the headline of the page with @column. */
void form_set_text(GtkWidget *column, const char *text);

/** Adds an entry with @label (with a mnemonic) above it; Enter in it activates the default button. */
GtkEntry *form_add_entry(GtkWidget *column, const char *label, gboolean is_secret);

/** Adds a wide button with @label (with a mnemonic). */
GtkButton *form_add_button(GtkWidget *column, const char *label, gboolean is_main);

/** Adds a line of quiet text that wraps. */
GtkLabel *form_add_note(GtkWidget *column, const char *text);

/** Makes @widget known to screen readers as @name. */
void form_set_name(gpointer widget, const char *name);

/** Adds the style class @name to @widget. */
void form_add_class(gpointer widget, const char *name);

/** Destroys everything in @container. */
void form_remove_all(GtkWidget *container);
