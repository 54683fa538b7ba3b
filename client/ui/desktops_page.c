/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/desktops_page.h"

#include <glib/gi18n.h>

#include "client/ui/form.h"

#define LIST_WIDTH       720
#define NOTE_WIDTH_CHARS 60

struct DesktopsPage {
  GtkWidget *widget, *list, *loading, *nothing, *failed, *degraded;
  GtkLabel *person;
  GPtrArray *entries; /* of DesktopEntry; nullable: not read yet */
  gboolean is_opening;
  const DesktopCardListener *listener;
  gpointer user_data;
};

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  DesktopsPage *page = user_data;
  g_clear_pointer(&page->entries, g_ptr_array_unref);
  g_free(page);
}

static DesktopCard *
card_of(GtkListBoxRow *row)
{
  return g_object_get_data(G_OBJECT(row), "card");
}

static void
on_row(GtkListBox *list, GtkListBoxRow *row, gpointer user_data)
{
  desktop_card_open(card_of(row));
}

/* Above the first of several desktops of one pool. */
static GtkWidget *
make_heading(const DesktopEntry *entry)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
  form_add_class(box, "group");
  const char *texts[] = {entry->pool_name, entry->description},
             *styles[] = {"group-name", "card-description"};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    if (*texts[i] == '\0')
      continue;
    GtkWidget *label = gtk_label_new(texts[i]);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), NOTE_WIDTH_CHARS);
    form_add_class(label, styles[i]);
    gtk_container_add(GTK_CONTAINER(box), label);
  }
  gtk_widget_show_all(box);
  return box;
}

static void
update_heading(GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  const DesktopEntry *entry = desktop_card_entry(card_of(row));
  const DesktopEntry *above = before != NULL ? desktop_card_entry(card_of(before)) : NULL;
  gboolean is_first = above == NULL || !g_str_equal(above->pool_id, entry->pool_id);
  gtk_list_box_row_set_header(row, entry->in_group && is_first ? make_heading(entry) : NULL);
}

static GtkWidget *
make_instead(const char *icon, const char *title, const char *text)
{
  GtkWidget *column = NULL;
  GtkWidget *page = form_page_new(icon, title, text, &column);
  if (icon == NULL) {
    GtkWidget *spinner = gtk_spinner_new();
    gtk_widget_set_size_request(spinner, 32, 32);
    gtk_spinner_start(GTK_SPINNER(spinner));
    gtk_box_pack_start(GTK_BOX(column), spinner, FALSE, FALSE, 0);
  }
  gtk_widget_show_all(page);
  gtk_widget_set_no_show_all(page, TRUE);
  return page;
}

static GtkWidget *
make_degraded(void)
{
  GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new_from_icon_name("dialog-warning-symbolic", GTK_ICON_SIZE_LARGE_TOOLBAR);
  GtkWidget *label =
      gtk_label_new(_("The server cannot reach its data at the moment. You can go on with the desktops that "
                      "you have open; others can be opened when it is back. This list may be old."));
  gtk_widget_set_valign(icon, GTK_ALIGN_START);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_max_width_chars(GTK_LABEL(label), NOTE_WIDTH_CHARS);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  form_add_class(line, "note");
  gtk_box_pack_start(GTK_BOX(line), icon, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(line), label, TRUE, TRUE, 0);
  gtk_widget_show_all(line);
  gtk_widget_set_no_show_all(line, TRUE);
  return line;
}

static void
fill_column(DesktopsPage *page, GtkWidget *column)
{
  GtkWidget *title = gtk_label_new(_("Your desktops"));
  gtk_label_set_xalign(GTK_LABEL(title), 0);
  form_add_class(title, "headline");
  page->person = GTK_LABEL(gtk_label_new(""));
  gtk_label_set_xalign(page->person, 0);
  form_add_class(page->person, "dim-label");
  page->list = gtk_list_box_new();
  gtk_list_box_set_selection_mode(GTK_LIST_BOX(page->list), GTK_SELECTION_NONE);
  gtk_list_box_set_header_func(GTK_LIST_BOX(page->list), update_heading, NULL, NULL);
  form_add_class(page->list, "cards");
  form_set_name(page->list, _("Your desktops"));
  page->degraded = make_degraded();
  page->loading = make_instead(NULL, _("Looking for your desktops…"), NULL);
  page->nothing =
      make_instead("computer-symbolic", _("No desktop for you yet"),
                   _("Ask your administrator to give you access to one. It then appears here by itself."));
  page->failed = make_instead("dialog-error-symbolic", _("Your desktops cannot be shown"),
                              _("The server did not tell which there are. Press F5 to ask again."));
  gtk_box_pack_start(GTK_BOX(column), title, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(column), GTK_WIDGET(page->person), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(column), page->degraded, FALSE, FALSE, 8);
  gtk_box_pack_start(GTK_BOX(column), page->list, FALSE, FALSE, 8);
  GtkWidget *instead[] = {page->loading, page->nothing, page->failed};
  for (gsize i = 0; i < G_N_ELEMENTS(instead); i++)
    gtk_box_pack_start(GTK_BOX(column), instead[i], TRUE, TRUE, 40);
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
  fill_column(page, column);
  gtk_container_add(GTK_CONTAINER(page->widget), column);
  g_signal_connect(page->list, "row-activated", G_CALLBACK(on_row), page);
  g_signal_connect(page->widget, "destroy", G_CALLBACK(on_destroy), page);
  desktops_page_clear(page);
  return page;
}

GtkWidget *
desktops_page_widget(DesktopsPage *page)
{
  return page->widget;
}

static void
show_instead(DesktopsPage *page, GtkWidget *shown)
{
  GtkWidget *all[] = {page->list, page->loading, page->nothing, page->failed};
  for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
    gtk_widget_set_visible(all[i], all[i] == shown);
}

static const DesktopEntry *
entry_with_focus(DesktopsPage *page)
{
  GtkWidget *child = gtk_container_get_focus_child(GTK_CONTAINER(page->list));
  return child != NULL ? desktop_card_entry(card_of(GTK_LIST_BOX_ROW(child))) : NULL;
}

static void
focus_entry(DesktopsPage *page, const char *key)
{
  g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(page->list));
  for (GList *link = rows; link != NULL; link = link->next) {
    if (g_str_equal(desktop_card_entry(card_of(link->data))->key, key))
      gtk_widget_grab_focus(link->data);
  }
}

static void
fill_list(DesktopsPage *page, GPtrArray *entries)
{
  const DesktopEntry *focused = entry_with_focus(page);
  g_autofree char *key = focused != NULL ? g_strdup(focused->key) : NULL;
  form_remove_all(page->list);
  g_clear_pointer(&page->entries, g_ptr_array_unref);
  page->entries = entries;
  page->is_opening = FALSE;
  for (guint i = 0; i < entries->len; i++) {
    DesktopCard *card = desktop_card_new(g_ptr_array_index(entries, i), page->listener, page->user_data);
    gtk_container_add(GTK_CONTAINER(page->list), desktop_card_widget(card));
  }
  show_instead(page, entries->len > 0 ? page->list : page->nothing);
  if (key != NULL)
    focus_entry(page, key);
}

void
desktops_page_set(DesktopsPage *page, GPtrArray *entries, gboolean is_degraded)
{
  gtk_widget_set_visible(page->degraded, is_degraded);
  if (page->entries != NULL && !page->is_opening && desktop_entry_lists_equal(page->entries, entries)) {
    g_ptr_array_unref(entries);
    return;
  }
  fill_list(page, entries);
}

void
desktops_page_clear(DesktopsPage *page)
{
  form_remove_all(page->list);
  g_clear_pointer(&page->entries, g_ptr_array_unref);
  gtk_widget_hide(page->degraded);
  show_instead(page, page->loading);
}

void
desktops_page_set_failed(DesktopsPage *page)
{
  if (page->entries != NULL && page->entries->len > 0)
    return;
  g_clear_pointer(&page->entries, g_ptr_array_unref);
  show_instead(page, page->failed);
}

gboolean
desktops_page_is_moving(const DesktopsPage *page)
{
  return page->entries != NULL && desktop_entry_list_is_moving(page->entries);
}

void
desktops_page_set_progress(DesktopsPage *page, const char *what, const char *step, int progress)
{
  gboolean is_found = FALSE;
  page->is_opening = TRUE;
  g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(page->list));
  for (GList *link = rows; link != NULL; link = link->next) {
    DesktopCard *card = card_of(link->data);
    if (is_found || !desktop_card_is(card, what)) {
      gtk_widget_set_sensitive(GTK_WIDGET(link->data), FALSE);
      continue;
    }
    is_found = TRUE;
    desktop_card_set_progress(card, step, progress);
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
  if (first != NULL && entry_with_focus(page) == NULL)
    gtk_widget_grab_focus(GTK_WIDGET(first));
}
