/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How services reach a host over its open link. Implemented by broker/hostlink, and by a fake in tests. The
 * functions are called from worker threads and must be safe for that.
 */
#pragma once

#include <glib.h>

typedef struct HostSender HostSender;

struct HostSender {
  /** Queues the command @text (JSON, one whole message) with @id for @host and returns at once. FALSE when
   * the host has no open link or its queue is full: the command stays in the outbox and is sent after the
   * next hello. */
  gboolean (*deliver)(HostSender *sender, const char *host, gint64 id, const char *text);

  /** Closes the link of @host if its term is lower than @term, or it is that one and does not count any more.
   */
  void (*drop_link)(HostSender *sender, const char *host, gint64 term);

  /** Tells all hosts the keys that grants are signed with: @keys, of BrokerKey (borrowed). */
  void (*tell_keys)(HostSender *sender, const GPtrArray *keys);

  /** Asks @host for the last of @desktop_id's serial console and waits at most @limit_ms for it. Returns the
   * text (transfer full); NULL with CARAWAY_ERROR_UNREACHABLE or CARAWAY_ERROR_TIMED_OUT. */
  char *(*fetch_boot_log)(HostSender *sender, const char *host, const char *desktop_id, guint limit_ms,
                          GError **error);

  /** The same from the broker at @url, whose link the host of @desktop_id is. */
  char *(*fetch_boot_log_at)(HostSender *sender, const char *url, const char *desktop_id, guint limit_ms,
                             GError **error);

  /** (nullable) Has every host say hello again that told something which could not be stored. */
  void (*renew)(HostSender *sender);

  /** (nullable) Certificates were issued or revoked: looks through all machines that are connected. */
  void (*trust_changed)(HostSender *sender);
};
