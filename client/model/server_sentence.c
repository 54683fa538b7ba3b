/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/server_sentence.h"

#include <glib/gi18n.h>
#include <string.h>

#define HOLE      "%s"
#define HOLES_MAX 6
#define DEPTH     2 /* a sentence in a sentence: "Yours ends in 5 minutes" */

/* The more special of two that fit one text comes first. Every hole is a %s here; translations may reorder
 * them as %1$s. */
static const char *const sentences[] = {
    /* warnings, and why a session ended */
    N_("Nobody has used this desktop for %s. It is disconnected in %s unless you go on."),
    N_("A session of this pool may last %s. Yours ends in %s: save your work."),
    N_("Nobody used the desktop for %s."), N_("The session lasted %s, the longest that this pool allows."),
    N_("%s: it was left for %s."), N_("The desktop was locked"), N_("You were logged off"),
    N_("The desktop was shut down"), N_("%s hours"), N_("1 minute"), N_("%s minutes"), N_("1 second"),
    N_("%s seconds"), N_("You logged off."), N_("You signed out of the desktop."),
    N_("An administrator logged you off."), N_("An administrator shut the desktop down."),
    N_("An administrator took the desktop back."), N_("An administrator took the desktop out of the pool."),
    N_("An administrator destroyed the desktop."), N_("The desktop is no longer wanted."),
    N_("The desktop stopped unexpectedly. Connect again for another one."),
    N_("The desktop was switched off. Connect again to start it."),
    N_("The host of the desktop does not answer any more."),
    N_("The host of the desktop was removed. Connect again for another one."),
    N_("The host of your desktop was removed, and the desktop with it. Ask your administrator, or connect "
       "again for a new one."),
    N_("The host stopped answering while it made the desktop. Connect again for another one."),
    N_("The host stopped answering while it started the desktop. Connect again when it is back."),
    N_("This session has ended; connect to the pool again for another desktop."),
    N_("The session of this request has ended; connect again."),
    /* what is being done */
    N_("waiting for the host to start it"), N_("waiting for the host"), N_("checking the image"),
    N_("copying the image"), N_("starting the virtual machine"), N_("booting"), N_("waiting for the desktop"),
    N_("restarting"), N_("switching off"), N_("switched off"),
    /* why connecting is refused */
    N_("The database does not answer, so no desktop can be given out; try again in a minute."),
    N_("There is no such pool."), N_("There is no pool \"%s\"."),
    N_("Your account is disabled; ask your administrator."),
    N_("Neither %s nor a group of theirs is entitled to %s."),
    N_("You may not use this pool; ask your administrator to entitle you."),
    N_("The host %s answers, but does not have %s any more."), N_("The host %s does not have %s any more."),
    N_("Your desktop is missing on its host; tell your administrator."),
    N_("The host %s does not answer any more; %s is given up."),
    N_("The host %s does not answer at the moment."), N_("The host %s does not answer."),
    N_("The host of your desktop does not answer at the moment; try again in half a minute."),
    N_("The host of your desktop, %s, does not answer; try again in half a minute."),
    N_("The host %s of %s is being drained: nothing is started there."),
    N_("The host %s of %s is in maintenance."),
    N_("The host of your desktop is out of service; ask your administrator when it is back."),
    N_("It is open on the device at %s, and the pool %s lets no other device take it over."),
    N_("It is open on the device at %s."),
    N_("This desktop is open on another device; disconnect there first."),
    N_("This desktop is open on another device; take it over to go on here."),
    N_("You have as many desktops of this pool as you may; end one of them first."),
    N_("You have as many desktops of this pool as you may."), N_("You have no such desktop in this pool."),
    N_("An administrator assigns the machines of %s, and none is assigned to %s."),
    N_("An administrator assigns the desktops of this pool."),
    N_("No desktop of this pool is assigned to you; ask your administrator for one."),
    N_("No desktop of %s is ready or being made."),
    N_("%s has at most %s desktops; %s of them are in use and %s are on their way out."),
    N_("%s has %s of at most %s desktops of %s."),
    N_("All desktops of this pool are in use; try again in a few minutes."),
    N_("All %s desktops are in use."),
    N_("This pool is closed and gives out no desktops at the moment; the reason says when that changes."),
    N_("%s has the size 0 and gives nobody another desktop: %s Its schedule's next change is on %s at %s "
       "UTC."),
    N_("%s has the size 0 and gives nobody another desktop: %s"),
    N_("%s ready of at most %s: the pool has no schedule."),
    N_("%s ready of at most %s: no rule of the schedule holds, these are the pool's own numbers."),
    N_("%s ready of at most %s by rule %s of the schedule (%s)."),
    N_("No host answers at the moment; try again in a minute or tell your administrator."),
    N_("The image of this pool is on no host; tell your administrator."),
    N_("The image of this pool is damaged; tell your administrator."),
    N_("No host has room for another desktop; try again later or tell your administrator."),
    N_("There are %s more hosts."), N_("%s has %s GiB of memory to give, %s GiB are needed"),
    N_("%s has joined but was never connected"), N_("%s does not answer"), N_("%s is being drained"),
    N_("%s is in maintenance"), N_("the image %s on %s is damaged"), N_("the image %s is missing on %s"),
    N_("%s has only %s MiB of disk left"), N_("%s runs %s virtual processors on %s already"),
    N_("no host has joined yet"),
    /* an open desktop */
    N_("The desktop is still being made (%s); wait until it is ready."),
    N_("The desktop was still being made (%s) when the database went away; wait until it is back."),
    N_("This desktop was disconnected on purpose; connect to it again to go on."),
    N_("Only its owner may open this desktop."), N_("There is no such session."),
    N_("The pool %s does not let its users restart their desktops."),
    N_("The pool %s does not let its users reset their desktops."),
    N_("You may not restart this desktop; ask your administrator."),
    N_("You may not reset this desktop; ask your administrator."),
    /* signing in */
    N_("The name or the password is wrong; check both and try again."),
    N_("You are not signed in; sign in and try again."),
    N_("Too many attempts failed; try again in %s seconds."),
    N_("Too many requests are waiting. Try again in a few seconds."), N_("Choose a new password first."),
    N_("The old password is wrong; try again."), N_("The new password is the old one; choose another."),
    N_("This password cannot be used: %s Choose another one."),
    N_("It must be text without control characters."), N_("It needs at least 8 characters."),
    N_("It may have at most 256 bytes."), N_("It must not be the user's name."),
    N_("It is one of the passwords that everybody tries first."),
    N_("The code is wrong, or was used before; wait for the next one of your app and try again."),
    N_("Enter the code of your authenticator app first."),
    N_("Your account needs a second factor; set it up in the web portal first."),
    N_("The device is not known here, or its proof is wrong or came too late."),
    N_("This device was revoked; an administrator has to let it join again."),
    N_("This device was revoked; an administrator has to delete it before it can join again."),
    N_("Too many devices wait for an administrator; try again later."),
    N_("This pool needs a second factor: set one up in the web portal, then sign in with it."),
    N_("%s asks for a second factor, and this sign-in was not proven with one."),
    /* the server itself */
    N_("The broker's database is away; this is what the broker knows by heart and may be old."),
    N_("The database is away, and too much waits to be written to the audit log; try again later."),
    N_("Something went wrong in the broker. Try again; its log says more."),
    N_("The server refused without a reason."), NULL};

const char *const *
server_sentence_list(void)
{
  return sentences;
}

/* Where in @text the literal @part of a sentence (@length) stands: the last part at the end, any other at its
 * first place. */
static const char *
find_part(const char *text, const char *part, gsize length, gboolean is_last)
{
  gsize size = strlen(text);
  if (is_last)
    return size >= length && memcmp(text + size - length, part, length) == 0 ? text + size - length : NULL;
  return length > 0 ? g_strstr_len(text, (gssize)size, part) : NULL;
}

/* Whether @text is @sentence; @fillings (nullable) get what fills its holes (transfer full). */
static gboolean
fits(const char *text, const char *sentence, char **fillings)
{
  g_auto(GStrv) parts = g_strsplit(sentence, HOLE, HOLES_MAX + 1);
  guint holes = g_strv_length(parts) - 1;
  if (holes == 0)
    return strcmp(text, sentence) == 0;
  if (!g_str_has_prefix(text, parts[0]))
    return FALSE;
  text += strlen(parts[0]);
  const char *begins[HOLES_MAX], *ends[HOLES_MAX];
  for (guint i = 0; i < holes; i++) {
    const char *next = find_part(text, parts[i + 1], strlen(parts[i + 1]), i + 1 == holes);
    if (next == NULL || next == text)
      return FALSE;
    begins[i] = text;
    ends[i] = next;
    text = next + strlen(parts[i + 1]);
  }
  for (guint i = 0; fillings != NULL && i < holes; i++)
    fillings[i] = g_strndup(begins[i], (gsize)(ends[i] - begins[i]));
  return TRUE;
}

/* @format with its %s and %1$s filled; not printf's, because the numbers of both need not agree here. */
static char *
fill(const char *format, char **fillings)
{
  g_autoptr(GString) text = g_string_new(NULL);
  guint next = 0;
  for (const char *at = format; *at != '\0'; at++) {
    gboolean is_plain = g_str_has_prefix(at, HOLE);
    gboolean is_numbered =
        at[0] == '%' && at[1] >= '1' && at[1] <= '0' + HOLES_MAX && g_str_has_prefix(at + 2, "$s");
    if (!is_plain && !is_numbered) {
      g_string_append_c(text, *at);
      continue;
    }
    guint hole = is_plain ? next++ : (guint)(at[1] - '1');
    if (hole < HOLES_MAX && fillings[hole] != NULL)
      g_string_append(text, fillings[hole]);
    at += is_plain ? 1 : 3;
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
translate(const char *text, ServerSentenceCatalogue catalogue, guint depth)
{
  for (guint i = 0; sentences[i] != NULL; i++) {
    char *fillings[HOLES_MAX] = {NULL};
    const char *translation = catalogue(sentences[i]);
    if (!fits(text, sentences[i], fillings))
      continue;
    for (guint hole = 0; hole < HOLES_MAX && fillings[hole] != NULL; hole++) {
      /* A name is one word and stays; what has several may be a sentence of its own. */
      if (depth > 1 && strchr(fillings[hole], ' ') != NULL) {
        char *inner = translate(fillings[hole], catalogue, depth - 1);
        g_free(fillings[hole]);
        fillings[hole] = inner;
      }
    }
    char *result = strcmp(translation, sentences[i]) == 0 ? g_strdup(text) : fill(translation, fillings);
    for (guint hole = 0; hole < HOLES_MAX; hole++)
      g_free(fillings[hole]);
    return result;
  }
  return g_strdup(text);
}

char *
server_sentence_by(const char *text, ServerSentenceCatalogue catalogue)
{
  return text != NULL ? translate(text, catalogue, DEPTH) : NULL;
}

static const char *
in_users_language(const char *msgid)
{
  return _(msgid);
}

char *
server_sentence(const char *text)
{
  return server_sentence_by(text, in_users_language);
}
