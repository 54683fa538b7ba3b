/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services on a real database file with a clock that the test turns, a signer that signs nothing and a host
 * that does what it is told when the test lets it.
 */
#pragma once

#include "broker/model/caller.h"
#include "broker/model/desktop.h"
#include "broker/model/pool_request.h"
#include "broker/model/session.h"
#include "broker/service/connect/connect.h"
#include "broker/service/services.h"
#include "common/base/error.h"
#include "common/wire/host_message.h"

#define FIXTURE_HOST "kvm1"

typedef struct {
  HostSender sender;
  GrantSigner signer;
  FakeClock clock;
  Services *services;
  const AuthenticatorFolder *directories; /* (nullable) of the next restart */
  char *folder;
  char *database_path;
  Caller *admin;
  GMutex mutex;
  GPtrArray *delivered; /* of HostMessage: commands that the host was sent and has not done yet */
  GHashTable *alive;    /* set of ids of desktops that the host runs */
  GHashTable *off;      /* set of ids of those that are switched off */
  GHashTable *started;  /* id → times it was told to start it */
  GString *told;        /* texts that the host was told to show, a line each */
  GHashTable *created;  /* id → times it was told to create it */
  gboolean link_open;
  gint64 term;            /* of the last link */
  guint keys_told;        /* times that the host was told the keys of grants */
  gboolean fails_creates; /* the host answers that it cannot */
  gboolean fails_shutdowns;
  gboolean is_deaf; /* desktops do not shut down when they are asked */
} ServiceFixture;

/** Services on a new database, without anything in it. */
ServiceFixture *service_fixture_new(void);

/** Closes the database and opens it again, as a new process would; the host keeps what it runs. */
void service_fixture_restart(ServiceFixture *fixture);

/** The host gets an identity. */
void service_fixture_host_join(ServiceFixture *fixture);

/** The host says hello with the image "office" and what it runs, and is welcomed. */
void service_fixture_host_hello(ServiceFixture *fixture);

/** The host is cut off. */
void service_fixture_host_silent(ServiceFixture *fixture);

/** The host joins for the first time; the image "office" is registered; a pool "office" of @size and @spares
 * is made. */
void service_fixture_pool(ServiceFixture *fixture, gint64 size, gint64 spares);

/** The same with a pool of @settings, whose name, image and shape are set here. */
void service_fixture_pool_of(ServiceFixture *fixture, const PoolSettings *settings);

/** Changes the pool "office". */
void service_fixture_change_pool(ServiceFixture *fixture, const PoolSettings *settings);

/** The desktop @key as an administrator sees it (transfer full). */
Desktop *service_fixture_desktop(ServiceFixture *fixture, const char *key);

/** The session @id as an administrator sees it (transfer full). */
Session *service_fixture_session(ServiceFixture *fixture, const char *id);

/** The host tells how desktop @id, which is up and signed in to, has not been used for @idle_s (-1: not
 * known). */
void service_fixture_idle(ServiceFixture *fixture, const char *id, gint64 idle_s);

/** Tells who listens, and sends the host, all that was committed so far. */
void service_fixture_catch_up(ServiceFixture *fixture);

/** Catches up; how many commands the host was sent and has not done yet. */
guint service_fixture_commands(ServiceFixture *fixture);

/** Catches up; the command at the place @at of those (transfer none). */
const HostCommand *service_fixture_command(ServiceFixture *fixture, guint at);

/** Catches up; the host never gets to do what it was sent. */
void service_fixture_forget_commands(ServiceFixture *fixture);

/** Enters the sign-in of @caller; service_fixture_user() did for the one that it returned. */
void service_fixture_sign_in(ServiceFixture *fixture, const Caller *caller);

/** Lets the host do what it was told, and the keeper take its turns, until nothing is left to do. */
void service_fixture_settle(ServiceFixture *fixture);

/** A user of that name, entitled to "office"; returns who it is (transfer full). */
Caller *service_fixture_user(ServiceFixture *fixture, const char *name);

/** connect_pool() of @caller on "office" with @key (nullable). */
Session *service_fixture_connect(ServiceFixture *fixture, const Caller *caller, const char *key,
                                 GError **error);

/** The host tells that a console of @session opened or closed. */
void service_fixture_console(ServiceFixture *fixture, const Session *session, gboolean open);

/** The host tells how desktop @id is: power, whether ready, and who is signed in (nullable). */
void service_fixture_report(ServiceFixture *fixture, const char *id, HostPower power, gboolean ready,
                            const char *user);

/** Checks I1 and I2 on the whole database: one owner, one live session, no desktop over the size. */
void service_fixture_check_invariants(ServiceFixture *fixture, guint size);

/** Frees @fixture and deletes its files. */
void service_fixture_free(ServiceFixture *fixture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServiceFixture, service_fixture_free)
