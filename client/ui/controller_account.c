/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "client/model/server_address.h"
#include "client/ui/book_file.h"
#include "client/ui/controller_factor.h"
#include "client/ui/controller_kiosk.h"
#include "client/ui/controller_private.h"
#include "common/api_client/api_account.h"
#include "common/api_client/api_factor.h"
#include "common/api_client/api_sign_in.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/secret.h"

/* The server */

static gboolean
on_doubtful_certificate(const ApiCertificate *certificate, gpointer user_data)
{
  Controller *controller = user_data;
  const ServerEntry *entry = server_book_find(controller->book, controller->address);
  doubtful_certificate_clear(&controller->doubtful);
  controller->doubtful.fingerprint = g_strdup(certificate->fingerprint);
  controller->doubtful.subject = g_strdup(certificate->subject);
  controller->doubtful.issuer = g_strdup(certificate->issuer);
  controller->doubtful.problem = g_strdup(certificate->problem);
  controller->doubtful.is_changed = entry != NULL && entry->pin != NULL;
  return FALSE;
}

static gboolean
set_trust(Controller *controller, const char *pin, GError **error)
{
  g_clear_pointer(&controller->trust, peer_trust_unref);
  controller->trust = peer_trust_new_server(controller->options->ca_file, pin, error);
  if (controller->trust == NULL ||
      !api_client_set_ca_file(controller->client, controller->options->ca_file, error))
    return FALSE;
  return pin == NULL || api_client_set_pin(controller->client, pin, error);
}

gboolean
controller_choose_server(Controller *controller, const char *text, GError **error)
{
  g_autofree char *address = server_address_normalize(text, error);
  g_autoptr(ApiClient) client = address != NULL ? api_client_new(address, error) : NULL;
  if (client == NULL)
    return FALSE;
  const ServerEntry *entry = server_book_find(controller->book, address);
  g_set_object(&controller->client, client);
  g_free(controller->address);
  controller->address = g_steal_pointer(&address);
  if (!set_trust(controller, entry != NULL ? entry->pin : NULL, error))
    return FALSE;
  api_client_set_certificate_decision(controller->client, on_doubtful_certificate, controller);
  const char *user = controller->options->user != NULL ? controller->options->user
                     : entry != NULL                   ? entry->user
                                                       : NULL;
  sign_in_page_set(controller->sign_in_page, api_client_get_host(controller->client), user);
  return TRUE;
}

static void
remember_server(Controller *controller)
{
  server_book_touch(controller->book, controller->address);
  if (controller->doubtful.fingerprint != NULL)
    server_book_set_pin(controller->book, controller->address, controller->doubtful.fingerprint);
  book_file_save(controller->book);
  server_page_set_book(controller->server_page, controller->book);
}

static void
on_trust_answered(gboolean is_yes, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  if (is_yes && set_trust(controller, controller->doubtful.fingerprint, &error)) {
    controller_check_server(controller);
    return;
  }
  if (error == NULL)
    error = g_error_new(CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED, _("You did not trust the certificate of %s."),
                        api_client_get_host(controller->client));
  doubtful_certificate_clear(&controller->doubtful);
  controller_handle(controller, CLIENT_EVENT_SERVER_FAILED, error);
}

static void
on_checked(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  /* "Not signed in" is exactly what a Caraway server says to a stranger. */
  if (answer != NULL || g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_UNAUTHENTICATED)) {
    remember_server(controller);
    doubtful_certificate_clear(&controller->doubtful);
    controller_handle(controller, CLIENT_EVENT_SERVER_TRUSTED, NULL);
    controller_ask_methods(controller);
  } else if (g_error_matches(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED) &&
             controller->doubtful.fingerprint != NULL && controller->kiosk == NULL) { /* nobody to be asked */
    questions_ask_trust(client_window_gtk(controller->window), api_client_get_host(controller->client),
                        &controller->doubtful, on_trust_answered, controller);
  } else {
    controller_handle(controller, CLIENT_EVENT_SERVER_FAILED, error);
  }
}

void
controller_check_server(Controller *controller)
{
  controller_call(controller, api_account_me_request(), on_checked);
}

/* The person */

/* A kiosk goes on to where it is refused and says why. */
static ClientEvent
event_of(const Controller *controller, const ApiAccount *account)
{
  if (controller->kiosk != NULL)
    return CLIENT_EVENT_SIGNED_IN;
  if (g_str_equal(account->second_factor, API_FACTOR_CODE_REQUIRED))
    return CLIENT_EVENT_FACTOR_REQUIRED;
  if (g_str_equal(account->second_factor, API_FACTOR_ENROLMENT_REQUIRED))
    return CLIENT_EVENT_FACTOR_MISSING;
  return account->password_change_required ? CLIENT_EVENT_PASSWORD_REQUIRED : CLIENT_EVENT_SIGNED_IN;
}

static gboolean
take_login(Controller *controller, const ApiAnswer *answer, ClientEvent *ret_event, GError **error)
{
  char *token = api_account_token_from_login(answer, error);
  if (token == NULL)
    return FALSE;
  api_client_set_token(controller->client, token);
  secret_free(token);
  g_autoptr(ApiAccount) account = api_account_from_login(answer, error);
  if (account == NULL)
    return FALSE;
  *ret_event = event_of(controller, account);
  desktops_page_set_person(controller->desktops_page,
                           *account->full_name != '\0' ? account->full_name : account->name);
  return TRUE;
}

void
controller_take_sign_in(Controller *controller, const ApiAnswer *answer, const GError *error)
{
  ClientEvent event = CLIENT_EVENT_SIGN_IN_FAILED;
  g_autoptr(GError) problem = error != NULL ? g_error_copy(error) : NULL;
  if (answer == NULL || !take_login(controller, answer, &event, &problem)) {
    if (!controller_handle_sign_in(controller, problem))
      controller_handle(controller, CLIENT_EVENT_SIGN_IN_FAILED, problem);
    return;
  }
  if (controller->user != NULL)
    server_book_set_user(controller->book, controller->address, controller->user);
  book_file_save(controller->book);
  if (event == CLIENT_EVENT_SIGNED_IN)
    g_clear_pointer(&controller->password, secret_free);
  controller_handle(controller, event, NULL);
}

static void
on_signed_in(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  if (controller->kiosk != NULL)
    controller_kiosk_note_sign_in(controller, error);
  controller_take_sign_in(controller, answer, error);
}

void
controller_sign_in(Controller *controller)
{
  ApiRequest *request =
      controller->kiosk != NULL ? controller_kiosk_sign_in_request(controller)
      : controller->by_browser.code != NULL
          ? api_sign_in_redeem_request(controller->by_browser.code, controller->by_browser.verifier)
          : api_account_login_request(controller->user, controller->password);
  g_clear_pointer(&controller->by_browser.code, secret_free);
  g_clear_pointer(&controller->by_browser.verifier, secret_free);
  controller_call(controller, request, on_signed_in);
}

static void
on_password_changed(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Controller *controller = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_cancelled = FALSE;
  g_autoptr(ApiAnswer) answer = controller_answer(source, result, &is_cancelled, &error);
  if (is_cancelled)
    return;
  if (answer == NULL) {
    controller_handle_failure(controller, CLIENT_EVENT_PASSWORD_REFUSED, error);
    return;
  }
  g_clear_pointer(&controller->password, secret_free);
  controller_handle(controller, CLIENT_EVENT_PASSWORD_CHANGED, NULL);
}

void
controller_change_password(Controller *controller, const char *new_password)
{
  controller_call(controller, api_account_password_request(controller->password, new_password),
                  on_password_changed);
}

static void
on_signed_out(GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* Nothing depends on it: the token is forgotten here and expires there. */
  g_autoptr(GError) error = NULL;
  g_autoptr(ApiAnswer) answer = api_client_call_finish(API_CLIENT(source), result, &error);
  if (answer == NULL)
    log_info("signing out: %s", error->message);
}

void
controller_sign_out(Controller *controller, gboolean tell_server)
{
  if (tell_server && api_client_get_token(controller->client) != NULL) {
    g_autoptr(ApiRequest) request = api_account_logout_request();
    api_client_call_async(controller->client, request, NULL, on_signed_out, NULL);
  }
  api_client_set_token(controller->client, NULL);
  desktops_page_clear(controller->desktops_page); /* it is somebody else's next time */
  g_clear_pointer(&controller->password, secret_free);
}
