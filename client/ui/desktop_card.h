/* SPDX-License-Identifier: Apache-2.0 */
/* One desktop in the list: its name, what state it is in and why, how far it is, and what can be done with
 * it. */
#pragma once

#include <gtk/gtk.h>

#include "client/model/desktop_entry.h"

typedef struct DesktopCard DesktopCard;

/** What the user wants of a desktop; @entry lives as long as its card. */
typedef struct {
  void (*open)(const DesktopEntry *entry, gpointer user_data);
  void (*cancel)(gpointer user_data); /**< stop opening */
  void (*act)(const DesktopEntry *entry, DesktopAction action, gpointer user_data);
} DesktopCardListener;

/** A card for @entry (borrowed for its life) that lives as long as its widget, a GtkListBoxRow; @listener is
 * static. */
DesktopCard *desktop_card_new(const DesktopEntry *entry, const DesktopCardListener *listener,
                              gpointer user_data);

/** The widget of @card (transfer none). */
GtkWidget *desktop_card_widget(DesktopCard *card);

/** What @card shows (transfer none). */
const DesktopEntry *desktop_card_entry(const DesktopCard *card);

/** Whether @card is for @what: the key of an entry, or the id or name of a pool. */
gboolean desktop_card_is(const DesktopCard *card, const char *what);

/** Shows that the desktop is being opened: @step (nullable) of @progress (0 … 100), with a button to cancel.
 */
void desktop_card_set_progress(DesktopCard *card, const char *step, int progress);

/** Opens it as if the button was pressed; nothing happens where there is none to press. */
void desktop_card_open(DesktopCard *card);
