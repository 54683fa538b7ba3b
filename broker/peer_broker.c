/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/peer_broker.h"

#include "common/api_client/broker_peer.h"
#include "common/base/error.h"
#include "common/base/json.h"

#define ANSWER_MAX_BYTES (1024 * 1024)
#define TEXT_MAX         1024

/* What the problem document in @bytes says. */
static void
set_problem(GError **error, guint status, GBytes *bytes)
{
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  const char *code = NULL, *detail = NULL;
  g_autoptr(JsonObject) problem = json_parse_object(text != NULL ? text : "", size, ANSWER_MAX_BYTES, NULL);
  if (problem != NULL && json_get_optional_string(problem, "code", TEXT_MAX, &code, NULL) && code != NULL &&
      json_get_optional_string(problem, "detail", TEXT_MAX, &detail, NULL) && detail != NULL)
    g_set_error_literal(error, CARAWAY_ERROR, error_code_from_name(code), detail);
  else
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE,
                "The broker that holds the host's link answered with status %u.", status);
}

char *
peer_broker_boot_log(const Credentials *credentials, const char *url, const char *desktop_id, guint limit_ms,
                     GError **error)
{
  g_autofree char *uri = g_strdup_printf("%s/internal/desktops/%s/boot-log", url, desktop_id);
  g_autoptr(SoupMessage) message = soup_message_new("GET", uri);
  if (message == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNREACHABLE, "%s is not the address of a broker.", url);
    return NULL;
  }
  g_autoptr(SoupSession) session = broker_peer_session_new(limit_ms / 1000 + 1);
  g_autoptr(GError) problem = NULL;
  broker_peer_prepare(message, credentials);
  g_autoptr(GBytes) bytes = soup_session_send_and_read(session, message, NULL, &problem);
  if (bytes == NULL) {
    gboolean late = g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    g_set_error(error, CARAWAY_ERROR, late ? CARAWAY_ERROR_TIMED_OUT : CARAWAY_ERROR_UNREACHABLE,
                "The broker at %s, which holds the host's link, cannot be reached: %s", url,
                problem->message);
    return NULL;
  }
  if (soup_message_get_status(message) == SOUP_STATUS_OK)
    return g_strndup(g_bytes_get_data(bytes, NULL), MIN(g_bytes_get_size(bytes), ANSWER_MAX_BYTES));
  set_problem(error, soup_message_get_status(message), bytes);
  return NULL;
}
