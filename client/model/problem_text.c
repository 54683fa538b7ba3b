/* SPDX-License-Identifier: Apache-2.0 */
#include "client/model/problem_text.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "client/model/server_sentence.h"

typedef struct {
  const char *title;
  const char *advice;
} ProblemText;

#define ADMINISTRATOR N_("If it goes on, tell your administrator the code below.")
#define AGAIN_LATER   N_("Try again in a moment.")

/* Codes that a user of the client never meets fall back to the first row. */
static const ProblemText texts[CARAWAY_ERROR_LAST] = {
    [CARAWAY_ERROR_INTERNAL] = {N_("Something went wrong"), ADMINISTRATOR},
    [CARAWAY_ERROR_INVALID] = {N_("The server did not accept that"), N_("Check what you entered.")},
    [CARAWAY_ERROR_NOT_FOUND] = {N_("It is no longer there"), N_("Look at the list of your desktops again.")},
    [CARAWAY_ERROR_CONFLICT] = {N_("That is not possible at the moment"), AGAIN_LATER},
    [CARAWAY_ERROR_STALE] = {N_("It was changed meanwhile"), N_("Look at it again, then repeat.")},
    [CARAWAY_ERROR_UNAUTHENTICATED] = {N_("You are signed out"),
                                       N_("Sign in again; your desktop keeps running.")},
    [CARAWAY_ERROR_BAD_CREDENTIALS] = {N_("Wrong user name or password"),
                                       N_("Check the name and whether Caps Lock is on, then try again.")},
    [CARAWAY_ERROR_PASSWORD_EXPIRED] = {N_("Your password must be changed"),
                                        N_("Sign in again and choose a new one.")},
    [CARAWAY_ERROR_WEAK_PASSWORD] = {N_("This password is too easy to guess"),
                                     N_("Choose a longer one, for example of several words.")},
    [CARAWAY_ERROR_THROTTLED] = {N_("Too many attempts"), N_("Wait a minute, then try again.")},
    [CARAWAY_ERROR_FORBIDDEN] = {N_("You may not do that"), N_("Ask your administrator for the permission.")},
    [CARAWAY_ERROR_NOT_ENTITLED] = {N_("This desktop is not meant for you"),
                                    N_("Ask your administrator to give you access to it.")},
    [CARAWAY_ERROR_UNKNOWN_POOL] = {N_("There is no such desktop"),
                                    N_("Choose one from the list, or check the name.")},
    [CARAWAY_ERROR_NO_FREE_DESKTOP] =
        {N_("No desktop is free"), N_("Try again when somebody has logged off, or ask for more desktops.")},
    [CARAWAY_ERROR_NO_CAPACITY] = {N_("The servers are full"),
                                   N_("Try again later, or tell your administrator.")},
    [CARAWAY_ERROR_HOST_GONE] = {N_("The server of your desktop does not answer"),
                                 N_("Nothing is lost yet. Wait a moment, or tell your administrator.")},
    [CARAWAY_ERROR_IMAGE_MISSING] = {N_("The desktop's image is missing"),
                                     N_("Tell your administrator; you cannot repair this yourself.")},
    [CARAWAY_ERROR_IMAGE_BAD] = {N_("The desktop's image is damaged"),
                                 N_("Tell your administrator; you cannot repair this yourself.")},
    [CARAWAY_ERROR_NO_SPACE] = {N_("The server's disk is full"),
                                N_("Tell your administrator; you cannot repair this yourself.")},
    [CARAWAY_ERROR_IN_USE_ELSEWHERE] = {N_("Your desktop is open on another device"),
                                        N_("Open it here to continue; the other device is disconnected.")},
    [CARAWAY_ERROR_NOT_READY] = {N_("The desktop is not ready yet"), AGAIN_LATER},
    [CARAWAY_ERROR_SESSION_ENDED] = {N_("Your session has ended"), N_("Open a desktop to start a new one.")},
    [CARAWAY_ERROR_DISCONNECTED] = {N_("The desktop was disconnected"),
                                    N_("It keeps running. Open it to continue where you left off.")},
    [CARAWAY_ERROR_TOO_LARGE] = {N_("The server did not accept that"), N_("What you entered is too long.")},
    [CARAWAY_ERROR_MALFORMED] = {N_("The server did not understand this program"),
                                 N_("Tell your administrator: one of the two may need an update.")},
    [CARAWAY_ERROR_GRANT_INVALID] = {N_("The desktop refused the connection"), N_("Open it again.")},
    [CARAWAY_ERROR_GRANT_EXPIRED] = {N_("Connecting took too long"), N_("Open the desktop again.")},
    [CARAWAY_ERROR_GRANT_USED] = {N_("The desktop refused the connection"), N_("Open it again.")},
    [CARAWAY_ERROR_GRANT_STALE] = {N_("The desktop refused the connection"), N_("Open it again.")},
    [CARAWAY_ERROR_CHANNEL_FORBIDDEN] = {N_("A part of the connection is not allowed here"),
                                         N_("Ask your administrator if you need it.")},
    [CARAWAY_ERROR_UNTRUSTED] = {N_("The server could not prove who it is"),
                                 N_("Do not enter your password. Tell your administrator.")},
    [CARAWAY_ERROR_UNREACHABLE] = {N_("The server does not answer"),
                                   N_("Check the address and your network connection.")},
    [CARAWAY_ERROR_TIMED_OUT] = {N_("The server did not answer in time"), N_("Try again.")},
    [CARAWAY_ERROR_OVERLOADED] = {N_("The server is very busy"), AGAIN_LATER},
    [CARAWAY_ERROR_HYPERVISOR] = {N_("The desktop could not be started"), ADMINISTRATOR},
    [CARAWAY_ERROR_DATABASE] = {N_("The server has trouble storing its data"), ADMINISTRATOR},
    [CARAWAY_ERROR_DESKTOP_LIMIT] = {N_("You have as many desktops as you may"),
                                     N_("Log off from one of them first.")},
    [CARAWAY_ERROR_NO_TAKE_OVER] = {N_("Your desktop is open on another device"),
                                    N_("Disconnect there first; it cannot be taken over from here.")},
    [CARAWAY_ERROR_DATABASE_AWAY] = {N_("The server cannot reach its data at the moment"),
                                     N_("Desktops that are open go on. Try again in a minute.")},
    [CARAWAY_ERROR_DEVICE_REFUSED] = {N_("The server does not know this device"),
                                      N_("It asks to be let in by itself.")},
    [CARAWAY_ERROR_DEVICE_REVOKED] = {N_("This device was thrown out"),
                                      N_("Ask your administrator to let it in again.")},
    [CARAWAY_ERROR_SIGN_IN_EXPIRED] = {N_("This sign-in took too long"), N_("Begin again.")},
    [CARAWAY_ERROR_PROVIDER_DENIED] = {N_("Your organisation's sign-in service did not let you in"),
                                       N_("Try again, or ask your administrator.")},
    [CARAWAY_ERROR_PROVIDER_WRONG] = {N_("Your organisation's sign-in service gave an answer that cannot be "
                                         "trusted"),
                                      ADMINISTRATOR},
    [CARAWAY_ERROR_PROVIDER_AWAY] = {N_("Your organisation's sign-in service does not answer"), AGAIN_LATER},
    [CARAWAY_ERROR_DIRECTORY_AWAY] = {N_("Your organisation's directory does not answer"), AGAIN_LATER},
    [CARAWAY_ERROR_EXTERNAL_ACCOUNT] = {N_("Your account is kept by your organisation's directory"),
                                        N_("Change it where your organisation keeps it.")},
    [CARAWAY_ERROR_ACCOUNT_CLOSED] = {N_("Your account is closed"), N_("Ask your administrator.")},
    [CARAWAY_ERROR_DIRECTORY_PASSWORD] =
        {N_("Your password must be changed"),
         N_("Change it where your organisation keeps it, then sign in again.")},
    [CARAWAY_ERROR_WRONG_CODE] = {N_("The code is wrong, or was used before"),
                                  N_("Wait for the next one of your app and try again.")},
    [CARAWAY_ERROR_SECOND_FACTOR_PENDING] = {N_("Your account also asks for a code"),
                                             N_("Go back to your desktops and enter it.")},
    [CARAWAY_ERROR_ENROLMENT_REQUIRED] = {N_("Your account needs a second factor"),
                                          N_("Set it up in the web portal.")},
    [CARAWAY_ERROR_SECOND_FACTOR_REQUIRED] = {N_("This desktop needs a second factor"),
                                              N_("Set one up in the web portal, then sign in with it.")},
    [CARAWAY_ERROR_PROTOCOL] = {N_("The server gave an answer that makes no sense"),
                                N_("Check that the address is that of a Caraway server.")},
};

static const ProblemText *
text_for(CarawayErrorCode code)
{
  if ((guint)code >= CARAWAY_ERROR_LAST || texts[code].title == NULL)
    return &texts[CARAWAY_ERROR_INTERNAL];
  return &texts[code];
}

const char *
problem_text_title(CarawayErrorCode code)
{
  return _(text_for(code)->title);
}

const char *
problem_text_advice(CarawayErrorCode code)
{
  return _(text_for(code)->advice);
}

CarawayErrorCode
problem_text_code(const GError *error)
{
  if (error->domain == CARAWAY_ERROR)
    return (CarawayErrorCode)error->code;
  if (error->domain == G_TLS_ERROR)
    return error->code == G_TLS_ERROR_BAD_CERTIFICATE ? CARAWAY_ERROR_UNTRUSTED : CARAWAY_ERROR_UNREACHABLE;
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return CARAWAY_ERROR_TIMED_OUT;
  if (error->domain == G_IO_ERROR || error->domain == G_RESOLVER_ERROR)
    return CARAWAY_ERROR_UNREACHABLE;
  return CARAWAY_ERROR_INTERNAL;
}

char *
problem_text_detail(const GError *error)
{
  g_autofree char *sentence = server_sentence(error->message);
  g_autoptr(GString) detail = g_string_new(sentence);
  const char *const *reasons = error_get_reasons(error);
  for (guint i = 0; reasons != NULL && reasons[i] != NULL; i++) {
    g_autofree char *reason = server_sentence(reasons[i]);
    g_string_append_printf(detail, "\n• %s", reason);
  }
  g_string_append_printf(detail, _("\nCode: %s"), error_code_name(problem_text_code(error)));
  return g_string_free(g_steal_pointer(&detail), FALSE);
}
