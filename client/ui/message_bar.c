/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/message_bar.h"

#include <glib/gi18n.h>

#include "client/model/problem_text.h"
#include "client/ui/form.h"

struct MessageBar {
  GtkWidget *revealer, *info;
  GtkLabel *title, *advice, *detail;
};

static GtkLabel *
add_line(GtkWidget *box, const char *style)
{
  GtkWidget *label = gtk_label_new(NULL);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_selectable(GTK_LABEL(label), TRUE);
  /* Selectable for copying, but Tab shall go to what can be operated. */
  gtk_widget_set_can_focus(label, FALSE);
  form_add_class(label, style);
  gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
  return GTK_LABEL(label);
}

static void
on_response(GtkInfoBar *info, int response, gpointer user_data)
{
  message_bar_hide(user_data);
}

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  g_free(user_data);
}

MessageBar *
message_bar_new(GtkMessageType type)
{
  MessageBar *bar = g_new0(MessageBar, 1);
  bar->revealer = gtk_revealer_new();
  gtk_widget_set_valign(bar->revealer, GTK_ALIGN_START);
  bar->info = gtk_info_bar_new();
  gtk_info_bar_set_message_type(GTK_INFO_BAR(bar->info), type);
  gtk_info_bar_set_show_close_button(GTK_INFO_BAR(bar->info), TRUE);
  form_add_class(bar->info, "message-bar");
  form_add_class(bar->info, type == GTK_MESSAGE_ERROR ? "failure" : "notice");
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
  bar->title = add_line(box, "message-title");
  bar->advice = add_line(box, "message-advice");
  bar->detail = add_line(box, "message-detail");
  gtk_container_add(GTK_CONTAINER(gtk_info_bar_get_content_area(GTK_INFO_BAR(bar->info))), box);
  gtk_container_add(GTK_CONTAINER(bar->revealer), bar->info);
  g_signal_connect(bar->info, "response", G_CALLBACK(on_response), bar);
  g_signal_connect(bar->revealer, "destroy", G_CALLBACK(on_destroy), bar);
  return bar;
}

GtkWidget *
message_bar_widget(MessageBar *bar)
{
  return bar->revealer;
}

static void
set_line(GtkLabel *label, const char *text)
{
  gtk_label_set_text(label, text != NULL ? text : "");
  gtk_widget_set_visible(GTK_WIDGET(label), text != NULL);
}

static void
show_lines(MessageBar *bar, const char *title, const char *advice, const char *detail)
{
  set_line(bar->title, title);
  set_line(bar->advice, advice);
  set_line(bar->detail, detail);
  AtkObject *accessible = gtk_widget_get_accessible(bar->info);
  atk_object_set_name(accessible, title);
  atk_object_set_description(accessible, advice != NULL ? advice : "");
  atk_object_set_role(accessible, ATK_ROLE_ALERT);
  gtk_revealer_set_reveal_child(GTK_REVEALER(bar->revealer), TRUE);
}

void
message_bar_show_error(MessageBar *bar, const GError *error)
{
  CarawayErrorCode code = problem_text_code(error);
  g_autofree char *detail = problem_text_detail(error);
  show_lines(bar, problem_text_title(code), problem_text_advice(code), detail);
}

void
message_bar_show_text(MessageBar *bar, const char *title, const char *text, const char *advice)
{
  show_lines(bar, title, text, advice);
}

void
message_bar_change_text(MessageBar *bar, const char *text)
{
  set_line(bar->advice, text);
  atk_object_set_description(gtk_widget_get_accessible(bar->info), text);
}

void
message_bar_hide(MessageBar *bar)
{
  gtk_revealer_set_reveal_child(GTK_REVEALER(bar->revealer), FALSE);
}
