/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/desktops_page.h"

#include <glib/gi18n.h>

#include "client/ui/form.h"

#define LIST_WIDTH 640

struct DesktopsPage {
  GtkWidget *widget, *list, *nothing;
  GtkLabel *person;
  const DesktopCardListener *listener;
  gpointer user_data;
};

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  g_free(user_data);
}

static void
on_row(GtkListBox *list, GtkListBoxRow *row, gpointer user_data)
{
  desktop_card_open(g_object_get_data(G_OBJECT(row), "card"));
}

static GtkWidget *
make_nothing(void)
{
  GtkWidget *column = NULL;
  GtkWidget *page =
      form_page_new("computer-symbolic", _("No desktop for you yet"),
                    _("Ask your administrator to give you access to one, then press F5."), &column);
  gtk_widget_show_all(page);
  gtk_widget_set_no_show_all(page, TRUE);
  return page;
}

DesktopsPage *
desktops_page_new(const DesktopCardListener *listener, gpointer user_data)
{
  DesktopsPage *page = g_new0(DesktopsPage, 1);
  page->listener = listener;
  page->user_data = user_data;
  page->widget = gtk_scrolled_window_new(NULL, NULL);
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(page->widget), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  GtkWidget *column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
  form_add_class(column, "desktops");
  gtk_widget_set_halign(column, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request(column, LIST_WIDTH, -1);
  GtkWidget *title = gtk_label_new(_("Your desktops"));
  gtk_label_set_xalign(GTK_LABEL(title), 0);
  form_add_class(title, "headline");
  page->person = GTK_LABEL(gtk_label_new(""));
  gtk_label_set_xalign(page->person, 0);
  form_add_class(page->person, "dim-label");
  page->list = gtk_list_box_new();
  gtk_list_box_set_selection_mode(GTK_LIST_BOX(page->list), GTK_SELECTION_NONE);
  form_add_class(page->list, "cards");
  form_set_name(page->list, _("Your desktops"));
  page->nothing = make_nothing();
  gtk_box_pack_start(GTK_BOX(column), title, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(column), GTK_WIDGET(page->person), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(column), page->list, FALSE, FALSE, 8);
  gtk_box_pack_start(GTK_BOX(column), page->nothing, TRUE, TRUE, 40);
  gtk_container_add(GTK_CONTAINER(page->widget), column);
  g_signal_connect(page->list, "row-activated", G_CALLBACK(on_row), page);
  g_signal_connect(page->widget, "destroy", G_CALLBACK(on_destroy), page);
  return page;
}

GtkWidget *
desktops_page_widget(DesktopsPage *page)
{
  return page->widget;
}

void
desktops_page_set(DesktopsPage *page, GPtrArray *desktops)
{
  form_remove_all(page->list);
  for (guint i = 0; i < desktops->len; i++) {
    DesktopCard *card = desktop_card_new(desktops->pdata[i], page->listener, page->user_data);
    gtk_container_add(GTK_CONTAINER(page->list), desktop_card_widget(card));
  }
  gtk_widget_set_visible(page->list, desktops->len > 0);
  gtk_widget_set_visible(page->nothing, desktops->len == 0);
}

void
desktops_page_set_progress(DesktopsPage *page, const char *pool, const char *step, int progress)
{
  g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(page->list));
  for (GList *link = rows; link != NULL; link = link->next) {
    DesktopCard *card = g_object_get_data(G_OBJECT(link->data), "card");
    if (desktop_card_is(card, pool))
      desktop_card_set_progress(card, step, progress);
    else
      gtk_widget_set_sensitive(GTK_WIDGET(link->data), FALSE);
  }
}

void
desktops_page_set_person(DesktopsPage *page, const char *name)
{
  g_autofree char *text = g_strdup_printf(_("Signed in as %s"), name);
  gtk_label_set_text(page->person, text);
}

void
desktops_page_enter(DesktopsPage *page)
{
  GtkListBoxRow *first = gtk_list_box_get_row_at_index(GTK_LIST_BOX(page->list), 0);
  if (first != NULL)
    gtk_widget_grab_focus(GTK_WIDGET(first));
}
