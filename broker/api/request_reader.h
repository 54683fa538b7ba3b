/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the head of an HTTP request to a Request: route, parameters and headers, each bounded and checked.
 * What is believed of a peer's forwarding headers is decided here: those of a portal, and no others.
 */
#pragma once

#include "broker/api/request.h"
#include "broker/api/route.h"
#include "common/net/http_head.h"

/** Who sent it, as the connection knows. */
typedef struct {
  const Identity *peer; /**< (nullable) the machine behind it */
  const char *address;  /**< of the other end */
  /** Whether the peer's certificate is good for the name @host. */
  gboolean (*peer_has_name)(gconstpointer connection, const char *host);
  gconstpointer connection;
} RequestSender;

/** Why a request is refused by its head. */
typedef struct {
  guint status;
  char *allow; /**< (nullable, transfer full) the header Allow */
} RequestRefusal;

/** The request that @head begins, without its body (transfer full). Unknown paths and methods, heads that two
 * readers could understand differently, and bodies of another type than JSON fail: @ret_refusal says with
 * which status. */
Request *request_reader_read(const HttpHead *head, const RequestSender *sender, RequestRefusal *ret_refusal,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
