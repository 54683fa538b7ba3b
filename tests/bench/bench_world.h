/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An installation of a size that benchmarks choose, written straight into a database: hosts, pools full of
 * warm spares, users who may use them. Names, ids and order are the same each time.
 */
#pragma once

#include "broker/service/services_private.h"
#include "common/wire/host_message.h"

typedef struct {
  guint hosts;
  guint pools;        /**< desktops and users are spread over them evenly */
  guint desktops;     /**< ready spares, spread over the hosts evenly */
  guint users;        /**< each entitled to one pool, by a group */
  guint sessions;     /**< so many of the desktops are in use, by the first of the users */
  gboolean signed_in; /**< the users have a sign-in each */
} BenchWorld;

/** Enters all of @world into the empty database of @services. */
gboolean bench_world_fill(Services *services, const BenchWorld *world,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The id and the name of user @number, from 0 (transfer full). */
char *bench_world_user(guint number);

/** The token that user @number is signed in with (transfer full). */
char *bench_world_token(guint number);

/** The id of the session of user @number, who is one of those with a session (transfer full). */
char *bench_world_session(guint number);

/** What host @number of @world says of one of its desktops (its strings are to be freed: id). */
HostDesktop bench_world_report(guint number);

/** The id of desktop @number, from 0: a UUID (transfer full). */
char *bench_world_desktop(guint number);

/** The id and the name of the pool of user @number (transfer full). */
char *bench_world_pool(const BenchWorld *world, guint number);

/** The name of host @number, from 0 (transfer full). */
char *bench_world_host(guint number);

/** Has every host of @world say hello with what it runs, as after a start of the broker. */
gboolean bench_world_hello(Services *services, const BenchWorld *world,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
