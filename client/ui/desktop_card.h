/* SPDX-License-Identifier: Apache-2.0 */
/* One desktop in the list: its name, what state it is in and why, how far it is, and what can be done with
 * it. */
#pragma once

#include <gtk/gtk.h>

#include "common/api_client/api_session.h"

typedef struct DesktopCard DesktopCard;

/** What the user wants of a desktop. */
typedef struct {
  void (*open)(const char *pool, gpointer user_data);
  void (*cancel)(gpointer user_data); /**< stop opening */
  void (*act)(const char *session, const char *action, const char *name,
              gpointer user_data); /**< disconnect, restart, … */
} DesktopCardListener;

/** A card for @desktop (copied) that lives as long as its widget, a GtkListBoxRow; @listener is static. */
DesktopCard *desktop_card_new(const ApiDesktop *desktop, const DesktopCardListener *listener,
                              gpointer user_data);

/** The widget of @card (transfer none). */
GtkWidget *desktop_card_widget(DesktopCard *card);

/** Whether @card is for @pool, an id or a name. */
gboolean desktop_card_is(const DesktopCard *card, const char *pool);

/** Shows that the desktop is being opened: @step (nullable) of @progress (0 … 100), with a button to cancel.
 */
void desktop_card_set_progress(DesktopCard *card, const char *step, int progress);

/** Opens it as if the button was pressed; nothing happens where there is none to press. */
void desktop_card_open(DesktopCard *card);
