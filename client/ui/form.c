/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/form.h"

#define COLUMN_WIDTH 380
#define ICON_SIZE    72

void
form_set_name(gpointer widget, const char *name)
{
  atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(widget)), name);
}

void
form_add_class(gpointer widget, const char *name)
{
  gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(widget)), name);
}

static GtkLabel *
add_label(GtkWidget *column, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars(GTK_LABEL(label), 48);
  form_add_class(label, style);
  gtk_box_pack_start(GTK_BOX(column), label, FALSE, FALSE, 0);
  return GTK_LABEL(label);
}

GtkWidget *
form_page_new(const char *icon, const char *title, const char *text, GtkWidget **ret_column)
{
  GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  GtkWidget *column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 10);
  form_add_class(column, "form");
  gtk_widget_set_halign(column, GTK_ALIGN_CENTER);
  gtk_widget_set_valign(column, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request(column, COLUMN_WIDTH, -1);
  if (icon != NULL) {
    GtkWidget *image = gtk_image_new_from_icon_name(icon, GTK_ICON_SIZE_DIALOG);
    gtk_image_set_pixel_size(GTK_IMAGE(image), ICON_SIZE);
    form_add_class(image, "page-icon");
    gtk_box_pack_start(GTK_BOX(column), image, FALSE, FALSE, 0);
  }
  add_label(column, title, "headline");
  g_object_set_data(G_OBJECT(column), "text", add_label(column, text != NULL ? text : "", "lead"));
  gtk_container_add(GTK_CONTAINER(scroller), column);
  *ret_column = column;
  return scroller;
}

void
form_set_text(GtkWidget *column, const char *text)
{
  gtk_label_set_text(g_object_get_data(G_OBJECT(column), "text"), text);
}

GtkEntry *
form_add_entry(GtkWidget *column, const char *label, gboolean is_secret)
{
  GtkWidget *row = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *name = gtk_label_new_with_mnemonic(label);
  GtkWidget *entry = gtk_entry_new();
  gtk_widget_set_halign(name, GTK_ALIGN_START);
  form_add_class(name, "field-name");
  gtk_label_set_mnemonic_widget(GTK_LABEL(name), entry);
  form_set_name(entry, gtk_label_get_text(GTK_LABEL(name)));
  gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
  gtk_entry_set_visibility(GTK_ENTRY(entry), !is_secret);
  if (is_secret)
    gtk_entry_set_input_purpose(GTK_ENTRY(entry), GTK_INPUT_PURPOSE_PASSWORD);
  gtk_box_pack_start(GTK_BOX(row), name, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(row), entry, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(column), row, FALSE, FALSE, 0);
  return GTK_ENTRY(entry);
}

GtkButton *
form_add_button(GtkWidget *column, const char *label, gboolean is_main)
{
  GtkWidget *button = gtk_button_new_with_mnemonic(label);
  gtk_box_pack_start(GTK_BOX(column), button, FALSE, FALSE, 0);
  form_add_class(button, "wide");
  if (is_main) {
    form_add_class(button, "suggested-action");
    gtk_widget_set_can_default(button, TRUE);
  } else {
    form_add_class(button, "flat");
  }
  return GTK_BUTTON(button);
}

GtkLabel *
form_add_note(GtkWidget *column, const char *text)
{
  return add_label(column, text, "dim-label");
}

void
form_remove_all(GtkWidget *container)
{
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(container));
  for (GList *link = children; link != NULL; link = link->next)
    gtk_widget_destroy(link->data);
}
