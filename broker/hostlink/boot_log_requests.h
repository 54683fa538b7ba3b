/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to hosts that a worker thread waits for: numbered, bounded in number and time. All functions may
 * be called from any thread.
 */
#pragma once

#include <glib.h>

typedef struct BootLogRequests BootLogRequests;

/** No request yet. */
BootLogRequests *boot_log_requests_new(void);

/** Opens a request to @host and returns its number; 0 when there are too many. */
gint64 boot_log_requests_open(BootLogRequests *requests, const char *host);

/** Waits until request @number is answered, at most @limit_ms, and closes it. Returns the text (transfer
 * full), NULL when none came. */
char *boot_log_requests_wait(BootLogRequests *requests, gint64 number, guint limit_ms);

/** @host answered @number with @text; an answer that nobody waits for is passed over. */
void boot_log_requests_answer(BootLogRequests *requests, const char *host, gint64 number, const char *text);

/** No answer will come any more from @host (NULL: from any). */
void boot_log_requests_fail(BootLogRequests *requests, const char *host);

/** Frees @requests (nullable); nobody may be waiting. */
void boot_log_requests_free(BootLogRequests *requests);
