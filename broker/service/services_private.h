/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of broker/service share among themselves, and nobody else sees.
 */
#pragma once

#include "broker/auth/authenticator_folder.h"
#include "broker/auth/factor_vault.h"
#include "broker/auth/local_authenticator.h"
#include "broker/policy/clock_steps.h"
#include "broker/policy/sign_in_limits.h"
#include "broker/service/audit/audit_sealer.h"
#include "broker/service/audit/refusal_window.h"
#include "broker/service/away/away_journal.h"
#include "broker/service/away/away_sign_outs.h"
#include "broker/service/away/database_watch.h"
#include "broker/service/away/known_passwords.h"
#include "broker/service/away/known_sessions.h"
#include "broker/service/away/known_sign_ins.h"
#include "broker/service/cluster/broker_directory.h"
#include "broker/service/cluster/change_feed.h"
#include "broker/service/cluster/cluster.h"
#include "broker/service/connect/assignment_batch.h"
#include "broker/service/connect/grant_batch.h"
#include "broker/service/devices/device_budget.h"
#include "broker/service/hosts/delivery.h"
#include "broker/service/hosts/host_pulse.h"
#include "broker/service/hosts/host_silence.h"
#include "broker/service/people/external_recheck.h"
#include "broker/service/people/sign_in_throttle.h"
#include "broker/service/pools/keeper_memory.h"
#include "broker/service/services.h"
#include "broker/service/sessions/session_hub.h"
#include "broker/service/sessions/session_times.h"
#include "broker/service/trust/certificate_memory.h"
#include "broker/store/database.h"

#define SECOND_US ((gint64)G_USEC_PER_SEC)

struct Services {
  Db *db;
  const Clock *clock;
  Clock time; /* of the database; see services_time() */
  HostSender *sender;
  GrantSigner *signer;
  GrantKeys *grant_keys; /* nullable; borrowed */
  PasswordHasher *hasher;
  Authenticator *authenticator;           /* of local accounts */
  const AuthenticatorFolder *directories; /* (nullable) borrowed */
  FactorVault *factor_vault;              /* nullable: second factors cannot be read */
  SignInThrottle *throttle;
  DeviceBudget *device_budget;
  SessionHub *hub;
  Delivery *delivery;
  ChangeFeed *feed;
  AssignmentBatch *assignment_batch;
  GrantBatch *grant_batch;
  Cluster *cluster;
  AuditSealer *sealer;
  RefusalWindow *refusals;
  const GrantKey *audit_key; /* nullable; borrowed */
  gint64 audit_keep_us;
  BrokerDirectory *directory;
  CertificateMemory *certificates;
  KeeperMemory *keeper_memory;
  HostSilence *host_silence;
  HostPulse *host_pulse;
  DatabaseWatch *watch;
  KnownSessions *known_sessions;
  KnownSignIns *known_sign_ins;
  KnownPasswords *known_passwords;
  ExternalRecheck *external_recheck;
  AwayJournal *journal;
  AwaySignOuts *sign_outs;
  SignInLimits sign_in_limits;
  char *installation;
  char *nonce_key; /* secret: seals the challenges of devices, at all brokers */
  guint64 generation;
  char *instance; /* of this process among the brokers of the database */

  GThread *background; /* nullable: not started */
  GMutex mutex;        /* of the five below */
  GCond wake;
  gboolean awake;
  gboolean stopping;
  gint64 clock_forward_us;         /* as clock_steps has it, for other threads */
  GHashTable *unwritten_silences;  /* host → gint64: the term of the link that broke */
  void (*replaced)(gpointer data); /* nullable */
  gpointer replaced_data;
  SessionTimes *session_times; /* of the background thread, as are the next two */
  gint64 next_limit_us;        /* steady time when a session's limit is to be looked at; 0: none is known */
  ClockSteps clock_steps;      /* of services_time(); of the background thread, too */
  gint64 cleaned_us;           /* when expired rows were last deleted; of the background thread */
};

/** Another process took the place of this broker: whoever composed the services is told to end. */
void services_replaced(Services *services);

/** Makes the background thread take a turn soon. */
void services_wake(Services *services);
