/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/session_warning.h"

#include <glib/gi18n.h>

#include "client/model/server_sentence.h"

#define SECOND_US ((gint64)G_USEC_PER_SEC)
#define MINUTE_US (60 * SECOND_US)
#define NEARLY_US (10 * SECOND_US) /* "in 4 minutes" is not yet wrong */

static const struct {
  const char *code, *action; /* action nullable: it was done */
  const char *title, *text, *now, *advice;
} known[] = {
    {"idle-limit", "disconnect", N_("Are you still there?"),
     N_("Nobody has used this desktop for a while. It is disconnected %s unless you go on."),
     N_("Nobody has used this desktop for a while. It is disconnected now."),
     N_("Move the pointer or press a key in the desktop to stay connected. It keeps "
        "running when it is disconnected.")},
    {"session-limit", "logoff", N_("Your session ends soon"),
     N_("Sessions of this pool may last only so long. Yours ends %s: save your work."),
     N_("Sessions of this pool may last only so long. Yours ends now."),
     N_("Save your work where it is kept. Afterwards you can open a desktop again.")},
    {"idle-disconnected", NULL, N_("You were disconnected"), NULL,
     N_("Nobody used this desktop for a while, so it was disconnected."), NULL},
};

static gint64
minutes_of(gint64 left_us)
{
  return MAX(1, (left_us - NEARLY_US + MINUTE_US - 1) / MINUTE_US);
}

static char *
when_text(gint64 left_us)
{
  gint64 minutes = minutes_of(left_us);
  if (left_us < MINUTE_US - NEARLY_US)
    return g_strdup(_("in less than a minute"));
  if (minutes == 1)
    return g_strdup(_("in 1 minute"));
  g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, minutes);
  return g_strdup_printf(_("in %s minutes"), number);
}

static gint64
next_of(gint64 left_us)
{
  gint64 soon_us = MINUTE_US - NEARLY_US;
  if (left_us < soon_us)
    return MAX(left_us, 0);
  return left_us - MAX((minutes_of(left_us) - 1) * MINUTE_US + NEARLY_US, soon_us - 1);
}

static void
read_known(gsize which, gboolean has_until, gint64 left_us, SessionWarning *ret_warning)
{
  gboolean counts = has_until && left_us > 0 && known[which].text != NULL;
  *ret_warning = (SessionWarning){.title = _(known[which].title),
                                  .advice = known[which].advice != NULL ? _(known[which].advice) : NULL,
                                  .is_last = has_until && left_us <= MINUTE_US + NEARLY_US,
                                  .next_us = counts ? next_of(left_us) : 0};
  if (!counts) {
    ret_warning->text = g_strdup(_(known[which].now));
    return;
  }
  g_autofree char *when = when_text(left_us);
  g_autoptr(GString) text = g_string_new(_(known[which].text));
  g_string_replace(text, "%s", when, 1);
  ret_warning->text = g_string_free(g_steal_pointer(&text), FALSE);
}

gboolean
session_warning_read(const ApiSession *session, gint64 now_us, SessionWarning *ret_warning)
{
  if (session->warning == NULL)
    return FALSE;
  gboolean has_until = session->warning_until_us != 0;
  for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
    if (g_strcmp0(session->warning_code, known[i].code) != 0 ||
        g_strcmp0(session->warning_action, known[i].action) != 0 || (known[i].text != NULL && !has_until))
      continue;
    read_known(i, has_until, session->warning_until_us - now_us, ret_warning);
    return TRUE;
  }
  *ret_warning =
      (SessionWarning){.title = _("A word about this desktop"), .text = server_sentence(session->warning)};
  return TRUE;
}

void
session_warning_clear(SessionWarning *warning)
{
  g_clear_pointer(&warning->text, g_free);
}
