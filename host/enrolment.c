/* SPDX-License-Identifier: Apache-2.0 */
#include "host/enrolment.h"

#include "common/api_client/broker_list.h"
#include "common/api_client/join.h"
#include "common/base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define MAX_PASSWD 4096

/* credentials_save() gives files to the owner of their folder, so the folder is all that has to be right. */
static gboolean
prepare_relay_folder(const HostSettings *settings, GError **error)
{
  const char *folder = settings->relay_state_directory;
  if (g_mkdir_with_parents(folder, 0700) != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "Cannot make the relay's folder %s: %s", folder,
                g_strerror(errno));
    return FALSE;
  }
  if (settings->relay_user == NULL || geteuid() != 0)
    return TRUE;
  struct passwd user;
  struct passwd *found = NULL;
  char buffer[MAX_PASSWD];
  if (getpwnam_r(settings->relay_user, &user, buffer, sizeof buffer, &found) != 0 || found == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "host.relay-user: there is no user “%s”.",
                settings->relay_user);
    return FALSE;
  }
  if (chown(folder, user.pw_uid, user.pw_gid) == 0)
    return TRUE;
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG, "Cannot give %s to %s: %s", folder,
              settings->relay_user, g_strerror(errno));
  return FALSE;
}

gboolean
enrolment_run(const HostSettings *settings, const char *token, GError **error)
{
  if (settings->broker_url == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFIG,
                "Joining needs --host-broker=https://HOST:PORT as well.");
    return FALSE;
  }
  g_autoptr(BrokerList) brokers = broker_list_new(settings->broker_url, error);
  if (brokers == NULL || !host_settings_check_relay(settings, broker_list_current(brokers), error) ||
      !host_settings_make_folders(settings, error) || !prepare_relay_folder(settings, error))
    return FALSE;
  const char *addresses[] = {settings->relay_address, NULL};
  const JoinRequest request = {
      .token = token,
      .broker_url = broker_list_current(brokers),
      .name = settings->name,
      .addresses = addresses,
      .folder = settings->state_directory,
      .relay_folder = settings->relay_state_directory,
      .relay_address = settings->relay_address,
      .relay_port = settings->relay_port,
  };
  return join_run(&request, error);
}
