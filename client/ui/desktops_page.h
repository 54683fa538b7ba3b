/* SPDX-License-Identifier: Apache-2.0 */
/* The list of desktops that the user may open. */
#pragma once

#include "client/ui/desktop_card.h"

typedef struct DesktopsPage DesktopsPage;

/** A page that lives as long as its widget; @listener (static) is told what the user wants. */
DesktopsPage *desktops_page_new(const DesktopCardListener *listener, gpointer user_data);

/** The widget of @page (transfer none). */
GtkWidget *desktops_page_widget(DesktopsPage *page);

/** Shows @desktops (ApiDesktop). */
void desktops_page_set(DesktopsPage *page, GPtrArray *desktops);

/** Shows how far the desktop of @pool (id or name) is; the others cannot be opened meanwhile. */
void desktops_page_set_progress(DesktopsPage *page, const char *pool, const char *step, int progress);

/** Says @name who is signed in. */
void desktops_page_set_person(DesktopsPage *page, const char *name);

/** Puts the focus on the first desktop. */
void desktops_page_enter(DesktopsPage *page);
