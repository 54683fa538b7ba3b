/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A KVM host as the broker knows it: its state, what it has to give, and where its relay listens.
 */
#pragma once

#include "broker/model/foreign.h"
#include "common/wire/host_message.h"

typedef enum {
  HOST_JOINING, /**< has a certificate, was never connected */
  HOST_UP,      /**< its link is open */
  HOST_SILENT,  /**< its link broke a moment ago; what runs there still counts */
  HOST_DOWN,    /**< silent for so long that nobody waits for it */
  HOST_STATES
} HostState;

/** What is wanted of a host, whether it answers or not. */
typedef enum {
  HOST_ACTIVE,
  HOST_DRAINING,    /**< nothing new is put there */
  HOST_MAINTENANCE, /**< so too, and nothing runs there any more */
  HOST_DUTIES
} HostDuty;

/** A desktop of ours that the host keeps aside because no welcome named it. */
typedef struct {
  char *name;
  char *reason;
} HostQuarantine;

typedef struct {
  char *name;
  HostState state;
  HostDuty duty;
  char *boot_id;
  gint64 said_us; /**< of its newest hello, since that boot; 0: not known */
  char *agent_version;
  char *accelerator;        /**< "kvm", "tcg", "" before the first hello */
  char *accelerator_reason; /**< a sentence */
  HostCapacity capacity;
  char *relay_address;
  guint16 relay_port;
  gint64 last_seen_us; /**< 0 before the first hello */
  gint64 state_since_us;
  gint64 term;            /**< of its newest link; 0 before the first hello */
  char *link_broker;      /**< (nullable) instance of the broker that holds its link */
  guint desktops;         /**< how many desktops of ours are there */
  GPtrArray *images;      /**< of ImageCopy */
  GPtrArray *quarantined; /**< of HostQuarantine */
  GPtrArray *foreign;     /**< nullable: not read; of Foreign */
} Host;

/** The stable name of @state (static). */
const char *host_state_name(HostState state);

/** The state called @name; HOST_DOWN for anything unknown, so that nothing is placed there. */
HostState host_state_from_name(const char *name);

/** The stable name of @duty (static). */
const char *host_duty_name(HostDuty duty);

/** The duty called @name; HOST_MAINTENANCE for anything unknown, so that nothing is placed there. */
HostDuty host_duty_from_name(const char *name);

/** A host without any facts, with empty lists. */
Host *host_new(const char *name);

/** Frees @host (nullable). */
void host_free(Host *host);

/** A copy of @name and @reason as one value. */
HostQuarantine *host_quarantine_new(const char *name, const char *reason);

/** Frees @quarantine (nullable). */
void host_quarantine_free(HostQuarantine *quarantine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Host, host_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostQuarantine, host_quarantine_free)
