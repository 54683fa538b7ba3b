/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bar above the pages that says what failed and what to do about it, or what is about to happen, until it
 * is closed or replaced.
 */
#pragma once

#include <gtk/gtk.h>

typedef struct MessageBar MessageBar;

/** A hidden bar of @type (error or warning) that lives as long as its widget. */
MessageBar *message_bar_new(GtkMessageType type);

/** The widget of @bar (transfer none). */
GtkWidget *message_bar_widget(MessageBar *bar);

/** Shows @error: headline and advice by its code, below it the server's words, reasons and the code. */
void message_bar_show_error(MessageBar *bar, const GError *error);

/** Shows @text under @title, and what to do in @advice (nullable). */
void message_bar_show_text(MessageBar *bar, const char *title, const char *text, const char *advice);

/** Says @text instead of the text before, without showing @bar or telling screen readers. */
void message_bar_change_text(MessageBar *bar, const char *text);

/** Hides @bar. */
void message_bar_hide(MessageBar *bar);
