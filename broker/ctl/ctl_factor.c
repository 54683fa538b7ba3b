/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_factor.h"

#include "broker/ctl/ctl_terminal.h"
#include "common/api_client/api_account.h"
#include "common/api_client/api_factor.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#include <string.h>

#define TRIES          3
#define MARGIN         4 /* squares; ISO/IEC 18004, 5.3.8 */
#define BLACK_ON_WHITE "\033[30;107m"
#define PLAIN          "\033[0m"

static ApiAnswer *
try_code(CtlContext *context, GError **error)
{
  char *code = ctl_terminal_code("Code of your authenticator app, or a recovery code", error);
  if (code == NULL)
    return NULL;
  g_autoptr(ApiRequest) request = api_factor_verify_request(code);
  secret_free(code);
  return api_client_call(context->client, request, NULL, error);
}

ApiAnswer *
ctl_factor_prove(CtlContext *context, const ApiAnswer *answer, GError **error)
{
  char *token = api_account_token_from_login(answer, error);
  if (token == NULL)
    return NULL;
  api_client_set_token(context->client, token);
  secret_free(token);
  guint tries = ctl_terminal_is_interactive() ? TRIES : 1;
  for (guint i = 1;; i++) {
    GError *problem = NULL;
    ApiAnswer *proven = try_code(context, &problem);
    if (proven != NULL)
      return proven;
    if (i >= tries || !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_WRONG_CODE)) {
      g_propagate_error(error, problem);
      return NULL;
    }
    g_printerr("%s\n", problem->message);
    g_error_free(problem);
  }
}

gboolean
ctl_factor_keep_token(CtlContext *context, const ApiAnswer *answer, GError **error)
{
  char *token = api_account_token_from_login(answer, error);
  if (token == NULL)
    return FALSE;
  secret_free(context->state->token);
  context->state->token = token;
  char *device = api_account_device_from_login(answer);
  if (device != NULL) {
    secret_free(context->state->device);
    context->state->device = device;
  }
  return ctl_state_save(context->state, error);
}

static gboolean
is_dark(JsonArray *rows, int row, int column)
{
  int count = (int)json_array_get_length(rows);
  if (row < 0 || row >= count || column < 0)
    return FALSE;
  const char *text = json_array_get_string_element(rows, (guint)row);
  return text != NULL && column < (int)strlen(text) && text[column] == '1';
}

/* Two rows of squares in a line: a letter is twice as high as wide. */
char *
ctl_factor_draw(JsonArray *rows)
{
  static const char *const SQUARES[] = {" ", "▄", "▀", "█"};
  GString *drawn = g_string_new(NULL);
  int end = (int)json_array_get_length(rows) + MARGIN;
  for (int row = -MARGIN; row < end; row += 2) {
    g_string_append(drawn, BLACK_ON_WHITE);
    for (int column = -MARGIN; column < end; column++)
      g_string_append(
          drawn, SQUARES[(is_dark(rows, row, column) ? 2 : 0) + (is_dark(rows, row + 1, column) ? 1 : 0)]);
    g_string_append(drawn, PLAIN "\n");
  }
  return g_string_free(drawn, FALSE);
}
