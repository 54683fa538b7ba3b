/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that only a person may answer, as dialogs; the careful answer is the default everywhere. */
#pragma once

#include <gtk/gtk.h>

#include "client/model/desktop_entry.h"

/** A certificate that nothing here vouches for. */
typedef struct {
  char *fingerprint; /**< 64 hexadecimal digits */
  char *subject, *issuer;
  char *problem;       /**< a sentence */
  gboolean is_changed; /**< another one was trusted before */
} DoubtfulCertificate;

/** Called with the answer; not when the dialog's owner goes away first. */
typedef void (*QuestionAnswered)(gboolean is_yes, gpointer user_data);

/**
 * Asks whether @certificate of the host @server shall be trusted from now on. Returns the dialog, which goes
 * away by itself (transfer none).
 */
GtkWidget *questions_ask_trust(GtkWindow *parent, const char *server, const DoubtfulCertificate *certificate,
                               QuestionAnswered answered, gpointer user_data);

/** Whether @action is asked about before it is done: it may lose what is not saved. */
gboolean questions_has_action(DesktopAction action);

/** Asks whether @action, which is asked about, shall be done to the desktop @name, which ends as @log_off
 * when one logs off; as above. */
GtkWidget *questions_ask_action(GtkWindow *parent, DesktopAction action, const char *name, LogOffEnd log_off,
                                QuestionAnswered answered, gpointer user_data);

/** Frees what @certificate holds. */
void doubtful_certificate_clear(DoubtfulCertificate *certificate);
