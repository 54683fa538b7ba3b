/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api_client/api_event_stream.h"

#include "common/base/error.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct ApiEventStream {
  ApiEventFunc event;
  gpointer user_data;
  GString *line;
  GString *name;
  GString *data;
  gboolean has_data;
  gboolean is_first_line;
  gboolean after_return; /* the last byte was CR: an LF that follows belongs to it */
};

ApiEventStream *
api_event_stream_new(ApiEventFunc event, gpointer user_data)
{
  ApiEventStream *stream = g_new0(ApiEventStream, 1);
  stream->event = event;
  stream->user_data = user_data;
  stream->line = g_string_new(NULL);
  stream->name = g_string_new(NULL);
  stream->data = g_string_new(NULL);
  stream->is_first_line = TRUE;
  return stream;
}

static void
dispatch(ApiEventStream *stream)
{
  if (stream->has_data)
    stream->event(stream->name->len > 0 ? stream->name->str : "message", stream->data->str,
                  stream->user_data);
  g_string_truncate(stream->name, 0);
  g_string_truncate(stream->data, 0);
  stream->has_data = FALSE;
}

static gboolean
take_field(ApiEventStream *stream, const char *field, const char *value, GError **error)
{
  if (strcmp(field, "event") == 0) {
    g_string_assign(stream->name, value);
  } else if (strcmp(field, "data") == 0) {
    if (stream->data->len + strlen(value) >= API_EVENT_MAX_BYTES) {
      g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL, "An event of the server is too long.");
      return FALSE;
    }
    if (stream->has_data)
      g_string_append_c(stream->data, '\n');
    g_string_append(stream->data, value);
    stream->has_data = TRUE;
  }
  return TRUE;
}

static gboolean
take_line(ApiEventStream *stream, GError **error)
{
  char *line = stream->line->str;
  if (stream->is_first_line && g_str_has_prefix(line, BYTE_ORDER_MARK))
    line += strlen(BYTE_ORDER_MARK);
  stream->is_first_line = FALSE;
  if (line[0] == '\0') {
    dispatch(stream);
    return TRUE;
  }
  if (line[0] == ':')
    return TRUE;
  char *colon = strchr(line, ':');
  if (colon == NULL)
    return take_field(stream, line, "", error);
  *colon = '\0';
  const char *value = colon + 1;
  return take_field(stream, line, value[0] == ' ' ? value + 1 : value, error);
}

static gboolean
take_byte(ApiEventStream *stream, char byte, GError **error)
{
  gboolean ends_pair = byte == '\n' && stream->after_return;
  stream->after_return = byte == '\r';
  if (ends_pair)
    return TRUE;
  if (byte == '\n' || byte == '\r') {
    gboolean is_good = take_line(stream, error);
    g_string_truncate(stream->line, 0);
    return is_good;
  }
  if (byte == '\0' || stream->line->len >= API_EVENT_MAX_BYTES) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_PROTOCOL,
                "The server's event stream has a line that is too long or not text.");
    return FALSE;
  }
  g_string_append_c(stream->line, byte);
  return TRUE;
}

gboolean
api_event_stream_feed(ApiEventStream *stream, const char *bytes, gsize size, GError **error)
{
  for (gsize i = 0; i < size; i++)
    if (!take_byte(stream, bytes[i], error))
      return FALSE;
  return TRUE;
}

void
api_event_stream_free(ApiEventStream *stream)
{
  if (stream == NULL)
    return;
  g_string_free(stream->line, TRUE);
  g_string_free(stream->name, TRUE);
  g_string_free(stream->data, TRUE);
  g_free(stream);
}
