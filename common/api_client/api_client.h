/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection to one Caraway server's REST interface, for the desktop client and the command line:
 * address, trust, token, and one way to carry an ApiRequest there and its ApiAnswer back. Owns the HTTP
 * session; what requests mean is in api_account.h and api_session.h.
 *
 * Threads: an ApiClient belongs to the thread that made it. The _async call completes on the thread-default
 * main context it was started from; the waiting call blocks and is for programs without a main loop. Do not
 * mix both on one client. A call in flight keeps the client alive. All errors are of CARAWAY_ERROR, but for
 * G_IO_ERROR_CANCELLED. Only https is spoken and no redirect is followed, so the token goes nowhere else.
 */
#pragma once

#include "common/api_client/api_request.h"
#include "common/api_client/api_trust.h"

#include <libsoup/soup.h>

#define API_TYPE_CLIENT (api_client_get_type())
G_DECLARE_FINAL_TYPE(ApiClient, api_client, API, CLIENT, GObject)

/**
 * A client of the server at @address: "desktops.example", "desktops.example:8443" or "https://…" of the same.
 * Fails with CARAWAY_ERROR_INVALID for anything else (transfer full).
 */
ApiClient *api_client_new(const char *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The server as "https://host:port" without a slash at the end (transfer none). */
const char *api_client_get_url(ApiClient *client);

/** The name or address of the server, without brackets (transfer none). */
const char *api_client_get_host(ApiClient *client);

/** The port of the server. */
guint16 api_client_get_port(ApiClient *client);

/**
 * Trusts the authorities in the PEM file @path (nullable: the system's) and only them. A pinned certificate
 * is forgotten. Fails with CARAWAY_ERROR_CONFIG when the file is no PEM file with certificates.
 */
gboolean api_client_set_ca_file(ApiClient *client, const char *path,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Trusts only the certificate with @fingerprint (SHA-256, see api_trust.h); CARAWAY_ERROR_INVALID if it is
 * none. */
gboolean api_client_set_pin(ApiClient *client, const char *fingerprint,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Asks @decide (nullable) with @user_data about every certificate that is not trusted; without it the answer
 * is no. To ask a person, remember the certificate and say no, let the call fail with
 * CARAWAY_ERROR_UNTRUSTED, ask, then api_client_set_pin() and call again.
 */
void api_client_set_certificate_decision(ApiClient *client, ApiCertificateDecision decide,
                                         gpointer user_data);

/** Sends @token (nullable: none) as bearer token from now on. */
void api_client_set_token(ApiClient *client, const char *token);

/** The token that is sent (transfer none, nullable). */
const char *api_client_get_token(ApiClient *client);

/** The time there (since 1970 UTC), to about a second, by the Date of the last answer: a clock here may be
 * wrong. Ours before the first answer. */
gint64 api_client_server_time_us(ApiClient *client);

/** Sends @request (it stays the caller's) and waits for its answer (transfer full). */
ApiAnswer *api_client_call(ApiClient *client, const ApiRequest *request, GCancellable *cancellable,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sends @request, which may be freed at once, and calls @callback when its answer is there. */
void api_client_call_async(ApiClient *client, const ApiRequest *request, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);

/** The answer of api_client_call_async() (transfer full). */
ApiAnswer *api_client_call_finish(ApiClient *client, GAsyncResult *result,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * For streams that outlive one answer (api_session_events.h): the message for @request (transfer full), with
 * token and trust as above.
 */
SoupMessage *api_client_new_message(ApiClient *client, const ApiRequest *request);

/** The session to send a stream's message on: its connections wait @API_STREAM_SILENCE_S for a byte. */
SoupSession *api_client_get_stream_session(ApiClient *client);

/** Sets @error from @cause, met while @message was on its way (see api_error.h). */
void api_client_explain(ApiClient *client, SoupMessage *message, const GError *cause, GError **error);

/** Sets @error from the answer to @message, whose status is no success and whose body is @body. */
void api_client_refusal(ApiClient *client, SoupMessage *message, const GByteArray *body, GError **error);

#define API_CALL_SILENCE_S   30
#define API_STREAM_SILENCE_S 90
