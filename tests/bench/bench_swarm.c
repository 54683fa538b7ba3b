/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many hosts in one process: each dials the broker with a certificate of its own, says hello with its share
 * of the desktops and the consoles on them, beats, and does at once whatever it is told. Prints "ready" once
 * all are welcomed, and one line of JSON when its standard input ends.
 */
#include "broker/hostlink/authority.h"
#include "common/api_client/broker_peer.h"
#include "common/base/error.h"
#include "common/base/secret.h"
#include "tests/bench/bench_world.h"

#include <glib/gprintf.h>
#include <unistd.h>

#define AT_ONCE   8
#define REDIAL_MS 200
#define REPORTS_S 10 /* as often as a guest tells how long nobody moved */

typedef struct {
  const char *url;
  const char *state;
  const char *installation;
  const char *folder;
  BenchWorld world;
  GPtrArray *machines; /* of Machine, those that were welcomed */
  Authority *authority;
  char *key;
  GMainLoop *loop;
  guint next; /* host to dial */
  guint welcomed, closed;
  guint64 beats, commands, reports;
} Swarm;

typedef struct {
  Swarm *swarm;
  guint number;
  Credentials *credentials;
  SoupSession *session;
  SoupWebsocketConnection *socket;
  guint next_report;
} Machine;

static gboolean on_redial(gpointer data);
static void dial_next(Swarm *swarm);

static void
send(Machine *machine, const HostMessage *message)
{
  g_autofree char *text = host_message_build(message);
  if (soup_websocket_connection_get_state(machine->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text(machine->socket, text);
}

static const HostCapacity capacity = {
    .cpus = 64, .memory_mib = 524288, .memory_free_mib = 393216, .disk_free_mib = 1000000};

static gboolean
on_beat(gpointer data)
{
  Machine *machine = data;
  HostMessage message = {.type = HOST_MESSAGE_HEARTBEAT, .heartbeat = {.capacity = capacity}};
  machine->swarm->beats++;
  send(machine, &message);
  return G_SOURCE_CONTINUE;
}

/* A user who has not moved for a while. */
static gboolean
on_report(gpointer data)
{
  Machine *machine = data;
  const BenchWorld *world = &machine->swarm->world;
  guint number = machine->number + machine->next_report++ * world->hosts;
  if (number >= world->desktops) {
    machine->next_report = 0;
    return G_SOURCE_CONTINUE;
  }
  HostMessage message = {.type = HOST_MESSAGE_DESKTOP, .desktop = bench_world_report(number)};
  message.desktop.guest.idle_ms = 10000;
  machine->swarm->reports++;
  send(machine, &message);
  g_free((char *)message.desktop.id);
  return G_SOURCE_CONTINUE;
}

static void
start_reports(gpointer data, gpointer swarm)
{
  const BenchWorld *world = &((Swarm *)swarm)->world;
  guint desktops = MAX(world->desktops / world->hosts, 1);
  g_timeout_add(MAX(REPORTS_S * 1000 / desktops, 1), on_report, data);
}

static void
on_welcome(Machine *machine, const HostWelcome *welcome)
{
  dial_next(machine->swarm);
  g_timeout_add((guint)welcome->heartbeat_ms, on_beat, machine);
  g_ptr_array_add(machine->swarm->machines, machine);
  if (++machine->swarm->welcomed == machine->swarm->world.hosts) {
    g_printf("ready\n");
    fflush(stdout);
  }
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *bytes, gpointer data)
{
  Machine *machine = data;
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  g_autoptr(GError) error = NULL;
  g_autoptr(HostMessage) message = host_message_parse(text, size, &error);
  if (message == NULL) {
    g_printerr("%s\n", error->message);
    return;
  }
  if (message->type == HOST_MESSAGE_WELCOME)
    on_welcome(machine, &message->welcome);
  if (message->type != HOST_MESSAGE_COMMAND)
    return;
  HostMessage result = {.type = HOST_MESSAGE_RESULT, .result = {.command = message->command.id, .ok = TRUE}};
  machine->swarm->commands++;
  send(machine, &result);
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer data)
{
  Machine *machine = data;
  machine->swarm->closed++;
  g_printerr("The link of host %u was closed.\n", machine->number);
}

static void
say_hello(Machine *machine)
{
  const BenchWorld *world = &machine->swarm->world;
  g_autofree char *name = bench_world_host(machine->number);
  g_autoptr(GArray) desktops = g_array_new(FALSE, TRUE, sizeof(HostDesktop));
  g_autoptr(GArray) consoles = g_array_new(FALSE, TRUE, sizeof(HostConsole));
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  for (guint number = machine->number; number < world->desktops; number += world->hosts) {
    const HostDesktop desktop = bench_world_report(number);
    g_ptr_array_add(texts, (char *)desktop.id);
    g_array_append_val(desktops, desktop);
    const HostConsole console = {.session = number < world->sessions ? bench_world_session(number) : NULL,
                                 .desktop = desktop.id,
                                 .client = "198.51.100.7",
                                 .viewer = "native"};
    g_ptr_array_add(texts, (char *)console.session);
    if (console.session != NULL)
      g_array_append_val(consoles, console);
  }
  HostImage image = {.name = "debian12", .hash = "abc", .size_mib = 900, .state = HOST_IMAGE_PRESENT};
  HostMessage message = {.type = HOST_MESSAGE_HELLO};
  message.hello = (HostHello){.versions = G_GUINT64_CONSTANT(1) << HOST_MESSAGE_VERSION,
                              .host = name,
                              .boot_id = "boot",
                              .agent_version = "0.1.0",
                              .accelerator = HOST_ACCELERATOR_KVM,
                              .accelerator_reason = "a guest booted",
                              .capacity = capacity,
                              .relay = {.address = "192.0.2.10", .port = 8444},
                              .images = &image,
                              .image_count = 1,
                              .desktops = (HostDesktop *)(gpointer)desktops->data,
                              .desktop_count = desktops->len,
                              .consoles = (HostConsole *)(gpointer)consoles->data,
                              .console_count = consoles->len};
  send(machine, &message);
}

static void
on_dialled(GObject *source, GAsyncResult *result, gpointer data)
{
  Machine *machine = data;
  g_autoptr(GError) error = NULL;
  machine->socket = soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error);
  if (machine->socket == NULL) { /* as a host does: again, a little later */
    g_timeout_add(REDIAL_MS, on_redial, machine);
    return;
  }
  soup_websocket_connection_set_max_incoming_payload_size(machine->socket, HOST_MESSAGE_MAX_SIZE);
  g_signal_connect(machine->socket, "message", G_CALLBACK(on_message), machine);
  g_signal_connect(machine->socket, "closed", G_CALLBACK(on_closed), machine);
  say_hello(machine);
}

static Credentials *
make_credentials(Swarm *swarm, const char *name, GError **error)
{
  g_autoptr(Identity) identity = identity_new(swarm->installation, IDENTITY_HOST, name);
  g_autofree char *request = credentials_make_request(swarm->key, name, error);
  g_autofree char *certificate =
      request != NULL ? authority_sign(swarm->authority, request, identity, NULL, error) : NULL;
  g_autofree char *folder = g_build_filename(swarm->folder, name, NULL);
  const CredentialFiles files = {
      .ca = authority_ca_pem(swarm->authority), .certificate = certificate, .key = swarm->key};
  return certificate != NULL && credentials_save(folder, &files, error) ? credentials_load(folder, error)
                                                                        : NULL;
}

static void
dial(Machine *machine)
{
  g_autofree char *url = g_strconcat(machine->swarm->url, "/internal/hostlink", NULL);
  g_autoptr(SoupMessage) message = soup_message_new("GET", url);
  char *protocols[] = {(char *)HOST_MESSAGE_SUBPROTOCOL, NULL};
  broker_peer_prepare(message, machine->credentials);
  soup_session_websocket_connect_async(machine->session, message, NULL, protocols, G_PRIORITY_DEFAULT, NULL,
                                       on_dialled, machine);
}

static gboolean
on_redial(gpointer data)
{
  dial(data);
  return G_SOURCE_REMOVE;
}

/* A few at a time: hosts come back with jitter, too. */
static void
dial_next(Swarm *swarm)
{
  g_autoptr(GError) error = NULL;
  if (swarm->next == swarm->world.hosts)
    return;
  Machine *machine = g_new0(Machine, 1);
  machine->swarm = swarm;
  machine->number = swarm->next++;
  g_autofree char *name = bench_world_host(machine->number);
  machine->credentials = make_credentials(swarm, name, &error);
  if (machine->credentials == NULL)
    g_error("%s has no certificate: %s", name, error->message);
  machine->session = broker_peer_session_new(60);
  dial(machine);
}

static gboolean
on_input(GIOChannel *channel, GIOCondition condition, gpointer data)
{
  char byte;
  Swarm *swarm = data;
  if (read(STDIN_FILENO, &byte, 1) > 0) {
    g_ptr_array_foreach(swarm->machines, start_reports, swarm);
    return G_SOURCE_CONTINUE;
  }
  g_main_loop_quit(swarm->loop);
  return G_SOURCE_REMOVE;
}

static void
watch_input(Swarm *swarm)
{
  GIOChannel *channel = g_io_channel_unix_new(STDIN_FILENO);
  g_io_add_watch(channel, G_IO_IN | G_IO_HUP, on_input, swarm);
  g_io_channel_unref(channel);
}

static int
run(Swarm *swarm, GError **error)
{
  swarm->authority = authority_open(swarm->state, swarm->installation, error);
  if (swarm->authority == NULL)
    return EXIT_FAILURE;
  swarm->key = credentials_make_key();
  for (guint i = 0; i < AT_ONCE; i++)
    dial_next(swarm);
  swarm->loop = g_main_loop_new(NULL, FALSE);
  watch_input(swarm);
  g_main_loop_run(swarm->loop);
  g_printf("{\"welcomed\": %u, \"closed\": %u, \"beats\": %" G_GUINT64_FORMAT
           ", \"reports\": %" G_GUINT64_FORMAT ", \"commands\": %" G_GUINT64_FORMAT "}\n",
           swarm->welcomed, swarm->closed, swarm->beats, swarm->reports, swarm->commands);
  return EXIT_SUCCESS; /* the links and their sessions go with the process */
}

int
main(int argc, char **argv)
{
  gint hosts = 1, desktops = 40, sessions = 0;
  const GOptionEntry entries[] = {
      {"hosts", 0, 0, G_OPTION_ARG_INT, &hosts, "So many hosts", "N"},
      {"desktops", 0, 0, G_OPTION_ARG_INT, &desktops, "So many desktops on all of them", "N"},
      {"sessions", 0, 0, G_OPTION_ARG_INT, &sessions, "So many of them with a console open", "N"},
      {0},
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(GOptionContext) context = g_option_context_new("URL STATE INSTALLATION FOLDER");
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 5) {
    g_printerr("%s\n", error != NULL ? error->message : "Name the broker and its state folder.");
    return 2;
  }
  Swarm swarm = {.url = argv[1],
                 .state = argv[2],
                 .installation = argv[3],
                 .folder = argv[4],
                 .machines = g_ptr_array_new(),
                 .world = {.hosts = (guint)hosts, .desktops = (guint)desktops, .sessions = (guint)sessions}};
  int status = run(&swarm, &error);
  if (error != NULL)
    g_printerr("%s\n", error->message);
  return status;
}
