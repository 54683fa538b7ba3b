/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/elsewhere_page.h"

#include <glib/gi18n.h>

#include "client/ui/form.h"

GtkWidget *
elsewhere_page_new(const ElsewherePageListener *listener, gpointer user_data)
{
  GtkWidget *column = NULL;
  GtkWidget *page =
      form_page_new("computer-symbolic", _("Your desktop is open on another device"),
                    _("It keeps running there. Open it here to continue on this screen; the other device "
                      "is then disconnected."),
                    &column);
  g_object_set_data(G_OBJECT(page), "where", form_add_note(column, ""));
  GtkButton *take_over = form_add_button(column, _("Open it _here"), TRUE);
  GtkButton *leave = form_add_button(column, _("_Back to your desktops"), FALSE);
  g_signal_connect_swapped(take_over, "clicked", G_CALLBACK(listener->take_over), user_data);
  g_signal_connect_swapped(leave, "clicked", G_CALLBACK(listener->leave), user_data);
  g_object_set_data(G_OBJECT(page), "take-over", take_over);
  return page;
}

void
elsewhere_page_enter(GtkWidget *page, const char *where)
{
  GtkLabel *note = g_object_get_data(G_OBJECT(page), "where");
  gtk_label_set_text(note, where != NULL ? where : "");
  gtk_widget_set_visible(GTK_WIDGET(note), where != NULL);
  GtkWidget *take_over = g_object_get_data(G_OBJECT(page), "take-over");
  gtk_widget_grab_default(take_over);
  gtk_widget_grab_focus(take_over);
}
