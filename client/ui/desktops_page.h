/* SPDX-License-Identifier: Apache-2.0 */
/* The list of desktops that the user may open, and what stands there instead while there is none. */
#pragma once

#include "client/ui/desktop_card.h"

typedef struct DesktopsPage DesktopsPage;

/** A page that lives as long as its widget; @listener (static) is told what the user wants. */
DesktopsPage *desktops_page_new(const DesktopCardListener *listener, gpointer user_data);

/** The widget of @page (transfer none). */
GtkWidget *desktops_page_widget(DesktopsPage *page);

/**
 * Shows @entries (of DesktopEntry, transfer full); the focus stays with the desktop that has it, and nothing
 * moves when nothing changed. @is_degraded: the server knows only what it has by heart, which is said above
 * the list.
 */
void desktops_page_set(DesktopsPage *page, GPtrArray *entries, gboolean is_degraded);

/** Forgets the list and the person, until the next desktops_page_set(). */
void desktops_page_clear(DesktopsPage *page);

/** Says where the list would be that it could not be read; a list that is there stays. */
void desktops_page_set_failed(DesktopsPage *page);

/** Whether something in the list is on its way and wants to be looked at again soon. */
gboolean desktops_page_is_moving(const DesktopsPage *page);

/** Shows how far the desktop is that is @what: the key of an entry, or the id or name of a pool; the others
 * cannot be opened meanwhile. */
void desktops_page_set_progress(DesktopsPage *page, const char *what, const char *step, int progress);

/** Says @name who is signed in. */
void desktops_page_set_person(DesktopsPage *page, const char *name);

/** Puts the focus on the first desktop, unless one has it. */
void desktops_page_enter(DesktopsPage *page);
