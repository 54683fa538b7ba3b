/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/kiosk_page.h"

#include <glib/gi18n.h>

#include "client/ui/form.h"

struct KioskPage {
  GtkWidget *widget, *column;
  GtkLabel *code, *fingerprint;
};

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  g_free(user_data);
}

KioskPage *
kiosk_page_new(void)
{
  KioskPage *page = g_new0(KioskPage, 1);
  page->widget = form_page_new("video-display-symbolic", _("A desktop will open here"), NULL, &page->column);
  page->code = GTK_LABEL(gtk_label_new(NULL));
  form_add_class(page->code, "device-code");
  gtk_box_pack_start(GTK_BOX(page->column), GTK_WIDGET(page->code), FALSE, FALSE, 0);
  page->fingerprint = form_add_note(page->column, "");
  gtk_widget_show_all(page->widget);
  gtk_widget_set_no_show_all(GTK_WIDGET(page->code), TRUE);
  gtk_widget_set_no_show_all(GTK_WIDGET(page->fingerprint), TRUE);
  kiosk_page_set_code(page, NULL, NULL);
  g_signal_connect(page->widget, "destroy", G_CALLBACK(on_destroy), page);
  return page;
}

GtkWidget *
kiosk_page_widget(KioskPage *page)
{
  return page->widget;
}

void
kiosk_page_set_text(KioskPage *page, const char *text)
{
  form_set_text(page->column, text);
}

void
kiosk_page_set_code(KioskPage *page, const char *code, const char *fingerprint)
{
  g_autofree char *line =
      fingerprint != NULL ? g_strdup_printf(_("Fingerprint: %s"), fingerprint) : g_strdup("");
  gtk_label_set_text(page->code, code != NULL ? code : "");
  gtk_label_set_text(page->fingerprint, line);
  gtk_widget_set_visible(GTK_WIDGET(page->code), code != NULL);
  gtk_widget_set_visible(GTK_WIDGET(page->fingerprint), fingerprint != NULL);
}
