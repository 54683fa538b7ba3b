/* SPDX-License-Identifier: Apache-2.0 */
/* join_machine URL TOKEN NAME FOLDER: joins with common/api_client/join.h, then asks the broker for the grant
 * keys with what it got, and prints who it is. */
#include "common/api_client/broker_peer.h"
#include "common/api_client/join.h"
#include "common/base/error.h"

static gboolean
run(char **argv, GError **error)
{
  static const char *const ADDRESSES[] = {"127.0.0.1", NULL};
  JoinRequest request = {
      .token = argv[2], .broker_url = argv[1], .name = argv[3], .addresses = ADDRESSES, .folder = argv[4]};
  if (!join_run(&request, error))
    return FALSE;
  g_autoptr(Credentials) credentials = credentials_load(argv[4], error);
  if (credentials == NULL)
    return FALSE;
  g_autofree char *url = g_strconcat(credentials_broker_url(credentials), "/internal/grant-keys", NULL);
  g_autoptr(SoupMessage) message = soup_message_new("GET", url);
  broker_peer_prepare(message, credentials);
  g_autoptr(SoupSession) session = broker_peer_session_new(20);
  g_autoptr(GBytes) answer = soup_session_send_and_read(session, message, NULL, error);
  if (answer == NULL)
    return FALSE;
  g_autofree char *name = identity_text(credentials_identity(credentials));
  g_print("%s %u\n", name, soup_message_get_status(message));
  return soup_message_get_status(message) == 200;
}

int
main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  if (argc == 5 && run(argv, &error))
    return 0;
  g_printerr("%s: %s\n", error_stable_name(error), error != NULL ? error->message : "usage");
  return 1;
}
