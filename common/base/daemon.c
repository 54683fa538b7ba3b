/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/daemon.h"

#include "common/base/log.h"

#include <glib-unix.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

struct Daemon {
  GMainLoop *loop;
  DaemonStop stop;
  gpointer user_data;
  guint drain_limit_ms;
  guint signal_sources[2];
  guint drain_source;
  gboolean is_stopping;
};

static gboolean
on_drain_limit(gpointer data)
{
  Daemon *daemon = data;
  daemon->drain_source = 0;
  log_warning("not everything had ended after %u ms; stopping all the same", daemon->drain_limit_ms);
  g_main_loop_quit(daemon->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_signal(gpointer data)
{
  Daemon *daemon = data;
  if (daemon->is_stopping)
    return G_SOURCE_CONTINUE;
  daemon->is_stopping = TRUE;
  sd_notify(0, "STOPPING=1");
  log_info("stopping");
  daemon->drain_source = g_timeout_add(daemon->drain_limit_ms, on_drain_limit, daemon);
  daemon->stop(daemon, daemon->user_data);
  return G_SOURCE_CONTINUE;
}

Daemon *
daemon_new(DaemonStop stop, gpointer user_data, guint drain_limit_ms)
{
  Daemon *daemon = g_new0(Daemon, 1);
  daemon->loop = g_main_loop_new(NULL, FALSE);
  daemon->stop = stop;
  daemon->user_data = user_data;
  daemon->drain_limit_ms = drain_limit_ms;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a write beyond a limit fails and is told, as on a full disk */
  daemon->signal_sources[0] = g_unix_signal_add(SIGTERM, on_signal, daemon);
  daemon->signal_sources[1] = g_unix_signal_add(SIGINT, on_signal, daemon);
  return daemon;
}

static gboolean
on_early_quit(gpointer loop)
{
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

void
daemon_run(Daemon *daemon, const char *what)
{
  sd_notify(0, "READY=1");
  log_info("ready: %s", what);
  g_main_loop_run(daemon->loop);
}

void
daemon_quit(Daemon *daemon)
{
  if (g_main_loop_is_running(daemon->loop))
    g_main_loop_quit(daemon->loop);
  else /* not yet in daemon_run(): end it as soon as it starts */
    g_idle_add_full(G_PRIORITY_HIGH, on_early_quit, g_main_loop_ref(daemon->loop),
                    (GDestroyNotify)g_main_loop_unref);
}

void
daemon_free(Daemon *daemon)
{
  if (daemon == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS(daemon->signal_sources); i++)
    g_source_remove(daemon->signal_sources[i]);
  if (daemon->drain_source != 0)
    g_source_remove(daemon->drain_source);
  g_main_loop_unref(daemon->loop);
  g_free(daemon);
}
