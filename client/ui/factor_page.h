/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page that asks for a code of the second factor, and the one that says where to set one up: that is done
 * in the web portal, which shows the picture for the app and the recovery codes.
 */
#pragma once

#include <gtk/gtk.h>

typedef struct FactorPage FactorPage;
typedef struct EnrolmentPage EnrolmentPage;

/** What the user did. */
typedef struct {
  void (*submitted)(const char *code, gpointer user_data);
  void (*cancelled)(gpointer user_data);
} FactorPageListener;

/** A page that lives as long as its widget; @listener is static. */
FactorPage *factor_page_new(const FactorPageListener *listener, gpointer user_data);

/** The widget of @page (transfer none). */
GtkWidget *factor_page_widget(FactorPage *page);

/** While @is_busy nothing can be entered. */
void factor_page_set_busy(FactorPage *page, gboolean is_busy);

/** Prepares @page for being shown: it is empty and has the focus. */
void factor_page_enter(FactorPage *page);

/** What the user did. */
typedef struct {
  void (*open)(const char *address, gpointer user_data);
  void (*sign_in_again)(gpointer user_data);
  void (*leave)(gpointer user_data);
} EnrolmentPageListener;

/** A page that lives as long as its widget; @listener is static. */
EnrolmentPage *enrolment_page_new(const EnrolmentPageListener *listener, gpointer user_data);

/** The widget of @page (transfer none). */
GtkWidget *enrolment_page_widget(EnrolmentPage *page);

/** Prepares @page for being shown: it names @address, where a browser has to go. @of_pool: a desktop asks for
 * it, and there may be others to go back to. */
void enrolment_page_enter(EnrolmentPage *page, const char *address, gboolean of_pool);
