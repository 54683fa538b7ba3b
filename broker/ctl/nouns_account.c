/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out: the commands that write what carawayctl remembers. */
#include "broker/ctl/ctl_context.h"
#include "broker/ctl/ctl_factor.h"
#include "broker/ctl/ctl_nouns.h"
#include "broker/ctl/ctl_terminal.h"
#include "common/api_client/api_account.h"
#include "common/api_client/api_factor.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "common/base/text.h"

#include <string.h>

static const CtlColumn account_columns[] = {
    {"Name", "name"},
    {"Full name", "full_name"},
    {"Roles", "roles"},
    {"Password must be changed", "password_change_required"},
    {"Second factor", "second_factor"},
    {NULL},
};

static void
replace(char **value, char *replacement)
{
  g_free(*value);
  *value = replacement;
}

/* Another server's trust and token are no use at this one. */
static gboolean
take_server(CtlContext *context, GError **error)
{
  CtlState *state = context->state;
  const char *given = ctl_arguments_option(context->arguments, "server");
  g_autofree char *asked =
      given == NULL && state->server == NULL ? ctl_terminal_ask("Server", error) : g_strdup(given);
  if (asked == NULL)
    return state->server != NULL;
  g_autoptr(ApiClient) client = api_client_new(asked, error);
  if (client == NULL)
    return FALSE;
  if (g_strcmp0(state->server, api_client_get_url(client)) != 0) {
    replace(&state->ca_file, NULL);
    replace(&state->fingerprint, NULL);
    g_clear_pointer(&state->device, secret_free);
  }
  replace(&state->server, g_strdup(api_client_get_url(client)));
  return TRUE;
}

static void
take_trust(CtlContext *context)
{
  CtlState *state = context->state;
  const char *ca_file = ctl_arguments_option(context->arguments, "ca-file");
  const char *fingerprint = ctl_arguments_option(context->arguments, "fingerprint");
  if (ca_file != NULL || fingerprint != NULL) {
    replace(&state->ca_file, ca_file != NULL ? g_canonicalize_filename(ca_file, NULL) : NULL);
    replace(&state->fingerprint, g_strdup(fingerprint));
  }
}

/* Shown to a person once; the connection that brought it is refused, the next one is pinned to it. */
static gboolean
on_unknown_certificate(const ApiCertificate *certificate, gpointer data)
{
  char **fingerprint = data;
  g_autofree char *subject = text_escape(certificate->subject);
  g_printerr("The server is not trusted: %s\n  certificate of %s\n  SHA-256 %s\n", certificate->problem,
             subject, certificate->fingerprint);
  replace(fingerprint, g_strdup(certificate->fingerprint));
  return FALSE;
}

static ApiAnswer *
send_login(CtlContext *context, const ApiRequest *request, GError **error)
{
  g_autofree char *unknown = NULL;
  g_autoptr(GError) cause = NULL;
  if (ctl_terminal_is_interactive())
    api_client_set_certificate_decision(context->client, on_unknown_certificate, &unknown);
  ApiAnswer *answer = api_client_call(context->client, request, NULL, &cause);
  api_client_set_certificate_decision(context->client, NULL, NULL);
  if (answer != NULL)
    return answer;
  gboolean may_ask = unknown != NULL && g_error_matches(cause, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED);
  if (!may_ask || !ctl_terminal_confirm("Is this the fingerprint your administrator gave you?")) {
    g_propagate_error(error, g_steal_pointer(&cause));
    return NULL;
  }
  replace(&context->state->fingerprint, g_steal_pointer(&unknown));
  if (!api_client_set_pin(context->client, context->state->fingerprint, error))
    return NULL;
  return api_client_call(context->client, request, NULL, error);
}

/* What stands between this sign-in and anything else. */
static const char *
what_is_missing(const ApiAccount *account)
{
  if (strcmp(account->second_factor, API_FACTOR_ENROLMENT_REQUIRED) == 0)
    return " A second factor must be set up before anything else: carawayctl factor set-up.";
  return account->password_change_required
             ? " The password must be changed before anything else: carawayctl password."
             : "";
}

static gboolean
keep_login(CtlContext *context, const ApiAnswer *answer, GError **error)
{
  g_autoptr(ApiAccount) account = api_account_from_login(answer, error);
  if (account == NULL || !ctl_factor_keep_token(context, answer, error))
    return FALSE;
  g_autofree char *sentence = g_strdup_printf("Signed in to %s as %s.%s", context->state->server,
                                              account->name, what_is_missing(account));
  ctl_context_tell(context, json_object_get_object_member(answer->object, "user"), sentence);
  return TRUE;
}

/* A sign-in that waits for a code is not kept: there is nothing that it could be used for later. */
static gboolean
finish_login(CtlContext *context, const ApiAnswer *answer, GError **error)
{
  g_autoptr(ApiAccount) account = api_account_from_login(answer, error);
  if (account == NULL)
    return FALSE;
  if (strcmp(account->second_factor, API_FACTOR_CODE_REQUIRED) != 0)
    return keep_login(context, answer, error);
  g_autoptr(ApiAnswer) proven = ctl_factor_prove(context, answer, error);
  return proven != NULL && keep_login(context, proven, error);
}

static gboolean
run_login(CtlContext *context, const CtlCommand *command, GError **error)
{
  if (!take_server(context, error))
    return FALSE;
  take_trust(context);
  if (!ctl_context_connect(context, error))
    return FALSE;
  const char *given = ctl_arguments_option(context->arguments, "user");
  g_autofree char *user = given != NULL ? g_strdup(given) : ctl_terminal_ask("User", error);
  char *password = user != NULL ? ctl_terminal_password("Password", error) : NULL;
  if (password == NULL)
    return FALSE;
  g_autoptr(ApiRequest) request = api_account_login_request(user, password);
  if (context->state->device != NULL)
    api_account_login_add_device(request, context->state->device);
  secret_free(password);
  g_autoptr(ApiAnswer) answer = send_login(context, request, error);
  return answer != NULL && finish_login(context, answer, error);
}

static gboolean
run_logout(CtlContext *context, const CtlCommand *command, GError **error)
{
  if (!ctl_context_open(context, error))
    return FALSE;
  g_autoptr(GError) cause = NULL;
  g_autoptr(ApiRequest) request = api_account_logout_request();
  g_autoptr(ApiAnswer) answer = api_client_call(context->client, request, NULL, &cause);
  if (answer == NULL && !g_error_matches(cause, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED)) {
    g_propagate_error(error, g_steal_pointer(&cause));
    return FALSE;
  }
  g_clear_pointer(&context->state->token, secret_free);
  if (!ctl_state_save(context->state, error))
    return FALSE;
  ctl_context_tell(context, NULL, "Signed out.");
  return TRUE;
}

static gboolean
run_password(CtlContext *context, const CtlCommand *command, GError **error)
{
  if (!ctl_context_open(context, error))
    return FALSE;
  char *old_password = ctl_terminal_password("Old password", error);
  char *new_password = old_password != NULL ? ctl_terminal_new_password(error) : NULL;
  g_autoptr(ApiAnswer) answer = NULL;
  if (new_password != NULL) {
    g_autoptr(ApiRequest) request = api_account_password_request(old_password, new_password);
    answer = api_client_call(context->client, request, NULL, error);
  }
  secret_free(old_password);
  secret_free(new_password);
  if (answer == NULL)
    return FALSE;
  ctl_context_tell(context, answer->object, "Your password was changed.");
  return TRUE;
}

static const CtlOption login_options[] = {
    {"server", CTL_TEXT, "ADDRESS", "name[:port] of the portal or the broker"},
    {"ca-file", CTL_TEXT, "FILE", "trust the CA in this PEM file and no other"},
    {"fingerprint", CTL_TEXT, "SHA256", "trust the one certificate with this fingerprint"},
    {"user", CTL_TEXT, "NAME", "who signs in"},
    {NULL},
};

const CtlCommand ctl_login_commands[] = {
    {.verb = "",
     .summary = "Sign in; password and code are asked for, or read from standard input",
     .options = login_options,
     .run = run_login},
    {NULL},
};

const CtlCommand ctl_logout_commands[] = {
    {.verb = "", .summary = "Sign out and forget the token", .run = run_logout},
    {NULL},
};

const CtlCommand ctl_whoami_commands[] = {
    {.verb = "",
     .summary = "Show who is signed in",
     .method = "GET",
     .path = {"me"},
     .show = CTL_SHOW_OBJECT,
     .columns = account_columns},
    {NULL},
};

const CtlCommand ctl_password_commands[] = {
    {.verb = "", .summary = "Change your own password", .run = run_password},
    {NULL},
};
