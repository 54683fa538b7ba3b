/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/factor_page.h"

#include <glib/gi18n.h>

#include "client/ui/form.h"

#define CODE_MAX_CHARS 64

struct FactorPage {
  GtkWidget *widget, *column;
  GtkEntry *code;
  GtkButton *submit;
  const FactorPageListener *listener;
  gpointer user_data;
};

struct EnrolmentPage {
  GtkWidget *widget, *column;
  GtkLabel *address;
  GtkButton *open, *leave;
  const EnrolmentPageListener *listener;
  gpointer user_data;
};

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  g_free(user_data);
}

/* The code */

static char *
typed_code(const FactorPage *page)
{
  return g_strstrip(g_strdup(gtk_entry_get_text(page->code)));
}

static void
on_changed(GtkEditable *editable, gpointer user_data)
{
  FactorPage *page = user_data;
  g_autofree char *code = typed_code(page);
  gtk_widget_set_sensitive(GTK_WIDGET(page->submit), *code != '\0');
}

static void
on_submit(GtkButton *button, gpointer user_data)
{
  FactorPage *page = user_data;
  g_autofree char *code = typed_code(page);
  page->listener->submitted(code, page->user_data);
}

static void
on_cancel(GtkButton *button, gpointer user_data)
{
  FactorPage *page = user_data;
  page->listener->cancelled(page->user_data);
}

FactorPage *
factor_page_new(const FactorPageListener *listener, gpointer user_data)
{
  FactorPage *page = g_new0(FactorPage, 1);
  page->listener = listener;
  page->user_data = user_data;
  page->widget = form_page_new("dialog-password-symbolic", _("Enter a code"),
                               _("Nearly there: your account also asks for a code."), &page->column);
  page->code = form_add_entry(page->column, _("C_ode"), FALSE);
  gtk_entry_set_max_length(page->code, CODE_MAX_CHARS);
  gtk_entry_set_input_purpose(page->code, GTK_INPUT_PURPOSE_ALPHA); /* recovery codes have letters */
  gtk_entry_set_input_hints(page->code, GTK_INPUT_HINT_NO_SPELLCHECK | GTK_INPUT_HINT_LOWERCASE);
  form_add_note(page->column,
                _("The six digits that your authenticator app shows, or one of the recovery codes "
                  "that you kept. Each counts once."));
  page->submit = form_add_button(page->column, _("_Go on"), TRUE);
  GtkButton *cancel = form_add_button(page->column, _("_Sign out"), FALSE);
  gtk_widget_set_sensitive(GTK_WIDGET(page->submit), FALSE);
  g_signal_connect(page->code, "changed", G_CALLBACK(on_changed), page);
  g_signal_connect(page->submit, "clicked", G_CALLBACK(on_submit), page);
  g_signal_connect(cancel, "clicked", G_CALLBACK(on_cancel), page);
  g_signal_connect(page->widget, "destroy", G_CALLBACK(on_destroy), page);
  return page;
}

GtkWidget *
factor_page_widget(FactorPage *page)
{
  return page->widget;
}

void
factor_page_set_busy(FactorPage *page, gboolean is_busy)
{
  gtk_widget_set_sensitive(page->column, !is_busy);
}

void
factor_page_enter(FactorPage *page)
{
  gtk_entry_set_text(page->code, "");
  gtk_widget_grab_default(GTK_WIDGET(page->submit));
  gtk_widget_grab_focus(GTK_WIDGET(page->code));
}

/* Where to set one up */

static void
on_open(GtkButton *button, gpointer user_data)
{
  EnrolmentPage *page = user_data;
  page->listener->open(gtk_label_get_text(page->address), page->user_data);
}

static void
on_sign_in_again(GtkButton *button, gpointer user_data)
{
  EnrolmentPage *page = user_data;
  page->listener->sign_in_again(page->user_data);
}

static void
on_leave(GtkButton *button, gpointer user_data)
{
  EnrolmentPage *page = user_data;
  page->listener->leave(page->user_data);
}

EnrolmentPage *
enrolment_page_new(const EnrolmentPageListener *listener, gpointer user_data)
{
  EnrolmentPage *page = g_new0(EnrolmentPage, 1);
  page->listener = listener;
  page->user_data = user_data;
  page->widget = form_page_new("dialog-password-symbolic", _("Set up a second factor"), "", &page->column);
  page->address = form_add_note(page->column, "");
  gtk_label_set_selectable(page->address, TRUE);
  page->open = form_add_button(page->column, _("Open it in the _browser"), TRUE);
  GtkButton *again = form_add_button(page->column, _("_Sign in again"), FALSE);
  g_signal_connect(page->open, "clicked", G_CALLBACK(on_open), page);
  page->leave = form_add_button(page->column, _("_Back to your desktops"), FALSE);
  gtk_widget_set_no_show_all(GTK_WIDGET(page->leave), TRUE);
  g_signal_connect(again, "clicked", G_CALLBACK(on_sign_in_again), page);
  g_signal_connect(page->leave, "clicked", G_CALLBACK(on_leave), page);
  g_signal_connect(page->widget, "destroy", G_CALLBACK(on_destroy), page);
  return page;
}

GtkWidget *
enrolment_page_widget(EnrolmentPage *page)
{
  return page->widget;
}

void
enrolment_page_enter(EnrolmentPage *page, const char *address, gboolean of_pool)
{
  form_set_text(page->column,
                of_pool
                    ? _("This desktop opens only to people who sign in with an authenticator app, too. Sign "
                        "in at this address in a browser and set it up there under “Your account”, then "
                        "sign in here again.")
                    : _("Your account needs an authenticator app beside the password. Sign in at this "
                        "address in a browser and set it up there, then sign in here again."));
  gtk_label_set_text(page->address, address);
  gtk_widget_set_visible(GTK_WIDGET(page->leave), of_pool);
  gtk_widget_grab_default(GTK_WIDGET(page->open));
  gtk_widget_grab_focus(GTK_WIDGET(page->open));
}
