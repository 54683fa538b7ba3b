/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_end.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TLS_RECORD_SIZE    16384
#define NOT_SENT_LOW_WATER 16384 /* bytes in the kernel beyond which epoll says "not writable" */
#define DEAD_PEER_LIMIT_MS 60000 /* unacknowledged for so long is gone */
#define KEEPALIVE_IDLE_S   30
#define KEEPALIVE_PERIOD_S 10
#define KEEPALIVE_PROBES   3

void
relay_end_init(RelayEnd *end)
{
  *end = (RelayEnd){.fd = -1};
}

void
relay_end_open(RelayEnd *end, int fd)
{
  end->fd = fd;
}

static void
set_option(int fd, int level, int name, int value)
{
  (void)setsockopt(fd, level, name, &value, sizeof value); /* an optimisation each; none decides */
}

void
relay_end_tune(RelayEnd *end)
{
  set_option(end->fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(end->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_LOW_WATER);
  set_option(end->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, DEAD_PEER_LIMIT_MS);
  set_option(end->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(end->fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
  set_option(end->fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_PERIOD_S);
  set_option(end->fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
}

void
relay_end_start_tls(RelayEnd *end, SSL_CTX *context, gboolean as_server)
{
  end->tls = SSL_new(context);
  SSL_set_fd(end->tls, end->fd);
  if (as_server)
    SSL_set_accept_state(end->tls);
  else
    SSL_set_connect_state(end->tls);
}

/* Whether @result of an SSL function is more than "again later". */
static gboolean
tls_failed(RelayEnd *end, int result)
{
  int reason = SSL_get_error(end->tls, result);
  return reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE;
}

RelayHandshake
relay_end_handshake(RelayEnd *end)
{
  ERR_clear_error();
  int result = SSL_do_handshake(end->tls);
  if (result == 1) {
    end->tls_is_up = TRUE;
    return RELAY_HANDSHAKE_DONE;
  }
  return tls_failed(end, result) ? RELAY_HANDSHAKE_FAILED : RELAY_HANDSHAKE_MORE;
}

/* Reads into @bytes. -1 for "nothing now"; else bytes, 0 with eof or failed set. */
static gssize
read_some(RelayEnd *end, guint8 *bytes, gsize size)
{
  if (end->tls == NULL) {
    gssize got = recv(end->fd, bytes, size, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return -1;
    end->eof = got == 0;
    end->failed = got < 0;
    return MAX(got, 0);
  }
  ERR_clear_error();
  int got = SSL_read(end->tls, bytes, (int)size);
  if (got > 0)
    return got;
  if (SSL_get_error(end->tls, got) == SSL_ERROR_ZERO_RETURN) {
    end->eof = TRUE;
    return 0;
  }
  if (!tls_failed(end, got))
    return -1;
  end->failed = TRUE;
  return 0;
}

static void
send_control(RelayEnd *end, guint8 opcode, const void *payload, gsize size)
{
  guint8 header[WEBSOCKET_MAX_HEADER];
  gsize header_size = websocket_write_header(opcode, size, header);
  if (end->ending || relay_buffer_space(&end->out) < header_size + size)
    return; /* a peer that reads nothing and pings gets no pongs */
  relay_buffer_append(&end->out, header, header_size);
  relay_buffer_append(&end->out, payload, size);
}

/* Decodes @raw into `in`, which has room for as much. */
static void
decode_frames(RelayEnd *end, guint8 *raw, gsize size)
{
  while (size > 0 && !end->eof && !end->failed) {
    WebsocketEvent event = websocket_decoder_next(&end->decoder, raw, size);
    if (event.kind == WEBSOCKET_DATA)
      relay_buffer_append(&end->in, event.data, event.size);
    else if (event.kind == WEBSOCKET_PING)
      send_control(end, WEBSOCKET_OPCODE_PONG, event.data, event.size);
    else if (event.kind == WEBSOCKET_CLOSE)
      end->eof = TRUE;
    else if (event.kind == WEBSOCKET_BAD)
      end->failed = TRUE;
    if (event.kind == WEBSOCKET_BAD) {
      relay_end_finish(end, event.close_code);
      relay_end_flush(end);
    }
    raw += event.used;
    size -= event.used;
  }
}

static gssize
fill_websocket(RelayEnd *end)
{
  guint8 raw[TLS_RECORD_SIZE];
  gssize got = read_some(end, raw, MIN(sizeof raw, relay_buffer_space(&end->in)));
  if (got > 0)
    decode_frames(end, raw, (gsize)got);
  return got;
}

gboolean
relay_end_fill(RelayEnd *end)
{
  gboolean changed = FALSE;
  while (end->fd >= 0 && !end->eof && !end->failed && relay_buffer_space(&end->in) > 0) {
    gssize got = 0;
    if (end->is_websocket) {
      got = fill_websocket(end);
    } else {
      guint8 *tail = relay_buffer_reserve(&end->in);
      got = read_some(end, tail, relay_buffer_space(&end->in));
      relay_buffer_commit(&end->in, (gsize)MAX(got, 0));
    }
    if (got < 0)
      break;
    changed = TRUE;
  }
  return changed;
}

void
relay_end_start_websocket(RelayEnd *end)
{
  gsize size = relay_buffer_size(&end->in);
  g_autofree guint8 *raw = g_memdup2(relay_buffer_head(&end->in), size);
  relay_buffer_clear(&end->in);
  websocket_decoder_init(&end->decoder);
  end->is_websocket = TRUE;
  decode_frames(end, raw, size);
}

void
relay_end_align(RelayEnd *end, gboolean mini_header)
{
  end->aligned = TRUE;
  end->record = (SpiceCursor){.mini = mini_header, .remaining = relay_buffer_size(&end->out)};
}

/* How much of `out` may go in one write; 0 to wait for more. */
static gsize
record_size(RelayEnd *end)
{
  gsize waiting = relay_buffer_size(&end->out);
  if (end->retry_size > 0)
    return end->retry_size;
  if (!end->aligned || end->ending)
    return MIN(waiting, TLS_RECORD_SIZE);
  SpiceMessageHeader header;
  if (end->record.remaining == 0) {
    SpiceParse parse =
        spice_cursor_parse_header(&end->record, relay_buffer_head(&end->out), waiting, &header);
    if (parse == SPICE_PARSE_MORE)
      return 0;
    if (parse == SPICE_PARSE_BAD) {
      end->aligned = FALSE;
      return MIN(waiting, TLS_RECORD_SIZE);
    }
    spice_cursor_enter(&end->record, &header);
  }
  return MIN(spice_cursor_limit(&end->record, waiting), TLS_RECORD_SIZE);
}

static gssize
write_some(RelayEnd *end, gsize size)
{
  if (end->tls == NULL) {
    gssize sent = send(end->fd, relay_buffer_head(&end->out), size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
      end->failed = TRUE;
    return sent;
  }
  ERR_clear_error();
  int sent = SSL_write(end->tls, relay_buffer_head(&end->out), (int)size);
  end->retry_size = sent > 0 ? 0 : size;
  if (sent <= 0 && tls_failed(end, sent))
    end->failed = TRUE;
  return sent > 0 ? sent : -1;
}

/* Once `out` is empty: the end of our direction. */
static gboolean
say_end(RelayEnd *end)
{
  if (!end->ending || end->ended || relay_buffer_size(&end->out) > 0)
    return FALSE;
  ERR_clear_error();
  if (end->tls != NULL)
    (void)SSL_shutdown(end->tls); /* the close_notify; it is not waited for when TCP cannot take it now */
  (void)shutdown(end->fd, SHUT_WR);
  end->ended = TRUE;
  return TRUE;
}

gboolean
relay_end_flush(RelayEnd *end)
{
  gboolean changed = FALSE;
  if (end->fd < 0 || (end->tls != NULL && !end->tls_is_up))
    return FALSE;
  while (relay_buffer_size(&end->out) > 0) {
    gsize size = record_size(end);
    gssize sent = size > 0 ? write_some(end, size) : -1;
    if (sent <= 0)
      return changed;
    if (end->aligned)
      spice_cursor_advance(&end->record, spice_cursor_limit(&end->record, (gsize)sent));
    relay_buffer_consume(&end->out, (gsize)sent);
    changed = TRUE;
  }
  return say_end(end) || changed;
}

gsize
relay_end_space(const RelayEnd *end)
{
  gsize space = end->ending || end->failed ? 0 : relay_buffer_space(&end->out);
  /* One frame's header, and room that a pong can use. */
  gsize reserve = end->is_websocket ? WEBSOCKET_MAX_HEADER + WEBSOCKET_MAX_HEADER + WEBSOCKET_MAX_CONTROL : 0;
  return space > reserve ? space - reserve : 0;
}

void
relay_end_send(RelayEnd *end, const void *bytes, gsize size)
{
  if (size == 0)
    return;
  if (end->is_websocket) {
    guint8 header[WEBSOCKET_MAX_HEADER];
    gsize header_size = websocket_write_header(WEBSOCKET_OPCODE_BINARY, size, header);
    relay_buffer_append(&end->out, header, header_size);
  }
  relay_buffer_append(&end->out, bytes, size);
}

void
relay_end_finish(RelayEnd *end, guint16 close_code)
{
  guint8 payload[2] = {(guint8)(close_code >> 8), (guint8)close_code};
  if (end->ending)
    return;
  if (end->is_websocket)
    send_control(end, WEBSOCKET_OPCODE_CLOSE, payload, sizeof payload);
  end->ending = TRUE;
}

void
relay_end_clear(RelayEnd *end)
{
  relay_buffer_clear(&end->in);
  relay_buffer_clear(&end->out);
  g_clear_pointer(&end->tls, SSL_free);
  if (end->fd >= 0)
    close(end->fd);
  relay_end_init(end);
}
