/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a daemon around GLib's main loop: SIGTERM and SIGINT ask it to drain, systemd is told READY and
 * STOPPING (sd_notify(3)), SIGPIPE and SIGXFSZ are ignored. Owns the loop and the signal sources; it does not
 * fork.
 */
#pragma once

#include <glib.h>

typedef struct Daemon Daemon;

/** Called once on the first SIGTERM or SIGINT: stop taking work, then call daemon_quit() when all is done. */
typedef void (*DaemonStop)(Daemon *daemon, gpointer user_data);

/** A daemon on the default main context. @stop is called with @user_data; @drain_limit_ms bounds the drain.
 */
Daemon *daemon_new(DaemonStop stop, gpointer user_data, guint drain_limit_ms);

/** Tells systemd READY, writes "ready" to the log with @what (e.g. the address) and runs until daemon_quit().
 */
void daemon_run(Daemon *daemon, const char *what);

/** Ends daemon_run(); may be called before it. */
void daemon_quit(Daemon *daemon);

/** Frees @daemon (nullable). */
void daemon_free(Daemon *daemon);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Daemon, daemon_free)
