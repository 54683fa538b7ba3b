/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every use case works with: the database, the clock, the way to the hosts, the signer, the event hub.
 * Owns them all and one background thread, which keeps the pools filled, delivers commands and lets time
 * limits run out. Every function of broker/service may be called from any worker thread; each blocks until it
 * is done.
 */
#pragma once

#include "broker/auth/authenticator_folder.h"
#include "broker/policy/sign_in_limits.h"
#include "broker/service/connect/grant_signer.h"
#include "broker/service/hosts/host_sender.h"
#include "common/base/clock.h"

typedef struct Services Services;
typedef struct GrantKeys GrantKeys; /* trust/grant_keys.h */

typedef struct {
  const char *database_path; /**< file, made when it is not there, or URL of a server */
  const char *broker_name;   /**< (nullable: "b1") of this broker among those of the database */
  const Clock *clock;        /**< borrowed for life */
  HostSender *sender;        /**< (nullable) borrowed; till services_set_sender() nothing is delivered */
  GrantSigner *signer;       /**< (nullable) borrowed; till services_set_signer() no console opens */
  const AuthenticatorFolder *directories; /**< (nullable) borrowed for life */
  SignInLimits sign_in;  /**< how long sign-ins hold; 0: 12 h and 7 days, of administrators 2 h and 1 day */
  guint hash_workers;    /**< so many passwords are hashed at once; 0: 2 */
  guint audit_keep_days; /**< rows of the audit log go after so many days; 0: 365 */
} ServicesOptions;

/**
 * Opens the database, brings its schema up to date and repairs what a crash left half done. Nothing runs by
 * itself before services_start(). Fails with CARAWAY_ERROR_DATABASE or CARAWAY_ERROR_NO_SPACE.
 */
Services *services_new(const ServicesOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets how hosts are reached; before services_start(). */
void services_set_sender(Services *services, HostSender *sender);

/** Sets who signs grants; before the first console is asked for. */
void services_set_signer(Services *services, GrantSigner *signer);

/** Sets the keys (borrowed) that grants are signed with from now on, and looks after; before
 * services_start(). */
void services_set_grant_keys(Services *services, GrantKeys *keys);

/** Sets the key (borrowed) that the audit log is sealed with, and publishes its public half; without one
 * nothing is sealed. Before services_start(). */
gboolean services_set_audit_key(Services *services, const GrantKey *key,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Sets what is called, in a thread of the services', when another process took the place of this broker: it
 * has to end. Before services_start(). */
void services_set_replaced(Services *services, void (*replaced)(gpointer data), gpointer data);

/** Records that this broker starts, or stops, in the audit log; @detail says what it is. */
gboolean services_tell_life(Services *services, gboolean starts, const char *detail,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Starts the background threads. */
void services_start(Services *services);

/** Ends the background thread and waits for it; use cases may still be called. */
void services_stop(Services *services);

/** One turn of what the background thread does, for tests that hold the clock themselves. */
gboolean services_tick(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Tells and delivers all that was committed before, for the same tests. */
gboolean services_catch_up(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** One beat among the brokers, for the same tests. */
gboolean services_beat(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether this broker keeps the pools; of several on one database one does. */
gboolean services_is_keeper(Services *services);

/** What time it is for everything that is kept in the database or judged by what is, hosts included: its own
 * clock's, also while it is away. Lives as long as @services. */
const Clock *services_time(Services *services);

/** The installation's id, a UUID made when the database was (transfer none). */
const char *services_installation(Services *services);

/** Whether the database answers; for /readyz. */
gboolean services_check(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Turns @error (transfer full) into what people are told: where the database is at fault, that it is away
 * (CARAWAY_ERROR_DATABASE_AWAY), and takes note of it. */
GError *services_refusal(Services *services, GError *error);

/** Gives @ret_stamp, a number that has moved when a use case that may have changed the database returns. What
 * was read after it was taken still holds while it is the same, but for what time alone changes. FALSE when
 * that cannot be known here: other brokers write to the database too, or it is away. */
gboolean services_change_stamp(Services *services, guint *ret_stamp) G_GNUC_WARN_UNUSED_RESULT;

/** Says what does not work while the database is away (transfer full); NULL when all is well. */
char *services_degraded(Services *services);

/** How the broker stands to its database, and what it knows by heart; for /metrics. Asks no database. */
typedef struct {
  gboolean can_read, can_write;
  gint64 away_us; /**< 0 when all is well */
  guint64 outages, known_sessions, known_sign_ins, journal_entries;
} ServicesHealth;

/** Fills @ret_health. */
void services_health(Services *services, ServicesHealth *ret_health);

/** Counts for /metrics, in one read. */
typedef struct {
  guint64 users, pools, hosts_up, sessions, consoles, desktops_spare, desktops_assigned, desktops_starting,
      desktops_failed, commands_waiting, event_subscribers;
} ServicesCounts;

/** Fills @ret_counts. */
gboolean services_count(Services *services, ServicesCounts *ret_counts,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Stops and frees @services (nullable). */
void services_free(Services *services);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Services, services_free)
