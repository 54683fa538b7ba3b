/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to one guest that wait for their result: numbers them, matches results and ends those that get
 * none in time. Works on the default main context.
 */
#pragma once

#include "host/guest/guest_port.h"

typedef struct GuestRequests GuestRequests;

/** An empty set. */
GuestRequests *guest_requests_new(void);

/** Adds a request; returns its number. @done is called once, see guest_port_request(). */
gint64 guest_requests_add(GuestRequests *requests, GuestPortDone done, gpointer user_data);

/** The guest's result of @request; one that does not wait is passed over. @detail: nullable. */
void guest_requests_answer(GuestRequests *requests, gint64 request, gboolean is_ok, const char *detail);

/** Ends all with CARAWAY_ERROR_NOT_READY and frees @requests (nullable). */
void guest_requests_free(GuestRequests *requests);
