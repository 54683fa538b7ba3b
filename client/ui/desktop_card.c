/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/desktop_card.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/ui/form.h"

struct DesktopCard {
  GtkWidget *row, *text, *buttons, *open, *menu, *cancel, *progress;
  GtkLabel *state;
  char *pool_id, *pool_name, *session;
  const DesktopCardListener *listener;
  gpointer user_data;
};

/* What can be done with a session, in the order of the menu. */
static const struct {
  const char *action, *label;
} actions[] = {
    {"disconnect", N_("_Disconnect")},
    {"restart", N_("_Restart…")},
    {"reset", N_("Re_set…")},
    {"logoff", N_("_Log off…")},
};

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  DesktopCard *card = user_data;
  g_free(card->pool_id);
  g_free(card->pool_name);
  g_free(card->session);
  g_free(card);
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
  card->listener->act(card->session, g_object_get_data(G_OBJECT(item), "action"), card->pool_name,
                      card->user_data);
}

static const char *
state_text(const ApiDesktop *desktop)
{
  if (desktop->session != NULL) {
    switch (desktop->session->state) {
    case API_SESSION_CONNECTED:
      return _("Open on a device");
    case API_SESSION_REQUESTED:
    case API_SESSION_PREPARING:
      return _("Being made ready");
    case API_SESSION_READY:
    case API_SESSION_DISCONNECTED:
    case API_SESSION_ENDED:
      return _("Running; continue where you left off");
    }
  }
  return desktop->state == API_DESKTOP_UNAVAILABLE ? _("Not available") : _("Ready to start");
}

static GtkWidget *
add_label(GtkWidget *box, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  form_add_class(label, style);
  gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
  return label;
}

static GtkWidget *
make_text(DesktopCard *card, const ApiDesktop *desktop)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 3);
  add_label(box, desktop->pool_name, "card-name");
  if (*desktop->description != '\0')
    add_label(box, desktop->description, "card-description");
  card->state = GTK_LABEL(add_label(box, state_text(desktop), "card-state"));
  form_add_class(card->state, desktop->state == API_DESKTOP_YOURS         ? "yours"
                              : desktop->state == API_DESKTOP_UNAVAILABLE ? "unavailable"
                                                                          : "available");
  for (guint i = 0; desktop->reasons[i] != NULL; i++) {
    g_autofree char *reason = g_strconcat("• ", desktop->reasons[i], NULL);
    add_label(box, reason, "card-reason");
  }
  card->progress = gtk_progress_bar_new();
  gtk_widget_set_no_show_all(card->progress, TRUE);
  gtk_box_pack_start(GTK_BOX(box), card->progress, FALSE, FALSE, 4);
  return box;
}

static GtkWidget *
make_menu(DesktopCard *card)
{
  GtkWidget *menu = gtk_menu_new();
  for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
    GtkWidget *item = gtk_menu_item_new_with_mnemonic(_(actions[i].label));
    g_object_set_data(G_OBJECT(item), "action", (gpointer)actions[i].action);
    g_signal_connect(item, "activate", G_CALLBACK(on_action), card);
    gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
  }
  gtk_widget_show_all(menu);
  GtkWidget *button = gtk_menu_button_new();
  gtk_container_add(GTK_CONTAINER(button),
                    gtk_image_new_from_icon_name("view-more-symbolic", GTK_ICON_SIZE_BUTTON));
  gtk_menu_button_set_popup(GTK_MENU_BUTTON(button), menu);
  g_autofree char *name = g_strdup_printf(_("More for %s"), card->pool_name);
  form_set_name(button, name);
  gtk_widget_set_tooltip_text(button, _("Restart, reset, log off"));
  return button;
}

static GtkWidget *
make_buttons(DesktopCard *card, const ApiDesktop *desktop)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
  card->open = gtk_button_new_with_label(desktop->session != NULL ? _("Continue") : _("Open"));
  g_autofree char *name = g_strdup_printf(_("Open %s"), card->pool_name);
  form_set_name(card->open, name);
  form_add_class(card->open, "suggested-action");
  gtk_widget_set_sensitive(card->open, desktop->state != API_DESKTOP_UNAVAILABLE);
  card->cancel = gtk_button_new_with_label(_("Cancel"));
  gtk_widget_set_no_show_all(card->cancel, TRUE);
  gtk_container_add(GTK_CONTAINER(box), card->cancel);
  gtk_container_add(GTK_CONTAINER(box), card->open);
  if (card->session != NULL) {
    card->menu = make_menu(card);
    gtk_container_add(GTK_CONTAINER(box), card->menu);
  }
  g_signal_connect(card->open, "clicked", G_CALLBACK(on_open), card);
  g_signal_connect(card->cancel, "clicked", G_CALLBACK(on_cancel), card);
  return box;
}

DesktopCard *
desktop_card_new(const ApiDesktop *desktop, const DesktopCardListener *listener, gpointer user_data)
{
  DesktopCard *card = g_new0(DesktopCard, 1);
  card->listener = listener;
  card->user_data = user_data;
  card->pool_id = g_strdup(desktop->pool_id);
  card->pool_name = g_strdup(desktop->pool_name);
  card->session = desktop->session != NULL ? g_strdup(desktop->session->id) : NULL;
  card->row = gtk_list_box_row_new();
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 16);
  GtkWidget *icon = gtk_image_new_from_icon_name("computer-symbolic", GTK_ICON_SIZE_DND);
  form_add_class(icon, "card-icon");
  gtk_widget_set_valign(icon, GTK_ALIGN_START);
  gtk_box_pack_start(GTK_BOX(box), icon, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), make_text(card, desktop), TRUE, TRUE, 0);
  gtk_box_pack_end(GTK_BOX(box), make_buttons(card, desktop), FALSE, FALSE, 0);
  gtk_container_add(GTK_CONTAINER(card->row), box);
  form_add_class(card->row, "card");
  form_set_name(card->row, card->pool_name);
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

gboolean
desktop_card_is(const DesktopCard *card, const char *pool)
{
  return strcmp(card->pool_id, pool) == 0 || strcmp(card->pool_name, pool) == 0;
}

void
desktop_card_set_progress(DesktopCard *card, const char *step, int progress)
{
  g_autofree char *text = step != NULL ? g_strdup_printf(_("Opening: %s"), step) : g_strdup(_("Opening…"));
  gtk_label_set_text(card->state, text);
  gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(card->progress), CLAMP(progress, 0, 100) / 100.0);
  gtk_widget_show(card->progress);
  gtk_widget_show(card->cancel);
  gtk_widget_hide(card->open);
  if (card->menu != NULL)
    gtk_widget_hide(card->menu);
}

void
desktop_card_open(DesktopCard *card)
{
  if (gtk_widget_get_visible(card->open) && gtk_widget_get_sensitive(card->open))
    card->listener->open(card->pool_id, card->user_data);
}
