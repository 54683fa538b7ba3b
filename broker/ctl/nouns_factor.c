/* SPDX-License-Identifier: Apache-2.0 */
/* One's own second factor. */
#include "broker/ctl/ctl_factor.h"
#include "broker/ctl/ctl_nouns.h"
#include "broker/ctl/ctl_terminal.h"
#include "common/api_client/api_factor.h"
#include "common/base/json.h"
#include "common/base/secret.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX  512
#define CODES_MAX 64
#define ROWS_MAX  200

static const CtlColumn factor_columns[] = {
    {"Set up", "enabled"},
    {"Required", "required"},
    {"Since", "since", CTL_TIME},
    {"Recovery codes left", "recovery_codes_left"},
    {NULL},
};

static gboolean
show_codes(CtlContext *context, JsonObject *answer, GError **error)
{
  JsonArray *codes = json_get_array(answer, "recovery_codes", CODES_MAX, error);
  if (codes == NULL)
    return FALSE;
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < json_array_get_length(codes); i++)
    g_string_append_printf(text, "  %s\n", json_array_get_string_element(codes, i));
  if (context->arguments->is_json) {
    g_autoptr(JsonObject) shown = json_object_new();
    json_object_set_array_member(shown, "recovery_codes", json_array_ref(codes));
    ctl_context_tell(context, shown, "");
    return TRUE;
  }
  printf("Recovery codes, for when your authenticator app is not at hand. Each works once; keep them where "
         "your\npassword is not. They are not shown again.\n\n%s",
         text->str);
  return TRUE;
}

/* What the picture and the text to type are made of, for people, before anything is asked. */
static gboolean
show_draft(CtlContext *context, JsonObject *draft, GError **error)
{
  const char *secret = json_get_string(draft, "secret", TEXT_MAX, error);
  const char *uri = secret != NULL ? json_get_string(draft, "uri", TEXT_MAX, error) : NULL;
  JsonArray *rows = uri != NULL ? json_get_array(draft, "qr", ROWS_MAX, error) : NULL;
  if (rows == NULL)
    return FALSE;
  FILE *stream = context->arguments->is_json ? stderr : stdout;
  if (isatty(fileno(stream))) {
    g_autofree char *picture = ctl_factor_draw(rows);
    fprintf(stream, "%s\n", picture);
  }
  fprintf(stream,
          "Take this into an authenticator app: the picture, or the secret by hand.\n  Secret  %s\n  Address "
          "%s\n",
          secret, uri);
  fflush(stream);
  return TRUE;
}

static ApiAnswer *
call(CtlContext *context, const char *act, const char *password, const char *code, GError **error)
{
  g_autoptr(ApiRequest) request = api_factor_request(act, password, code);
  return api_client_call(context->client, request, NULL, error);
}

/* Begins; asks for what has to be proven first. */
static ApiAnswer *
begin(CtlContext *context, GError **error)
{
  g_autoptr(ApiRequest) request = api_factor_state_request();
  g_autoptr(ApiAnswer) state = api_client_call(context->client, request, NULL, error);
  const char *standing = state != NULL ? json_get_string(state->object, "standing", TEXT_MAX, error) : NULL;
  gboolean enabled = FALSE;
  if (standing == NULL || !json_get_optional_bool(state->object, "enabled", FALSE, &enabled, error))
    return NULL;
  if (strcmp(standing, API_FACTOR_ENROLMENT_REQUIRED) == 0)
    return call(context, NULL, NULL, NULL, error);
  char *password = ctl_terminal_password("Password", error);
  char *code =
      password != NULL && enabled ? ctl_terminal_code("Code of the present second factor", error) : NULL;
  gboolean complete = password != NULL && (code != NULL || !enabled);
  ApiAnswer *draft = complete ? call(context, NULL, password, code, error) : NULL;
  secret_free(password);
  secret_free(code);
  return draft;
}

static gboolean
run_set_up(CtlContext *context, const CtlCommand *command, GError **error)
{
  if (!ctl_context_open(context, error))
    return FALSE;
  g_autoptr(ApiAnswer) draft = begin(context, error);
  if (draft == NULL || !show_draft(context, draft->object, error))
    return FALSE;
  char *code = ctl_terminal_code("Code that the app shows now", error);
  if (code == NULL)
    return FALSE;
  g_autoptr(ApiAnswer) confirmed = call(context, "confirm", NULL, code, error);
  secret_free(code);
  if (confirmed == NULL)
    return FALSE;
  if (json_object_has_member(confirmed->object, "token") && !ctl_factor_keep_token(context, confirmed, error))
    return FALSE;
  return show_codes(context, confirmed->object, error);
}

static gboolean
run_codes(CtlContext *context, const CtlCommand *command, GError **error)
{
  if (!ctl_context_open(context, error))
    return FALSE;
  char *code = ctl_terminal_code("Code of your authenticator app, or a recovery code", error);
  if (code == NULL)
    return FALSE;
  g_autoptr(ApiAnswer) answer = call(context, "recovery-codes", NULL, code, error);
  secret_free(code);
  return answer != NULL && show_codes(context, answer->object, error);
}

static gboolean
run_off(CtlContext *context, const CtlCommand *command, GError **error)
{
  if (!ctl_context_open(context, error))
    return FALSE;
  char *password = ctl_terminal_password("Password", error);
  char *code = password != NULL
                   ? ctl_terminal_code("Code of your authenticator app, or a recovery code", error)
                   : NULL;
  g_autoptr(ApiAnswer) answer = code != NULL ? call(context, "off", password, code, error) : NULL;
  secret_free(password);
  secret_free(code);
  if (answer == NULL)
    return FALSE;
  ctl_context_tell(context, answer->object, "Your second factor is off.");
  return TRUE;
}

const CtlCommand ctl_factor_commands[] = {
    {.verb = "show",
     .summary = "Show how your account stands",
     .method = "GET",
     .path = {"me", "second-factor"},
     .show = CTL_SHOW_OBJECT,
     .columns = factor_columns},
    {.verb = "set-up", .summary = "Set a second factor up, or another one in its place", .run = run_set_up},
    {.verb = "recovery-codes",
     .summary = "Make new recovery codes; those of before count no more",
     .run = run_codes},
    {.verb = "off", .summary = "Turn the second factor off", .run = run_off},
    {NULL},
};
