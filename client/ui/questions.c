/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/questions.h"

#include <glib/gi18n.h>

#include "client/ui/form.h"

typedef struct {
  QuestionAnswered answered;
  gpointer user_data;
} Question;

void
doubtful_certificate_clear(DoubtfulCertificate *certificate)
{
  g_clear_pointer(&certificate->fingerprint, g_free);
  g_clear_pointer(&certificate->subject, g_free);
  g_clear_pointer(&certificate->issuer, g_free);
  g_clear_pointer(&certificate->problem, g_free);
}

static void
on_response(GtkDialog *dialog, int response, gpointer user_data)
{
  Question question = *(Question *)user_data;
  gtk_widget_destroy(GTK_WIDGET(dialog));
  question.answered(response == GTK_RESPONSE_ACCEPT, question.user_data);
}

static void
release_question(gpointer question, GClosure *closure)
{
  g_free(question);
}

/* GTK aligns a title of two lines to the left of its middle. */
static void
centre_title(GtkWidget *dialog)
{
  GtkWidget *area = gtk_message_dialog_get_message_area(GTK_MESSAGE_DIALOG(dialog));
  g_autoptr(GList) labels = gtk_container_get_children(GTK_CONTAINER(area));
  gtk_label_set_justify(GTK_LABEL(labels->data), GTK_JUSTIFY_CENTER);
}

/* A dialog with Cancel, which is the default, and @yes. */
static GtkWidget *
ask(GtkWindow *parent, const char *title, const char *text, const char *yes, QuestionAnswered answered,
    gpointer user_data)
{
  GtkWidget *dialog = gtk_message_dialog_new(parent, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                                             GTK_MESSAGE_WARNING, GTK_BUTTONS_NONE, "%s", title);
  gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", text);
  gtk_window_set_title(GTK_WINDOW(dialog), title);
  centre_title(dialog);
  GtkWidget *accept = gtk_dialog_add_button(GTK_DIALOG(dialog), yes, GTK_RESPONSE_ACCEPT);
  gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL);
  gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL);
  form_add_class(accept, "destructive-action");
  Question *question = g_new(Question, 1);
  *question = (Question){answered, user_data};
  g_signal_connect_data(dialog, "response", G_CALLBACK(on_response), question, release_question, 0);
  gtk_widget_show(dialog);
  return dialog;
}

/* "AB:CD:…" in two lines, as administrators' tools print it. */
static char *
readable_fingerprint(const char *digits)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (gsize i = 0; digits[i] != '\0'; i++) {
    if (i > 0 && i % 2 == 0)
      g_string_append_c(text, i % 32 == 0 ? '\n' : ':');
    g_string_append_c(text, g_ascii_toupper(digits[i]));
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
add_certificate(GtkWidget *dialog, const DoubtfulCertificate *certificate)
{
  g_autofree char *fingerprint = readable_fingerprint(certificate->fingerprint);
  g_autofree char *text = g_strdup_printf(_("Issued to: %s\nIssued by: %s\nSHA-256 fingerprint:\n%s"),
                                          certificate->subject, certificate->issuer, fingerprint);
  GtkWidget *label = gtk_label_new(text);
  gtk_label_set_selectable(GTK_LABEL(label), TRUE);
  gtk_widget_set_can_focus(label, FALSE);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  form_add_class(label, "certificate");
  gtk_widget_show(label);
  gtk_container_add(GTK_CONTAINER(gtk_message_dialog_get_message_area(GTK_MESSAGE_DIALOG(dialog))), label);
}

GtkWidget *
questions_ask_trust(GtkWindow *parent, const char *server, const DoubtfulCertificate *certificate,
                    QuestionAnswered answered, gpointer user_data)
{
  const char *title = certificate->is_changed ? _("This server's certificate has changed")
                                              : _("This server's certificate is not trusted");
  g_autofree char *text = g_strdup_printf(
      _("Nothing proves that this is really %s: %s\n\nIf you go on and it is not, somebody else reads your "
        "password "
        "and sees your desktop. Compare the fingerprint with the one that your administrator gives you."),
      server, _(certificate->problem));
  GtkWidget *dialog = ask(parent, title, text, _("_Trust this certificate"), answered, user_data);
  add_certificate(dialog, certificate);
  return dialog;
}

/* What is harmless has none. Logging off says what becomes of the desktop. */
static const struct {
  const char *title, *text, *yes;
} action_questions[DESKTOP_ACTIONS] = {
    [DESKTOP_ACTION_RESTART] = {N_("Restart “NAME”?"), N_("Programs are closed. What is not saved is lost."),
                                N_("_Restart")},
    [DESKTOP_ACTION_RESET] =
        {N_("Reset “NAME”?"),
         N_("The desktop is switched off and on again at once. What is not saved is lost."), N_("Re_set")},
    [DESKTOP_ACTION_LOG_OFF] = {N_("Log off from “NAME”?"), NULL, N_("_Log off")},
};

static const char *const log_off_texts[] = {
    [LOG_OFF_UNKNOWN] = N_("Programs are closed, and what is not saved is lost. Some desktops are made anew "
                           "after that: keep what you need somewhere else."),
    [LOG_OFF_RECLONE] =
        N_("Programs are closed, and the desktop is made anew: every file that is stored on it "
           "is lost. Keep what you need somewhere else first."),
    [LOG_OFF_KEEP] =
        N_("Programs are closed, and what is not saved is lost. The desktop stays yours with the "
           "files that are stored on it."),
    [LOG_OFF_LEAVE] =
        N_("Your session ends. Nothing inside this machine is closed: whoever is signed in there "
           "stays signed in. Sign out inside first if you do not want that."),
    [LOG_OFF_STOP] = N_("Programs are closed, what is not saved is lost, and the desktop is switched off. It "
                        "stays yours with the files that are stored on it."),
};

static char *
replace_name(const char *text, const char *name)
{
  g_autoptr(GString) result = g_string_new(text);
  g_string_replace(result, "NAME", name, 1);
  return g_string_free(g_steal_pointer(&result), FALSE);
}

gboolean
questions_has_action(DesktopAction action)
{
  return action_questions[action].title != NULL;
}

GtkWidget *
questions_ask_action(GtkWindow *parent, DesktopAction action, const char *name, LogOffEnd log_off,
                     QuestionAnswered answered, gpointer user_data)
{
  g_return_val_if_fail(questions_has_action(action), NULL);
  g_autofree char *title = replace_name(_(action_questions[action].title), name);
  const char *text =
      action == DESKTOP_ACTION_LOG_OFF ? log_off_texts[log_off] : action_questions[action].text;
  return ask(parent, title, _(text), _(action_questions[action].yes), answered, user_data);
}
