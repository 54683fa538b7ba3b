/* SPDX-License-Identifier: Apache-2.0 */
#include "client/display/relay_answer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/api_client/api_error.h"
#include "common/base/error.h"

static RelayAnswerKind
refuse(GError **ret_refusal, CarawayErrorCode code, const char *text)
{
  *ret_refusal = g_error_new_literal(CARAWAY_ERROR, code, text);
  return RELAY_ANSWER_REFUSED;
}

static RelayAnswerKind
not_an_answer(GError **ret_refusal)
{
  return refuse(ret_refusal, CARAWAY_ERROR_PROTOCOL, _("What answers there is not a Caraway server."));
}

/* "HTTP/1.1 200 OK": the number, 0 for anything else. */
static guint
status_of(const char *head)
{
  if (!g_str_has_prefix(head, "HTTP/1.1 ") || !g_ascii_isdigit(head[9]) || !g_ascii_isdigit(head[10]) ||
      !g_ascii_isdigit(head[11]) || (head[12] != ' ' && head[12] != '\r'))
    return 0;
  return (guint)(head[9] - '0') * 100 + (guint)(head[10] - '0') * 10 + (guint)(head[11] - '0');
}

/* The value of Content-Length; FALSE without one or when it is beyond the limit. */
static gboolean
length_of(const char *head, gsize *ret_length)
{
  g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
    guint64 value = 0;
    if (g_ascii_strncasecmp(lines[i], "content-length:", 15) != 0)
      continue;
    if (!g_ascii_string_to_unsigned(g_strstrip(lines[i] + 15), 10, 0, RELAY_ANSWER_MAX_BODY, &value, NULL))
      return FALSE;
    *ret_length = (gsize)value;
    return TRUE;
  }
  return FALSE;
}

static RelayAnswerKind
refuse_with_problem(const char *server, guint status, const char *body, gsize size, GError **ret_refusal)
{
  api_error_from_problem(server, status, body, size, ret_refusal);
  return RELAY_ANSWER_REFUSED;
}

RelayAnswerKind
relay_answer_parse(const char *server, const char *bytes, gsize size, gboolean at_end, gsize *ret_used,
                   GError **ret_refusal)
{
  const char *blank = size > 0 ? g_strstr_len(bytes, (gssize)size, "\r\n\r\n") : NULL;
  if (blank == NULL) {
    if (at_end && size == 0)
      return refuse(ret_refusal, CARAWAY_ERROR_UNREACHABLE, _("The server closed the connection."));
    return at_end || size >= RELAY_ANSWER_MAX_HEAD ? not_an_answer(ret_refusal) : RELAY_ANSWER_MORE;
  }
  gsize used = (gsize)(blank - bytes) + 4;
  g_autofree char *head = g_strndup(bytes, used);
  guint status = used <= RELAY_ANSWER_MAX_HEAD && strlen(head) == used ? status_of(head) : 0;
  if (status == 0)
    return not_an_answer(ret_refusal);
  if (status == 200) {
    *ret_used = used;
    return RELAY_ANSWER_OPEN;
  }
  gsize length = 0;
  if (!length_of(head, &length))
    return refuse_with_problem(server, status, "", 0, ret_refusal);
  if (size - used < length && !at_end)
    return RELAY_ANSWER_MORE;
  return refuse_with_problem(server, status, bytes + used, MIN(length, size - used), ret_refusal);
}
