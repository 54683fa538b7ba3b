/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kiosk shows while it has no desktop: what it waits for, and till it was let in its code.
 */
#pragma once

#include <gtk/gtk.h>

typedef struct KioskPage KioskPage;

/** A page that lives as long as its widget. */
KioskPage *kiosk_page_new(void);

/** The widget of @page (transfer none). */
GtkWidget *kiosk_page_widget(KioskPage *page);

/** Says what is waited for. */
void kiosk_page_set_text(KioskPage *page, const char *text);

/** Shows the device's @code and @fingerprint for whoever is to let it in (nullable: not any more). */
void kiosk_page_set_code(KioskPage *page, const char *code, const char *fingerprint);
