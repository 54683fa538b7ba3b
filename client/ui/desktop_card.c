/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/desktop_card.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/ui/form.h"

#define TEXT_WIDTH_CHARS 50 /* what is longer wraps instead of making the list wider */

struct DesktopCard {
  GtkWidget *row, *open, *menu, *cancel, *progress;
  GtkLabel *state;
  const DesktopEntry *entry;
  const DesktopCardListener *listener;
  gpointer user_data;
};

/* How each kind of entry looks. */
static const struct {
  const char *icon, *style;
} looks[] = {
    [ENTRY_RUNNING] = {"computer-symbolic", "yours"},
    [ENTRY_PREPARING] = {"computer-symbolic", "yours"},
    [ENTRY_OFF] = {"system-shutdown-symbolic", "off"},
    [ENTRY_AVAILABLE] = {"computer-symbolic", "available"},
    [ENTRY_UNAVAILABLE] = {"action-unavailable-symbolic", "unavailable"},
};

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  g_free(user_data);
}

static void
on_open(GtkButton *button, gpointer user_data)
{
  desktop_card_open(user_data);
}

static void
on_cancel(GtkButton *button, gpointer user_data)
{
  DesktopCard *card = user_data;
  card->listener->cancel(card->user_data);
}

static void
on_action(GtkMenuItem *item, gpointer user_data)
{
  DesktopCard *card = user_data;
  DesktopAction action = (DesktopAction)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(item), "action"));
  card->listener->act(card->entry, action, card->user_data);
}

static GtkWidget *
add_label(GtkWidget *box, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_max_width_chars(GTK_LABEL(label), TEXT_WIDTH_CHARS);
  form_add_class(label, style);
  gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
  return label;
}

static void
add_title(GtkWidget *box, const DesktopEntry *entry)
{
  GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  add_label(line, entry->title, "card-name");
  if (entry->side != NULL)
    gtk_widget_set_valign(add_label(line, entry->side, "card-side"), GTK_ALIGN_BASELINE);
  gtk_box_pack_start(GTK_BOX(box), line, FALSE, FALSE, 0);
}

static void
add_warning(GtkWidget *box, const char *text)
{
  GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  form_add_class(line, "card-warning");
  GtkWidget *icon = gtk_image_new_from_icon_name("dialog-warning-symbolic", GTK_ICON_SIZE_BUTTON);
  gtk_widget_set_valign(icon, GTK_ALIGN_START);
  gtk_box_pack_start(GTK_BOX(line), icon, FALSE, FALSE, 0);
  add_label(line, text, "card-warning-text");
  gtk_box_pack_start(GTK_BOX(box), line, FALSE, FALSE, 2);
}

static GtkWidget *
make_text(DesktopCard *card, const DesktopEntry *entry)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 3);
  gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
  add_title(box, entry);
  if (*entry->description != '\0' && !entry->in_group)
    add_label(box, entry->description, "card-description");
  card->state = GTK_LABEL(add_label(box, entry->state, "card-state"));
  form_add_class(card->state, looks[entry->kind].style);
  for (guint i = 0; entry->reasons[i] != NULL; i++) {
    g_autofree char *reason = g_strconcat("• ", entry->reasons[i], NULL);
    add_label(box, reason, "card-reason");
  }
  if (entry->warning != NULL)
    add_warning(box, entry->warning);
  card->progress = gtk_progress_bar_new();
  form_set_name(card->progress, entry->state);
  gtk_widget_set_no_show_all(card->progress, TRUE);
  gtk_box_pack_start(GTK_BOX(box), card->progress, FALSE, FALSE, 4);
  gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(card->progress), CLAMP(entry->progress, 0, 100) / 100.0);
  gtk_widget_set_visible(card->progress, entry->progress >= 0);
  return box;
}

static GtkWidget *
make_menu(DesktopCard *card)
{
  GtkWidget *menu = gtk_menu_new();
  for (int action = 0; action < DESKTOP_ACTIONS; action++) {
    if ((card->entry->actions & 1U << action) == 0)
      continue;
    GtkWidget *item = gtk_menu_item_new_with_mnemonic(desktop_action_label((DesktopAction)action));
    g_object_set_data(G_OBJECT(item), "action", GINT_TO_POINTER(action));
    g_signal_connect(item, "activate", G_CALLBACK(on_action), card);
    gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
  }
  gtk_widget_show_all(menu);
  GtkWidget *button = gtk_menu_button_new();
  gtk_container_add(GTK_CONTAINER(button),
                    gtk_image_new_from_icon_name("view-more-symbolic", GTK_ICON_SIZE_BUTTON));
  gtk_menu_button_set_popup(GTK_MENU_BUTTON(button), menu);
  g_autofree char *name = g_strdup_printf(_("More for %s"), card->entry->title);
  form_set_name(button, name);
  gtk_widget_set_tooltip_text(button, name);
  return button;
}

static GtkWidget *
make_buttons(DesktopCard *card, const DesktopEntry *entry)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
  card->open = gtk_button_new_with_label(entry->verb);
  g_autofree char *name = g_strdup_printf("%s: %s", entry->verb, entry->title);
  form_set_name(card->open, name);
  form_add_class(card->open, entry->another ? "another" : "suggested-action");
  gtk_widget_set_sensitive(card->open, entry->can_open);
  card->cancel = gtk_button_new_with_label(_("Cancel"));
  gtk_widget_set_no_show_all(card->cancel, TRUE);
  gtk_container_add(GTK_CONTAINER(box), card->cancel);
  gtk_container_add(GTK_CONTAINER(box), card->open);
  if (entry->session != NULL && entry->actions != 0) {
    card->menu = make_menu(card);
    gtk_container_add(GTK_CONTAINER(box), card->menu);
  }
  g_signal_connect(card->open, "clicked", G_CALLBACK(on_open), card);
  g_signal_connect(card->cancel, "clicked", G_CALLBACK(on_cancel), card);
  return box;
}

DesktopCard *
desktop_card_new(const DesktopEntry *entry, const DesktopCardListener *listener, gpointer user_data)
{
  DesktopCard *card = g_new0(DesktopCard, 1);
  card->listener = listener;
  card->user_data = user_data;
  card->entry = entry;
  card->row = gtk_list_box_row_new();
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 16);
  const char *picture = entry->another ? "list-add-symbolic" : looks[entry->kind].icon;
  GtkWidget *icon = gtk_image_new_from_icon_name(picture, GTK_ICON_SIZE_DND);
  form_add_class(icon, "card-icon");
  form_add_class(icon, looks[entry->kind].style);
  gtk_widget_set_valign(icon, GTK_ALIGN_CENTER);
  gtk_box_pack_start(GTK_BOX(box), icon, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), make_text(card, entry), TRUE, TRUE, 0);
  gtk_box_pack_end(GTK_BOX(box), make_buttons(card, entry), FALSE, FALSE, 0);
  gtk_container_add(GTK_CONTAINER(card->row), box);
  form_add_class(card->row, "card");
  if (entry->in_group)
    form_add_class(card->row, "grouped");
  form_set_name(card->row, entry->title);
  atk_object_set_description(gtk_widget_get_accessible(card->row), entry->state);
  g_object_set_data(G_OBJECT(card->row), "card", card);
  g_signal_connect(card->row, "destroy", G_CALLBACK(on_destroy), card);
  gtk_widget_show_all(card->row);
  return card;
}

GtkWidget *
desktop_card_widget(DesktopCard *card)
{
  return card->row;
}

const DesktopEntry *
desktop_card_entry(const DesktopCard *card)
{
  return card->entry;
}

gboolean
desktop_card_is(const DesktopCard *card, const char *what)
{
  const DesktopEntry *entry = card->entry;
  return strcmp(entry->key, what) == 0 || strcmp(entry->pool_id, what) == 0 ||
         strcmp(entry->pool_name, what) == 0;
}

void
desktop_card_set_progress(DesktopCard *card, const char *step, int progress)
{
  g_autofree char *text =
      step != NULL && *step != '\0' ? g_strdup_printf(_("Opening: %s"), step) : g_strdup(_("Opening…"));
  gtk_label_set_text(card->state, text);
  form_set_name(card->progress, text);
  gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(card->progress), CLAMP(progress, 0, 100) / 100.0);
  gtk_widget_show(card->progress);
  gboolean had_focus = gtk_widget_has_focus(card->open);
  gtk_widget_show(card->cancel);
  gtk_widget_hide(card->open);
  if (had_focus)
    gtk_widget_grab_focus(card->cancel);
  if (card->menu != NULL)
    gtk_widget_hide(card->menu);
}

void
desktop_card_open(DesktopCard *card)
{
  if (gtk_widget_get_visible(card->open) && gtk_widget_get_sensitive(card->open))
    card->listener->open(card->entry, card->user_data);
}
