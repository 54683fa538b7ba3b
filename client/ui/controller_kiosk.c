/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ui/controller_kiosk.h"

#include <glib/gi18n.h>

#include "client/ui/controller_factor.h"
#include "client/ui/controller_list.h"
#include "client/ui/device_file.h"
#include "client/ui/kiosk_page.h"
#include "common/api_client/api_device.h"
#include "common/base/error.h"

#define ASK_PAUSE_S     3
#define RETRY_PAUSE_S   5
#define FAILURES_MAX    12 /* as long as the pause grows */
#define NO_POOL_PAUSE_S 30

struct Kiosk {
  DeviceFile *file;
  KioskPage *page;
  char *waiting_id; /* of the request that waits; nullable */
  char *nonce;      /* to sign in with; nullable */
  guint failures;   /* in a row */
  guint timer;
};

static void begin(Controller *controller);

static void
set_timer(Controller *controller, guint pause_s, GSourceFunc then)
{
  g_clear_handle_id(&controller->kiosk->timer, g_source_remove);
  controller->kiosk->timer = g_timeout_add_seconds(pause_s, then, controller);
}

static gboolean
on_begin_due(gpointer user_data)
{
  Controller *controller = user_data;
  controller->kiosk->timer = 0;
  begin(controller);
  return G_SOURCE_REMOVE;
}

/* Sooner at first: servers start, too. */
static void
begin_later(Controller *controller)
{
  guint failures = MIN(controller->kiosk->failures, FAILURES_MAX);
  set_timer(controller, RETRY_PAUSE_S * MAX(failures, 1), on_begin_due);
}

static void
fail(Controller *controller, const GError *error)
{
  controller->kiosk->failures++;
  client_window_show_error(controller->window, error);
  begin_later(controller);
}

static char *
sign(const Kiosk *kiosk, DeviceProofPurpose purpose, const char *installation, const char *subject,
     const char *nonce)
{
  const DeviceProof proof = {purpose, installation, subject, nonce};
  return device_key_sign(kiosk->file->key, &proof);
}

/* Joining */

/* The code is ours, made from our key: what the server says it is would be another's, were it a liar. */
static void
show_code(Kiosk *kiosk, const char *installation)
{
  g_autofree char *public_key = device_key_public(kiosk->file->key);
  g_autofree char *code = device_proof_code(public_key, installation);
  g_autofree char *fingerprint = device_proof_fingerprint(public_key);
  kiosk_page_set_code(kiosk->page, code, fingerprint);
  kiosk_page_set_text(kiosk->page, _("Tell your administrator this code. The desktop opens by itself as soon "
                                     "as they have let this device in."));
}

static void
set_joined(Controller *controller)
{
  Kiosk *kiosk = controller->kiosk;
  g_autofree char *id = g_steal_pointer(&kiosk->waiting_id);
  g_autoptr(GError) error = NULL;
  api_client_set_token(controller->client, NULL);
  kiosk_page_set_code(kiosk->page, NULL, NULL);
  if (device_file_set_joined(kiosk->file, kiosk->file->installation, id, &error))
    begin(controller);
  else
    fail(controller, error);
}

static gboolean on_ask_due(gpointer user_data);

static void
take_state(Controller *controller, const ApiDeviceEnrolment *enrolment)
{
  if (g_str_equal(enrolment->state, API_DEVICE_APPROVED)) {
    set_joined(controller);
    return;
  }
  if (g_str_equal(enrolment->state, API_DEVICE_REJECTED))
    kiosk_page_set_text(controller->kiosk->page, _("An administrator turned this device away."));
  set_timer(controller, ASK_PAUSE_S, on_ask_due);
}

static void
on_state(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  g_autoptr(ApiDeviceEnrolment) enrolment =
      answer != NULL ? api_device_enrolment_from_answer(answer, &error) : NULL;
  client_window_show_error(controller->window, NULL);
  if (enrolment != NULL)
    take_state(controller, enrolment);
  else if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND))
    begin(controller); /* it waited too long, and asks again */
  else
    fail(controller, error);
}

static gboolean
on_ask_due(gpointer user_data)
{
  Controller *controller = user_data;
  controller->kiosk->timer = 0;
  controller_call(controller, api_device_enrolment_request(controller->kiosk->waiting_id), on_state);
  return G_SOURCE_REMOVE;
}

static void
on_enrolled(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  Kiosk *kiosk = controller->kiosk;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  g_autoptr(ApiDeviceEnrolment) enrolment =
      answer != NULL ? api_device_enrolment_from_answer(answer, &error) : NULL;
  if (enrolment == NULL) {
    fail(controller, error);
    return;
  }
  kiosk->failures = 0;
  g_free(kiosk->waiting_id);
  kiosk->waiting_id = g_strdup(enrolment->id);
  api_client_set_token(controller->client, enrolment->secret);
  client_window_show_error(controller->window, NULL);
  show_code(kiosk, kiosk->file->installation);
  take_state(controller, enrolment);
}

static void
join(Controller *controller, const ApiDeviceChallenge *challenge)
{
  Kiosk *kiosk = controller->kiosk;
  g_autofree char *public_key = device_key_public(kiosk->file->key);
  g_autofree char *signature =
      sign(kiosk, DEVICE_PROOF_ENROL, challenge->installation, public_key, challenge->nonce);
  controller_call(controller, api_device_enrol_request(public_key, challenge->nonce, signature), on_enrolled);
}

/* Signing in */

/* What it once joined it stays with: it signs nothing for another installation. */
static gboolean
check_installation(Kiosk *kiosk, const ApiDeviceChallenge *challenge, GError **error)
{
  if (kiosk->file->installation == NULL)
    return device_file_set_joined(kiosk->file, challenge->installation, NULL, error);
  if (g_str_equal(kiosk->file->installation, challenge->installation))
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                      _("This device belongs to another installation than this server."));
  return FALSE;
}

static void
on_challenge(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  Kiosk *kiosk = controller->kiosk;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  g_autoptr(ApiDeviceChallenge) challenge =
      answer != NULL ? api_device_challenge_from_answer(answer, &error) : NULL;
  if (challenge == NULL || !check_installation(kiosk, challenge, &error)) {
    fail(controller, error);
    return;
  }
  if (kiosk->file->id == NULL) {
    join(controller, challenge);
    return;
  }
  g_free(kiosk->nonce);
  kiosk->nonce = g_strdup(challenge->nonce);
  controller_handle(controller, CLIENT_EVENT_CREDENTIALS, NULL);
}

static void
begin(Controller *controller)
{
  api_client_set_token(controller->client, NULL);
  controller_call(controller, api_device_challenge_request(), on_challenge);
}

ApiRequest *
controller_kiosk_sign_in_request(Controller *controller)
{
  Kiosk *kiosk = controller->kiosk;
  g_autofree char *signature =
      sign(kiosk, DEVICE_PROOF_SIGN_IN, kiosk->file->installation, kiosk->file->id, kiosk->nonce);
  return api_device_sign_in_request(kiosk->file->id, kiosk->nonce, signature);
}

/* A device that was deleted joins again as if it were new; one that is known after all is told so at once. */
void
controller_kiosk_note_sign_in(Controller *controller, const GError *error)
{
  Kiosk *kiosk = controller->kiosk;
  g_autoptr(GError) problem = NULL;
  kiosk->failures = error == NULL ? 0 : kiosk->failures + 1;
  if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_DEVICE_REFUSED) &&
      !device_file_set_joined(kiosk->file, kiosk->file->installation, NULL, &problem))
    client_window_show_error(controller->window, problem);
}

/* The desktop */

static gboolean on_desktop_due(gpointer user_data);

static void
on_own_device(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autofree char *pool = NULL;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled || controller->state != CLIENT_STATE_DESKTOPS)
    return;
  gboolean is_known = answer != NULL && api_device_pool_from_answer(answer, &pool, &error);
  if (!is_known && controller_handle_sign_in(controller, error))
    return;
  set_timer(controller, is_known && pool == NULL ? NO_POOL_PAUSE_S : RETRY_PAUSE_S, on_desktop_due);
  if (pool == NULL)
    return; /* what its account may open is in the list */
  g_free(controller->pool_wanted);
  controller->pool_wanted = g_steal_pointer(&pool);
  controller_list(controller);
}

static gboolean
on_desktop_due(gpointer user_data)
{
  Controller *controller = user_data;
  controller->kiosk->timer = 0;
  controller_call(controller, api_device_own_request(), on_own_device);
  return G_SOURCE_REMOVE;
}

/* The states */

static gboolean
on_server_due(gpointer user_data)
{
  Controller *controller = user_data;
  controller->kiosk->timer = 0;
  controller_handle(controller, CLIENT_EVENT_SERVER_CHOSEN, NULL);
  return G_SOURCE_REMOVE;
}

/* That a sign-in has ended is no news where the next begins by itself. */
static void
begin_or_wait(Controller *controller)
{
  Kiosk *kiosk = controller->kiosk;
  if (kiosk->failures > 0) {
    kiosk_page_set_text(kiosk->page, _("It tries again by itself."));
    begin_later(controller);
    return;
  }
  kiosk_page_set_text(kiosk->page, _("Looking for the server…"));
  client_window_show_error(controller->window, NULL);
  begin(controller);
}

void
controller_kiosk_enter(Controller *controller, ClientState before)
{
  Kiosk *kiosk = controller->kiosk;
  g_clear_handle_id(&kiosk->timer, g_source_remove);
  if (controller->state == CLIENT_STATE_SERVER && before != CLIENT_STATE_LAST) {
    set_timer(controller, RETRY_PAUSE_S, on_server_due);
  } else if (controller->state == CLIENT_STATE_SIGN_IN) {
    begin_or_wait(controller);
  } else if (controller->state == CLIENT_STATE_DESKTOPS) {
    set_timer(controller, before == CLIENT_STATE_SIGNING_IN ? 0 : RETRY_PAUSE_S, on_desktop_due);
  }
}

gboolean
controller_kiosk_is_shown(const Controller *controller)
{
  return controller->kiosk != NULL &&
         (controller->state == CLIENT_STATE_SERVER || controller->state == CLIENT_STATE_CHECKING ||
          controller->state == CLIENT_STATE_SIGN_IN || controller->state == CLIENT_STATE_SIGNING_IN);
}

gboolean
controller_kiosk_make(Controller *controller, GError **error)
{
  g_autoptr(DeviceFile) file = device_file_load(error);
  if (file == NULL)
    return FALSE;
  controller->kiosk = g_new0(Kiosk, 1);
  controller->kiosk->file = g_steal_pointer(&file);
  controller->kiosk->page = kiosk_page_new();
  controller->take_over = TRUE; /* where its desktop is open an earlier run of it is */
  kiosk_page_set_text(controller->kiosk->page, _("Looking for the server…"));
  client_window_add_page(controller->window, "kiosk", kiosk_page_widget(controller->kiosk->page));
  return TRUE;
}

void
kiosk_free(Kiosk *kiosk)
{
  if (kiosk == NULL)
    return;
  g_clear_handle_id(&kiosk->timer, g_source_remove);
  device_file_free(kiosk->file);
  g_free(kiosk->waiting_id);
  g_free(kiosk->nonce);
  g_free(kiosk);
}
