/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/housekeeping.h"

#include "broker/policy/host_machine.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/hosts/host_admin.h"
#include "broker/service/hosts/host_state.h"
#include "broker/store/access_token_store.h"
#include "broker/store/certificate_store.h"
#include "broker/store/console_password_store.h"
#include "broker/store/creation_store.h"
#include "broker/store/desktop_store.h"
#include "broker/store/device_store.h"
#include "broker/store/device_token_store.h"
#include "broker/store/host_store.h"
#include "broker/store/idempotency_store.h"
#include "broker/store/join_token_store.h"
#include "broker/store/oidc_store.h"
#include "broker/store/session_store.h"
#include "broker/store/sign_in_store.h"

#define CREATIONS_MAX 10000 /* answers that are kept for repetitions */
#define DAY_US        (24 * 60 * 60 * SECOND_US)

/* Of an expired certificate is known for so long what became of it. */
#define CERTIFICATE_KEEP_US (90 * DAY_US)

/* An expired access token is shown as that for so long: its owner finds out why a program stopped. */
#define TOKEN_KEEP_US (7 * DAY_US)

/* An expired password is kept a while, so that its owner is told that it expired and not that there is none.
 */
#define PASSWORD_KEEP_US (60 * 60 * SECOND_US)

gboolean
housekeeping_give_up_hosts(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin_as_keeper(services, error);
  if (work == NULL)
    return FALSE;
  gint64 now_us = clock_boottime_us(services->clock);
  g_autoptr(GPtrArray) hosts = host_store_all(work->transaction, error);
  if (hosts == NULL)
    return FALSE;
  for (guint i = 0; i < hosts->len; i++) {
    Host *host = g_ptr_array_index(hosts, i);
    if (!host_admin_settle(work, host, error))
      return FALSE;
    if (host->state == HOST_SILENT &&
        host_silence_us(services->host_silence, host->name, host->term, now_us) >= HOST_GIVE_UP_US &&
        !host_state_step(work, host, HOST_EVENT_GIVE_UP, error))
      return FALSE;
  }
  return work_commit(work, error);
}

void
housekeeping_look_at_clock(Services *services)
{
  gint64 forward_us = clock_steps_look(&services->clock_steps, clock_wall_us(&services->time),
                                       clock_boottime_us(services->clock), DAY_US);
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&services->mutex);
  services->clock_forward_us = forward_us;
}

gint64
housekeeping_clock_forward_us(Services *services)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&services->mutex);
  return services->clock_forward_us;
}

/* What a request may be repeated by is kept for a day that has passed, not for one that a clock was set
 * forward. */
gboolean
housekeeping_delete_expired(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin_as_keeper(services, error);
  if (work == NULL)
    return FALSE;
  gint64 now_us = work->now_us;
  gint64 idle_since_us = now_us - sign_in_limits_longest_idle_us(&services->sign_in_limits);
  gint64 keys_us = now_us - DAY_US - services->clock_steps.forward_us;
  return sign_in_store_remove_expired(work->transaction, now_us, idle_since_us, error) &&
         device_token_store_remove_expired(work->transaction, now_us, error) &&
         access_token_store_remove_expired(work->transaction, now_us - TOKEN_KEEP_US, error) &&
         join_token_store_remove_expired(work->transaction, now_us, error) &&
         certificate_store_remove_expired(work->transaction, now_us - CERTIFICATE_KEEP_US, error) &&
         oidc_store_remove_expired(work->transaction, now_us, error) &&
         device_store_remove_expired(work->transaction, now_us, error) &&
         console_password_store_remove_expired(work->transaction, now_us - PASSWORD_KEEP_US, error) &&
         idempotency_store_remove_old(work->transaction, keys_us, error) &&
         creation_store_remove_old(work->transaction, keys_us, CREATIONS_MAX, error) &&
         session_store_remove_ended(work->transaction, now_us - 7 * DAY_US, error) &&
         work_commit(work, error);
}

static gboolean
recover_desktops(Work *work, GError **error)
{
  g_autoptr(GPtrArray) desktops = desktop_store_abandoned(work->transaction, error);
  if (desktops == NULL)
    return FALSE;
  for (guint i = 0; i < desktops->len; i++)
    if (!lifecycle_desktop(work, g_ptr_array_index(desktops, i), DESKTOP_EVENT_RETIRE,
                           CARAWAY_ERROR_SESSION_ENDED, "The desktop had an owner but no session.", error))
      return FALSE;
  return TRUE;
}

gboolean
housekeeping_recover(Services *services, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && recover_desktops(work, error) && work_commit(work, error);
}
