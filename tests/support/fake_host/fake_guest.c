/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake_host/fake_guest.h"

#include "common/wire/guest_message.h"
#include "host/hypervisor/fake_hypervisor.h"
#include "host/plan/domain_xml.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *faults;
  GHashTable *services; /* id -> GSocketService */
} FakeGuests;

typedef struct {
  FakeGuests *guests;
  char *id, *path; /* path NULL: the domain is gone */
} Change;

typedef struct {
  FakeGuests *guests;
  GSocketConnection *connection;
  GuestFrameReader *reader;
  guint8 buffer[4096];
} Talk;

static void
send(Talk *talk, const GuestMessage *message)
{
  g_autoptr(GBytes) frame = guest_message_to_frame(message, NULL);
  gsize size = 0;
  const void *bytes = g_bytes_get_data(frame, &size);
  (void)g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(talk->connection)), bytes, size,
                                  NULL, NULL, NULL);
}

static gboolean
has_fault(const FakeGuests *guests, const char *name)
{
  g_autofree char *path = g_build_filename(guests->faults, name, NULL);
  return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
say_all(Talk *talk)
{
  const GuestMessage all[] = {
      {.type = GUEST_MESSAGE_HELLO, .version = GUEST_PROTOCOL_VERSION, .agent_version = (char *)"fake"},
      {.type = GUEST_MESSAGE_SESSION, .user = (char *)"user"},
      {.type = GUEST_MESSAGE_IDLE, .idle_ms = 0},
      {.type = GUEST_MESSAGE_LOCKED, .is_locked = FALSE},
      {.type = GUEST_MESSAGE_READY},
  };
  for (guint i = 0; i < G_N_ELEMENTS(all); i++)
    if (all[i].type != GUEST_MESSAGE_READY || !has_fault(talk->guests, "not-ready"))
      send(talk, &all[i]);
}

static void
obey(Talk *talk, const GuestMessage *message)
{
  if (message->type == GUEST_MESSAGE_HELLO) {
    say_all(talk);
    return;
  }
  const GuestMessage result = {.type = GUEST_MESSAGE_RESULT, .request = message->request, .is_ok = TRUE};
  send(talk, &result);
  if (message->type == GUEST_MESSAGE_LOCK || message->type == GUEST_MESSAGE_UNLOCK) {
    const GuestMessage locked = {.type = GUEST_MESSAGE_LOCKED,
                                 .is_locked = message->type == GUEST_MESSAGE_LOCK};
    send(talk, &locked);
  } else if (message->type == GUEST_MESSAGE_LOGOFF) {
    const GuestMessage nobody = {.type = GUEST_MESSAGE_SESSION};
    send(talk, &nobody);
  }
}

static void
talk_free(Talk *talk)
{
  g_object_unref(talk->connection);
  guest_frame_reader_free(talk->reader);
  g_free(talk);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer data)
{
  Talk *talk = data;
  gssize count = g_input_stream_read_finish(G_INPUT_STREAM(source), result, NULL);
  if (count <= 0) {
    talk_free(talk);
    return;
  }
  guest_frame_reader_push(talk->reader, talk->buffer, (gsize)count);
  const char *body = NULL;
  gsize size = 0;
  while (guest_frame_reader_next(talk->reader, &body, &size) == GUEST_FRAME_DONE) {
    g_autoptr(GuestMessage) message = guest_message_parse(body, size, HOST_TO_GUEST, NULL);
    if (message != NULL)
      obey(talk, message);
  }
  g_input_stream_read_async(G_INPUT_STREAM(source), talk->buffer, sizeof talk->buffer, G_PRIORITY_DEFAULT,
                            NULL, on_read, talk);
}

static gboolean
on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  Talk *talk = g_new0(Talk, 1);
  talk->guests = data;
  talk->connection = g_object_ref(connection);
  talk->reader = guest_frame_reader_new();
  g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(connection)), talk->buffer,
                            sizeof talk->buffer, G_PRIORITY_DEFAULT, NULL, on_read, talk);
  return TRUE;
}

static void
open_service(FakeGuests *guests, const char *id, const char *path)
{
  GSocketService *service = g_socket_service_new();
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
  g_autoptr(GError) error = NULL;
  (void)g_unlink(path);
  if (!g_socket_listener_add_address(G_SOCKET_LISTENER(service), address, G_SOCKET_TYPE_STREAM,
                                     G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error))
    g_error("the fake guest cannot listen at %s: %s", path, error->message);
  g_signal_connect(service, "incoming", G_CALLBACK(on_incoming), guests);
  g_hash_table_replace(guests->services, g_strdup(id), service);
}

static gboolean
on_change(gpointer data)
{
  Change *change = data;
  if (change->path != NULL)
    open_service(change->guests, change->id, change->path);
  else
    g_hash_table_remove(change->guests->services, change->id);
  return G_SOURCE_REMOVE;
}

static void
change_free(gpointer data)
{
  Change *change = data;
  g_free(change->id);
  g_free(change->path);
  g_free(change);
}

/* The path of the channel whose port is ours: the last one before the port's name. */
static char *
guest_path(const char *xml)
{
  const char *name = strstr(xml, "name=\"" DOMAIN_GUEST_PORT "\"");
  const char *path = name != NULL ? g_strrstr_len(xml, name - xml, "path=\"") : NULL;
  if (path == NULL)
    return NULL;
  path += strlen("path=\"");
  return g_strndup(path, strcspn(path, "\""));
}

/* On a worker's thread. */
static void
on_domain(const char *id, const char *xml, gpointer data)
{
  Change *change = g_new0(Change, 1);
  change->guests = data;
  change->id = g_strdup(id);
  change->path = xml != NULL ? guest_path(xml) : NULL;
  g_idle_add_full(G_PRIORITY_DEFAULT, on_change, change, change_free);
}

static void
guests_free(gpointer data)
{
  FakeGuests *guests = data;
  g_hash_table_unref(guests->services);
  g_free(guests->faults);
  g_free(guests);
}

void
fake_guests_start(Hypervisor *hypervisor, const char *faults)
{
  FakeGuests *guests = g_new0(FakeGuests, 1);
  guests->faults = g_strdup(faults);
  guests->services = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
  fake_hypervisor_watch(hypervisor, on_domain, guests, guests_free);
}
