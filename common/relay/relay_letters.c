/* SPDX-License-Identifier: Apache-2.0 */
#include "common/relay/relay_letters.h"

#include <unistd.h>

typedef struct {
  RelayLetter letter;
  RelayRequest *request;
} AdmitLetter;

typedef struct {
  RelayLetter letter;
  guint64 connection;
  guint32 session_id;
} SessionLetter;

typedef struct {
  RelayLetter letter;
  RelayClosed closed;
  char *detail;
} ClosedLetter;

typedef struct {
  RelayLetter letter;
  int fd;
  char *address;
  guint16 port;
} StreamLetter;

static void
deliver_admit(RelayLetter *letter, gpointer user_data)
{
  const RelayShared *shared = user_data;
  shared->owner.admit(g_steal_pointer(&((AdmitLetter *)letter)->request), shared->owner_data);
}

static void
discard_admit(RelayLetter *letter)
{
  relay_request_unref(((AdmitLetter *)letter)->request);
  g_free(letter);
}

void
relay_letters_admit(RelayShared *shared, RelayRequest *request)
{
  AdmitLetter *letter = g_new0(AdmitLetter, 1);
  letter->letter = (RelayLetter){deliver_admit, discard_admit};
  letter->request = request;
  relay_mailbox_put(shared->mailbox, &letter->letter);
}

static void
deliver_session(RelayLetter *letter, gpointer user_data)
{
  const RelayShared *shared = user_data;
  const SessionLetter *session = (SessionLetter *)letter;
  if (shared->owner.session_known != NULL)
    shared->owner.session_known(session->connection, session->session_id, shared->owner_data);
}

static void
discard_session(RelayLetter *letter)
{
  g_free(letter);
}

void
relay_letters_session_known(RelayShared *shared, guint64 connection, guint32 session_id)
{
  SessionLetter *letter = g_new0(SessionLetter, 1);
  letter->letter = (RelayLetter){deliver_session, discard_session};
  letter->connection = connection;
  letter->session_id = session_id;
  relay_mailbox_put(shared->mailbox, &letter->letter);
}

static void
deliver_closed(RelayLetter *letter, gpointer user_data)
{
  const RelayShared *shared = user_data;
  shared->owner.closed(&((ClosedLetter *)letter)->closed, shared->owner_data);
}

static void
discard_closed(RelayLetter *letter)
{
  g_free(((ClosedLetter *)letter)->detail);
  g_free(letter);
}

void
relay_letters_closed(RelayShared *shared, const RelayClosed *closed)
{
  ClosedLetter *letter = g_new0(ClosedLetter, 1);
  letter->letter = (RelayLetter){deliver_closed, discard_closed};
  letter->closed = *closed;
  letter->detail = g_strdup(closed->detail);
  letter->closed.detail = letter->detail;
  relay_mailbox_put(shared->mailbox, &letter->letter);
}

static void
deliver_stream(RelayLetter *letter, gpointer user_data)
{
  const RelayShared *shared = user_data;
  StreamLetter *stream = (StreamLetter *)letter;
  shared->owner.stream(stream->fd, stream->address, stream->port, shared->owner_data);
  stream->fd = -1;
}

static void
discard_stream(RelayLetter *letter)
{
  StreamLetter *stream = (StreamLetter *)letter;
  if (stream->fd >= 0)
    close(stream->fd);
  g_free(stream->address);
  g_free(stream);
}

void
relay_letters_stream(RelayShared *shared, int fd, const char *address, guint16 port)
{
  StreamLetter *letter = g_new0(StreamLetter, 1);
  letter->letter = (RelayLetter){deliver_stream, discard_stream};
  letter->fd = fd;
  letter->address = g_strdup(address);
  letter->port = port;
  relay_mailbox_put(shared->mailbox, &letter->letter);
}
