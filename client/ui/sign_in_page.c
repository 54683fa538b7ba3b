/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/sign_in_page.h"

#include <glib/gi18n.h>

#include "client/ui/form.h"
#include "common/api_client/api_sign_in.h"

#define METHOD_KEY     "caraway-method"
#define METHOD_SPACING 8

struct SignInPage {
  GtkWidget *widget, *column;
  GtkEntry *user, *password;
  GtkButton *submit, *other, *cancel;
  GtkWidget *methods, *chosen; /* the last: the button that was pressed; nullable */
  GtkLabel *waiting;
  const SignInPageListener *listener;
  gpointer user_data;
};

static void
on_submit(GtkButton *button, gpointer user_data)
{
  SignInPage *page = user_data;
  page->listener->submitted(gtk_entry_get_text(page->user), gtk_entry_get_text(page->password),
                            page->user_data);
}

static void
on_change_server(GtkButton *button, gpointer user_data)
{
  SignInPage *page = user_data;
  page->listener->change_server(page->user_data);
}

static void
on_method(GtkButton *button, gpointer user_data)
{
  SignInPage *page = user_data;
  page->chosen = GTK_WIDGET(button);
  page->listener->method_chosen(g_object_get_data(G_OBJECT(button), METHOD_KEY), page->user_data);
}

static void
on_cancel(GtkButton *button, gpointer user_data)
{
  SignInPage *page = user_data;
  page->listener->method_cancelled(page->user_data);
}

static void
on_changed(GtkEditable *editable, gpointer user_data)
{
  SignInPage *page = user_data;
  gtk_widget_set_sensitive(GTK_WIDGET(page->submit), gtk_entry_get_text_length(page->user) > 0 &&
                                                         gtk_entry_get_text_length(page->password) > 0);
}

static void
on_destroy(GtkWidget *widget, gpointer user_data)
{
  g_free(user_data);
}

SignInPage *
sign_in_page_new(const SignInPageListener *listener, gpointer user_data)
{
  SignInPage *page = g_new0(SignInPage, 1);
  page->listener = listener;
  page->user_data = user_data;
  page->widget = form_page_new("caraway-client", _("Sign in"), "", &page->column);
  page->user = form_add_entry(page->column, _("_User name"), FALSE);
  page->password = form_add_entry(page->column, _("_Password"), TRUE);
  page->submit = form_add_button(page->column, _("Sign _in"), TRUE);
  gtk_widget_set_sensitive(GTK_WIDGET(page->submit), FALSE);
  page->methods = gtk_box_new(GTK_ORIENTATION_VERTICAL, METHOD_SPACING);
  gtk_container_add(GTK_CONTAINER(page->column), page->methods);
  page->waiting = form_add_note(page->column, _("Go on in your browser. This page waits for it."));
  page->cancel = form_add_button(page->column, _("_Cancel"), FALSE);
  page->other = form_add_button(page->column, _("Use another se_rver"), FALSE);
  g_signal_connect(page->cancel, "clicked", G_CALLBACK(on_cancel), page);
  g_signal_connect(page->submit, "clicked", G_CALLBACK(on_submit), page);
  g_signal_connect(page->other, "clicked", G_CALLBACK(on_change_server), page);
  g_signal_connect(page->user, "changed", G_CALLBACK(on_changed), page);
  g_signal_connect(page->password, "changed", G_CALLBACK(on_changed), page);
  g_signal_connect(page->widget, "destroy", G_CALLBACK(on_destroy), page);
  gtk_widget_set_no_show_all(GTK_WIDGET(page->waiting), TRUE);
  gtk_widget_set_no_show_all(GTK_WIDGET(page->cancel), TRUE);
  sign_in_page_set_waiting(page, FALSE);
  return page;
}

void
sign_in_page_set_methods(SignInPage *page, const GPtrArray *methods)
{
  page->chosen = NULL;
  form_remove_all(page->methods);
  for (guint i = 0; methods != NULL && i < methods->len; i++) {
    const ApiSignInMethod *method = methods->pdata[i];
    g_autofree char *label = g_strdup_printf(_("Sign in with %s"), method->label);
    GtkButton *button = form_add_button(page->methods, label, FALSE);
    gtk_button_set_use_underline(button, FALSE); /* what it is called there */
    g_object_set_data_full(G_OBJECT(button), METHOD_KEY, g_strdup(method->name), g_free);
    g_signal_connect(button, "clicked", G_CALLBACK(on_method), page);
  }
  gtk_widget_show_all(page->methods);
}

void
sign_in_page_set_waiting(SignInPage *page, gboolean is_waiting)
{
  GtkWidget *busy[] = {GTK_WIDGET(page->user), GTK_WIDGET(page->password), page->methods,
                       GTK_WIDGET(page->other)};
  for (guint i = 0; i < G_N_ELEMENTS(busy); i++)
    gtk_widget_set_sensitive(busy[i], !is_waiting);
  gtk_widget_set_visible(GTK_WIDGET(page->submit), !is_waiting);
  gtk_widget_set_visible(GTK_WIDGET(page->waiting), is_waiting);
  gtk_widget_set_visible(GTK_WIDGET(page->cancel), is_waiting);
  if (is_waiting)
    gtk_widget_grab_focus(GTK_WIDGET(page->cancel));
  else if (page->chosen != NULL)
    gtk_widget_grab_focus(page->chosen);
  if (!is_waiting)
    page->chosen = NULL;
}

GtkWidget *
sign_in_page_widget(SignInPage *page)
{
  return page->widget;
}

void
sign_in_page_set(SignInPage *page, const char *server, const char *user)
{
  form_set_text(page->column, server);
  gtk_entry_set_text(page->user, user != NULL ? user : "");
}

void
sign_in_page_set_busy(SignInPage *page, gboolean is_busy)
{
  gtk_widget_set_sensitive(page->column, !is_busy);
  gtk_button_set_label(page->submit, is_busy ? _("Signing in…") : _("Sign _in"));
}

void
sign_in_page_enter(SignInPage *page)
{
  gtk_entry_set_text(page->password, "");
  gtk_widget_grab_default(GTK_WIDGET(page->submit));
  gboolean knows_user = gtk_entry_get_text_length(page->user) > 0;
  gtk_widget_grab_focus(GTK_WIDGET(knows_user ? page->password : page->user));
}

/* The page for a new password */

struct PasswordPage {
  GtkWidget *widget, *column;
  GtkEntry *first, *again;
  GtkLabel *note;
  GtkButton *submit;
  const PasswordPageListener *listener;
  gpointer user_data;
};

static gboolean
password_is_complete(const PasswordPage *page)
{
  return gtk_entry_get_text_length(page->first) > 0 &&
         g_strcmp0(gtk_entry_get_text(page->first), gtk_entry_get_text(page->again)) == 0;
}

static void
on_password_changed(GtkEditable *editable, gpointer user_data)
{
  PasswordPage *page = user_data;
  gboolean differs = gtk_entry_get_text_length(page->again) > 0 && !password_is_complete(page);
  gtk_label_set_text(page->note, differs ? _("The two entries differ.") : "");
  gtk_widget_set_sensitive(GTK_WIDGET(page->submit), password_is_complete(page));
}

static void
on_password_submit(GtkButton *button, gpointer user_data)
{
  PasswordPage *page = user_data;
  page->listener->submitted(gtk_entry_get_text(page->first), page->user_data);
}

static void
on_password_cancel(GtkButton *button, gpointer user_data)
{
  PasswordPage *page = user_data;
  page->listener->cancelled(page->user_data);
}

PasswordPage *
password_page_new(const PasswordPageListener *listener, gpointer user_data)
{
  PasswordPage *page = g_new0(PasswordPage, 1);
  page->listener = listener;
  page->user_data = user_data;
  page->widget =
      form_page_new("dialog-password-symbolic", _("Choose a new password"),
                    _("Your password was set by an administrator and must be changed now."), &page->column);
  page->first = form_add_entry(page->column, _("_New password"), TRUE);
  page->again = form_add_entry(page->column, _("_Repeat it"), TRUE);
  page->note = form_add_note(page->column, "");
  page->submit = form_add_button(page->column, _("_Change password"), TRUE);
  gtk_widget_set_sensitive(GTK_WIDGET(page->submit), FALSE);
  GtkButton *cancel = form_add_button(page->column, _("_Sign out"), FALSE);
  g_signal_connect(page->first, "changed", G_CALLBACK(on_password_changed), page);
  g_signal_connect(page->again, "changed", G_CALLBACK(on_password_changed), page);
  g_signal_connect(page->submit, "clicked", G_CALLBACK(on_password_submit), page);
  g_signal_connect(cancel, "clicked", G_CALLBACK(on_password_cancel), page);
  g_signal_connect(page->widget, "destroy", G_CALLBACK(on_destroy), page);
  return page;
}

GtkWidget *
password_page_widget(PasswordPage *page)
{
  return page->widget;
}

void
password_page_set_busy(PasswordPage *page, gboolean is_busy)
{
  gtk_widget_set_sensitive(page->column, !is_busy);
}

void
password_page_enter(PasswordPage *page)
{
  gtk_entry_set_text(page->first, "");
  gtk_entry_set_text(page->again, "");
  gtk_widget_grab_default(GTK_WIDGET(page->submit));
  gtk_widget_grab_focus(GTK_WIDGET(page->first));
}
