/* SPDX-License-Identifier: Apache-2.0 */
/* The page that asks for name and password, and the one that asks for a new password. */
#pragma once

#include <gtk/gtk.h>

typedef struct SignInPage SignInPage;
typedef struct PasswordPage PasswordPage;

/** What the user did. */
typedef struct {
  void (*submitted)(const char *user, const char *password, gpointer user_data);
  void (*change_server)(gpointer user_data);
  void (*method_chosen)(const char *method, gpointer user_data);
  void (*method_cancelled)(gpointer user_data);
} SignInPageListener;

/** A page that lives as long as its widget; @listener is static. */
SignInPage *sign_in_page_new(const SignInPageListener *listener, gpointer user_data);

/** The widget of @page (transfer none). */
GtkWidget *sign_in_page_widget(SignInPage *page);

/** Shows the host @server, and @user (nullable) as the one who probably signs in. */
void sign_in_page_set(SignInPage *page, const char *server, const char *user);

/** While @is_busy nothing can be entered. */
void sign_in_page_set_busy(SignInPage *page, gboolean is_busy);

/** Shows a button for each of @methods (of ApiSignInMethod; nullable: none). */
void sign_in_page_set_methods(SignInPage *page, const GPtrArray *methods);

/** While @is_waiting the page says that the sign-in goes on in the browser, and can only be cancelled. */
void sign_in_page_set_waiting(SignInPage *page, gboolean is_waiting);

/** Prepares @page for being shown: the password is empty, the first empty entry has the focus. */
void sign_in_page_enter(SignInPage *page);

/** What the user did; the old password is known, since it was just used to sign in. */
typedef struct {
  void (*submitted)(const char *new_password, gpointer user_data);
  void (*cancelled)(gpointer user_data);
} PasswordPageListener;

/** A page that lives as long as its widget; @listener is static. */
PasswordPage *password_page_new(const PasswordPageListener *listener, gpointer user_data);

/** The widget of @page (transfer none). */
GtkWidget *password_page_widget(PasswordPage *page);

/** While @is_busy nothing can be entered. */
void password_page_set_busy(PasswordPage *page, gboolean is_busy);

/** Prepares @page for being shown: both entries are empty. */
void password_page_enter(PasswordPage *page);
