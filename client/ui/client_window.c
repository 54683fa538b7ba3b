/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/client_window.h"

#include <glib/gi18n.h>

#include "client/ui/form.h"
#include "client/ui/guest_keys.h"
#include "client/ui/message_bar.h"
#include "client/ui/window_content.h"

#define DEFAULT_WIDTH  1100
#define DEFAULT_HEIGHT 760

#define EDGE_BAR_HEIGHT 64

struct ClientWindow {
  GtkWindow *window;
  GtkHeaderBar *header;
  GtkLabel *heading, *subheading;
  GtkWidget *back, *keys, *full_screen, *menu;
  GtkWidget *edge_menu; /* nullable */
  GtkWidget *content;
  GtkStack *stack;
  MessageBar *messages, *notices;
  guint actions; /* on the open desktop */
  WindowKind kind;
  gboolean is_full_screen;
  const ClientWindowListener *listener;
  gpointer user_data;
};

typedef struct {
  const char *label;
  WindowWish wish;
} MenuEntry;

static const MenuEntry list_menu[] = {
    {N_("_Refresh"), WINDOW_WISH_REFRESH},
    {N_("_Sign out"), WINDOW_WISH_SIGN_OUT},
};
static const MenuEntry sign_out_menu[] = {
    {N_("_Sign out"), WINDOW_WISH_SIGN_OUT},
};

/* Buttons and menus */

static void
on_wish(GtkWidget *widget, gpointer user_data)
{
  ClientWindow *window = user_data;
  WindowWish wish = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(widget), "wish"));
  window->listener->wish(wish, window->user_data);
}

static void
on_guest_keys(GtkWidget *item, gpointer user_data)
{
  ClientWindow *window = user_data;
  const GuestKeys *keys = g_object_get_data(G_OBJECT(item), "keys");
  window->listener->keys(keys->keyvals, keys->count, window->user_data);
}

static void
on_toggle_full_screen(GtkWidget *widget, gpointer user_data)
{
  ClientWindow *window = user_data;
  client_window_set_full_screen(window, !window->is_full_screen);
}

static GtkWidget *
icon_button(GtkWidget *button, const char *icon, const char *name)
{
  gtk_button_set_image(GTK_BUTTON(button), gtk_image_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON));
  form_set_name(button, name);
  gtk_widget_set_tooltip_text(button, name);
  return button;
}

static void
on_action(GtkWidget *item, gpointer user_data)
{
  ClientWindow *window = user_data;
  DesktopAction action = (DesktopAction)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(item), "action"));
  window->listener->act(action, window->user_data);
}

static void
add_wishes(ClientWindow *window, GtkWidget *menu, const MenuEntry *entries, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    GtkWidget *item = gtk_menu_item_new_with_mnemonic(_(entries[i].label));
    g_object_set_data(G_OBJECT(item), "wish", GINT_TO_POINTER(entries[i].wish));
    g_signal_connect(item, "activate", G_CALLBACK(on_wish), window);
    gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
  }
}

/* What the pool allows, and nothing else. Closing the console is the window's own matter and always there. */
static void
add_actions(ClientWindow *window, GtkWidget *menu)
{
  static const MenuEntry leave[] = {{N_("_Disconnect"), WINDOW_WISH_DISCONNECT}};
  add_wishes(window, menu, leave, G_N_ELEMENTS(leave));
  for (int action = DESKTOP_ACTION_LOCK; action < DESKTOP_ACTIONS; action++) {
    if ((window->actions & 1U << action) == 0)
      continue;
    GtkWidget *item = gtk_menu_item_new_with_mnemonic(desktop_action_label((DesktopAction)action));
    g_object_set_data(G_OBJECT(item), "action", GINT_TO_POINTER(action));
    g_signal_connect(item, "activate", G_CALLBACK(on_action), window);
    gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
  }
  gtk_menu_shell_append(GTK_MENU_SHELL(menu), gtk_separator_menu_item_new());
}

static GtkWidget *
make_keys_button(ClientWindow *window)
{
  GtkWidget *menu = gtk_menu_new();
  gsize count = 0;
  const GuestKeys *keys = guest_keys_list(&count);
  for (gsize i = 0; i < count; i++) {
    GtkWidget *item = gtk_menu_item_new_with_label(_(keys[i].label));
    g_object_set_data(G_OBJECT(item), "keys", (gpointer)&keys[i]);
    g_signal_connect(item, "activate", G_CALLBACK(on_guest_keys), window);
    gtk_menu_shell_append(GTK_MENU_SHELL(menu), item);
  }
  gtk_widget_show_all(menu);
  GtkWidget *button = icon_button(gtk_menu_button_new(), "input-keyboard-symbolic", _("Send keys"));
  gtk_menu_button_set_popup(GTK_MENU_BUTTON(button), menu);
  return button;
}

static GtkWidget *
make_wish_button(ClientWindow *window, WindowWish wish, const char *icon, const char *name)
{
  GtkWidget *button = icon_button(gtk_button_new(), icon, name);
  g_object_set_data(G_OBJECT(button), "wish", GINT_TO_POINTER(wish));
  g_signal_connect(button, "clicked", G_CALLBACK(on_wish), window);
  return button;
}

static GtkWidget *
make_full_screen_button(ClientWindow *window, const char *icon, const char *name)
{
  GtkWidget *button = icon_button(gtk_button_new(), icon, name);
  g_signal_connect(button, "clicked", G_CALLBACK(on_toggle_full_screen), window);
  return button;
}

GtkWidget *
client_window_make_edge_bar(ClientWindow *window)
{
  GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  form_add_class(bar, "edge-bar");
  GtkWidget *hint = gtk_label_new(_("F11 leaves full screen"));
  gtk_container_add(GTK_CONTAINER(bar), hint);
  gtk_container_add(GTK_CONTAINER(bar), make_keys_button(window));
  gtk_container_add(GTK_CONTAINER(bar),
                    make_full_screen_button(window, "view-restore-symbolic", _("Leave full screen")));
  gtk_container_add(GTK_CONTAINER(bar), make_wish_button(window, WINDOW_WISH_DISCONNECT,
                                                         "network-offline-symbolic", _("Disconnect")));
  window->edge_menu = icon_button(gtk_menu_button_new(), "open-menu-symbolic", _("Menu"));
  gtk_container_add(GTK_CONTAINER(bar), window->edge_menu);
  gtk_widget_show_all(bar);
  return bar;
}

/* Keys */

/* The desktop takes all keys but these: Shift+F12 leads to the buttons, as in the browser. */
static void
go_to_buttons(ClientWindow *window)
{
  if (!window->is_full_screen) {
    gtk_widget_grab_focus(window->menu);
    return;
  }
  window->listener->buttons(window->user_data);
  gtk_widget_grab_focus(window->edge_menu);
}

static gboolean
on_key(GtkWidget *widget, GdkEventKey *event, gpointer user_data)
{
  ClientWindow *window = user_data;
  if (event->keyval == GDK_KEY_F11 && window->kind == WINDOW_DESKTOP) {
    client_window_set_full_screen(window, !window->is_full_screen);
    return GDK_EVENT_STOP;
  }
  gboolean has_shift = (event->state & gtk_accelerator_get_default_mod_mask()) == GDK_SHIFT_MASK;
  if (event->keyval == GDK_KEY_F12 && has_shift && window->kind == WINDOW_DESKTOP) {
    go_to_buttons(window);
    return GDK_EVENT_STOP;
  }
  if (event->keyval == GDK_KEY_F10 && window->kind != WINDOW_DESKTOP &&
      gtk_widget_get_visible(window->menu)) {
    gtk_widget_activate(window->menu);
    return GDK_EVENT_STOP;
  }
  if (event->keyval == GDK_KEY_F5 && window->kind == WINDOW_LIST) {
    window->listener->wish(WINDOW_WISH_REFRESH, window->user_data);
    return GDK_EVENT_STOP;
  }
  return GDK_EVENT_PROPAGATE;
}

static gboolean
on_delete(GtkWidget *widget, GdkEvent *event, gpointer user_data)
{
  ClientWindow *window = user_data;
  window->listener->wish(WINDOW_WISH_CLOSE, window->user_data);
  return GDK_EVENT_STOP;
}

static gboolean
on_window_state(GtkWidget *widget, GdkEventWindowState *event, gpointer user_data)
{
  ClientWindow *window = user_data;
  gboolean is_full_screen = (event->new_window_state & GDK_WINDOW_STATE_FULLSCREEN) != 0;
  if (event->changed_mask & GDK_WINDOW_STATE_FULLSCREEN) {
    window->is_full_screen = is_full_screen;
    /* Below the bar that slides in there. */
    gtk_widget_set_margin_top(message_bar_widget(window->notices), is_full_screen ? EDGE_BAR_HEIGHT : 0);
    window->listener->full_screen(is_full_screen, window->user_data);
  }
  return GDK_EVENT_PROPAGATE;
}

/* Labels of our own, because GTK keeps a header bar's title and the window's the same. */
static GtkWidget *
make_heading(ClientWindow *window)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
  window->heading = GTK_LABEL(gtk_label_new(""));
  window->subheading = GTK_LABEL(gtk_label_new(""));
  form_add_class(window->heading, "title");
  form_add_class(window->subheading, "subtitle");
  gtk_container_add(GTK_CONTAINER(box), GTK_WIDGET(window->heading));
  gtk_container_add(GTK_CONTAINER(box), GTK_WIDGET(window->subheading));
  return box;
}

static void
make_header(ClientWindow *window)
{
  window->header = GTK_HEADER_BAR(gtk_header_bar_new());
  gtk_header_bar_set_show_close_button(window->header, TRUE);
  gtk_header_bar_set_custom_title(window->header, make_heading(window));
  window->back =
      make_wish_button(window, WINDOW_WISH_BACK, "go-previous-symbolic", _("Back to your desktops"));
  window->keys = make_keys_button(window);
  window->full_screen = make_full_screen_button(window, "view-fullscreen-symbolic", _("Full screen (F11)"));
  window->menu = icon_button(gtk_menu_button_new(), "open-menu-symbolic", _("Menu"));
  gtk_header_bar_pack_start(window->header, window->back);
  gtk_header_bar_pack_end(window->header, window->menu);
  gtk_header_bar_pack_end(window->header, window->full_screen);
  gtk_header_bar_pack_end(window->header, window->keys);
  gtk_widget_show_all(GTK_WIDGET(window->header));
}

ClientWindow *
client_window_new(const ClientWindowListener *listener, gpointer user_data)
{
  ClientWindow *window = g_new0(ClientWindow, 1);
  window->listener = listener;
  window->user_data = user_data;
  window->window = GTK_WINDOW(gtk_window_new(GTK_WINDOW_TOPLEVEL));
  gtk_window_set_default_size(window->window, DEFAULT_WIDTH, DEFAULT_HEIGHT);
  gtk_window_set_icon_name(window->window, "caraway-client");
  make_header(window);
  gtk_window_set_titlebar(window->window, GTK_WIDGET(window->header));
  window->stack = GTK_STACK(gtk_stack_new());
  gtk_stack_set_transition_type(window->stack, GTK_STACK_TRANSITION_TYPE_CROSSFADE);
  window->messages = message_bar_new(GTK_MESSAGE_ERROR);
  window->notices = message_bar_new(GTK_MESSAGE_WARNING);
  window->content = window_content_new(GTK_WIDGET(window->stack));
  window_content_add_bar(window->content, message_bar_widget(window->messages));
  window_content_add_bar(window->content, message_bar_widget(window->notices));
  gtk_container_add(GTK_CONTAINER(window->window), window->content);
  gtk_widget_show_all(window->content);
  g_signal_connect(window->window, "delete-event", G_CALLBACK(on_delete), window);
  g_signal_connect(window->window, "key-press-event", G_CALLBACK(on_key), window);
  g_signal_connect(window->window, "window-state-event", G_CALLBACK(on_window_state), window);
  return window;
}

GtkWindow *
client_window_gtk(ClientWindow *window)
{
  return window->window;
}

void
client_window_add_page(ClientWindow *window, const char *name, GtkWidget *page)
{
  gtk_widget_show_all(page);
  gtk_stack_add_named(window->stack, page, name);
}

/* NULL: nothing can be done there. */
static GtkWidget *
make_menu(ClientWindow *window)
{
  if (window->kind == WINDOW_PLAIN)
    return NULL;
  GtkWidget *menu = gtk_menu_new();
  if (window->kind == WINDOW_LIST)
    add_wishes(window, menu, list_menu, G_N_ELEMENTS(list_menu));
  if (window->kind == WINDOW_DESKTOP)
    add_actions(window, menu);
  if (window->kind != WINDOW_LIST)
    add_wishes(window, menu, sign_out_menu, G_N_ELEMENTS(sign_out_menu));
  gtk_widget_show_all(menu);
  return menu;
}

static void
set_menu(ClientWindow *window)
{
  gtk_menu_button_set_popup(GTK_MENU_BUTTON(window->menu), make_menu(window));
  gtk_widget_set_visible(window->menu, window->kind != WINDOW_PLAIN);
  if (window->edge_menu != NULL)
    gtk_menu_button_set_popup(GTK_MENU_BUTTON(window->edge_menu), make_menu(window));
}

void
client_window_set_actions(ClientWindow *window, guint actions)
{
  if (window->actions == actions)
    return;
  window->actions = actions;
  set_menu(window);
}

void
client_window_show_page(ClientWindow *window, const char *name, WindowKind kind, const char *title,
                        const char *heading, const char *subtitle)
{
  window->kind = kind;
  gboolean is_desktop = kind == WINDOW_DESKTOP;
  window_content_set_over(window->content, is_desktop);
  gtk_stack_set_visible_child_name(window->stack, name);
  gtk_window_set_title(window->window, title);
  gtk_label_set_text(window->heading, heading);
  gtk_label_set_text(window->subheading, subtitle != NULL ? subtitle : "");
  gtk_widget_set_visible(GTK_WIDGET(window->subheading), subtitle != NULL);
  gtk_widget_set_visible(window->back, is_desktop || kind == WINDOW_ELSEWHERE);
  gtk_widget_set_visible(window->keys, is_desktop);
  gtk_widget_set_visible(window->full_screen, is_desktop);
  set_menu(window);
  if (!is_desktop && window->is_full_screen)
    client_window_set_full_screen(window, FALSE);
  gtk_widget_show(GTK_WIDGET(window->window));
}

void
client_window_show_error(ClientWindow *window, const GError *error)
{
  if (error != NULL)
    message_bar_show_error(window->messages, error);
  else
    message_bar_hide(window->messages);
}

void
client_window_show_notice(ClientWindow *window, const char *title, const char *text, const char *advice)
{
  if (text != NULL)
    message_bar_show_text(window->notices, title, text, advice);
  else
    message_bar_hide(window->notices);
}

void
client_window_change_notice(ClientWindow *window, const char *text)
{
  message_bar_change_text(window->notices, text);
}

void
client_window_set_full_screen(ClientWindow *window, gboolean is_full_screen)
{
  if (is_full_screen)
    gtk_window_fullscreen(window->window);
  else
    gtk_window_unfullscreen(window->window);
}

void
client_window_free(ClientWindow *window)
{
  if (window == NULL)
    return;
  g_signal_handlers_disconnect_by_data(window->window, window);
  gtk_widget_destroy(GTK_WIDGET(window->window));
  g_free(window);
}
