/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/server_page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/ui/form.h"

struct ServerPage {
  GtkWidget *widget, *column;
  GtkEntry *address;
  GtkButton *next;
  GtkWidget *list;
  const ServerPageListener *listener;
  gpointer user_data;
};

static void
on_next(GtkButton *button, gpointer user_data)
{
  ServerPage *page = user_data;
  page->listener->chosen(gtk_entry_get_text(page->address), page->user_data);
}

static void
on_changed(GtkEditable *editable, gpointer user_data)
{
  ServerPage *page = user_data;
  gtk_widget_set_sensitive(GTK_WIDGET(page->next), gtk_entry_get_text_length(page->address) > 0);
}

static void
on_row(GtkListBox *list, GtkListBoxRow *row, gpointer user_data)
{
  ServerPage *page = user_data;
  gtk_entry_set_text(page->address, g_object_get_data(G_OBJECT(row), "address"));
  page->listener->chosen(gtk_entry_get_text(page->address), page->user_data);
}

static void
on_forget(GtkButton *button, gpointer user_data)
{
  ServerPage *page = user_data;
  g_autofree char *address = g_strdup(g_object_get_data(G_OBJECT(button), "address"));
  page->listener->forgotten(address, page->user_data);
}

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  g_free(user_data);
}

ServerPage *
server_page_new(const ServerPageListener *listener, gpointer user_data)
{
  ServerPage *page = g_new0(ServerPage, 1);
  page->listener = listener;
  page->user_data = user_data;
  page->widget = form_page_new("caraway-client", _("Your desktop, from here"),
                               _("Enter the server that your organisation gave you."), &page->column);
  page->address = form_add_entry(page->column, _("_Server"), FALSE);
  gtk_entry_set_placeholder_text(page->address, "desk.example.org");
  gtk_entry_set_input_purpose(page->address, GTK_INPUT_PURPOSE_URL);
  page->next = form_add_button(page->column, _("_Continue"), TRUE);
  gtk_widget_set_sensitive(GTK_WIDGET(page->next), FALSE);
  page->list = gtk_list_box_new();
  gtk_list_box_set_selection_mode(GTK_LIST_BOX(page->list), GTK_SELECTION_NONE);
  form_add_class(page->list, "servers");
  form_set_name(page->list, _("Servers used before"));
  gtk_box_pack_start(GTK_BOX(page->column), page->list, FALSE, FALSE, 8);
  g_signal_connect(page->next, "clicked", G_CALLBACK(on_next), page);
  g_signal_connect(page->address, "changed", G_CALLBACK(on_changed), page);
  g_signal_connect(page->list, "row-activated", G_CALLBACK(on_row), page);
  g_signal_connect(page->widget, "destroy", G_CALLBACK(on_destroy), page);
  return page;
}

GtkWidget *
server_page_widget(ServerPage *page)
{
  return page->widget;
}

static GtkWidget *
forget_button(ServerPage *page, const char *address)
{
  GtkWidget *button = gtk_button_new_from_icon_name("window-close-symbolic", GTK_ICON_SIZE_MENU);
  g_autofree char *name = g_strdup_printf(_("Forget %s"), address);
  form_add_class(button, "flat");
  form_add_class(button, "circular");
  form_set_name(button, name);
  gtk_widget_set_tooltip_text(button, _("Forget this server"));
  g_object_set_data_full(G_OBJECT(button), "address", g_strdup(address), g_free);
  g_signal_connect(button, "clicked", G_CALLBACK(on_forget), page);
  return button;
}

static GtkWidget *
server_row(ServerPage *page, const ServerEntry *entry)
{
  GtkWidget *row = gtk_list_box_row_new();
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  g_autofree char *host = g_strdup(entry->address + strlen("https://"));
  GtkWidget *name = gtk_label_new(host);
  gtk_label_set_ellipsize(GTK_LABEL(name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_box_pack_start(GTK_BOX(box),
                     gtk_image_new_from_icon_name("network-server-symbolic", GTK_ICON_SIZE_MENU), FALSE,
                     FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), name, FALSE, FALSE, 0);
  gtk_box_pack_end(GTK_BOX(box), forget_button(page, entry->address), FALSE, FALSE, 0);
  if (entry->user != NULL) {
    GtkWidget *user = gtk_label_new(entry->user);
    form_add_class(user, "dim-label");
    gtk_box_pack_end(GTK_BOX(box), user, FALSE, FALSE, 0);
  }
  gtk_container_add(GTK_CONTAINER(row), box);
  form_set_name(row, host);
  g_object_set_data_full(G_OBJECT(row), "address", g_strdup(entry->address), g_free);
  return row;
}

void
server_page_set_book(ServerPage *page, const ServerBook *book)
{
  form_remove_all(page->list);
  for (guint i = 0; i < server_book_count(book); i++)
    gtk_container_add(GTK_CONTAINER(page->list), server_row(page, server_book_get(book, i)));
  gtk_widget_show_all(page->list);
  gtk_widget_set_visible(page->list, server_book_count(book) > 0);
}

void
server_page_set_busy(ServerPage *page, gboolean is_busy)
{
  gtk_widget_set_sensitive(page->column, !is_busy);
  form_set_text(page->column, is_busy ? _("Looking for the server…")
                                      : _("Enter the server that your organisation gave you."));
}

void
server_page_enter(ServerPage *page)
{
  gtk_widget_grab_default(GTK_WIDGET(page->next));
  gtk_widget_grab_focus(GTK_WIDGET(page->address));
}
