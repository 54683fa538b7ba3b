/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_events.h"

#include "broker/service/away/database_return.h"
#include "broker/service/desktops/console_report.h"
#include "broker/service/desktops/desktop_report.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/hosts/host_reconcile.h"
#include "broker/service/hosts/host_state.h"
#include "broker/service/hosts/link_term.h"
#include "broker/store/desktop_store.h"
#include "broker/store/foreign_store.h"
#include "broker/store/host_store.h"
#include "broker/store/outbox_store.h"
#include "broker/store/session_store.h"

static Host *
find_host(Work *work, const char *name, GError **error)
{
  GError *problem = NULL;
  Host *host = host_store_find(work->transaction, name, &problem);
  if (host == NULL && g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED,
                "The host %s was removed from this installation; let it join again.", name);
  } else if (host == NULL) {
    g_propagate_error(error, problem);
  }
  return host;
}

/* A broker that was stopped may read a hello only after its host gave it up and said another one elsewhere:
 * what that old one says would undo what happened since. */
static gboolean
is_newest(Work *work, const Host *host, const HostHello *hello, GError **error)
{
  gboolean is_ordered = hello->said_us > 0 && g_strcmp0(host->boot_id, hello->boot_id) == 0;
  if (!is_ordered || hello->said_us > host->said_us)
    return TRUE;
  if (g_strcmp0(host->link_broker, work->services->instance) == 0)
    delivery_open(work->services->delivery, host->name, host->term); /* it was closed for this hello */
  g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH,
              "The host %s has said hello again since it said this one.", host->name);
  return FALSE;
}

static HostGreeting *
take_hello(Services *services, const char *host_name, const HostHello *hello, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return NULL;
  g_autoptr(Host) host = find_host(work, host_name, error);
  if (host == NULL || !is_newest(work, host, hello, error) || !host_reconcile(work, host, hello, error) ||
      !link_term_begin(work, host, error))
    return NULL;
  g_autoptr(GPtrArray) known = desktop_store_of_host(work->transaction, host_name, error);
  if (known == NULL || !work_commit(work, error))
    return NULL;
  return host_greeting_new(host->term, g_steal_pointer(&known), broker_directory_keys(services),
                           broker_directory_addresses(services));
}

HostGreeting *
host_events_hello(Services *services, const char *host_name, const HostHello *hello, GError **error)
{
  delivery_close(services->delivery, host_name, G_MAXINT64);
  HostGreeting *greeting = take_hello(services, host_name, hello, error);
  if (greeting == NULL)
    return NULL;
  host_silence_end(services->host_silence, host_name);
  host_pulse_begin(services->host_pulse, host_name, greeting->term, &hello->capacity,
                   clock_boottime_us(services->clock));
  return greeting;
}

/* A use case of something that came over the link of @term. */
static Work *
begin_event(Services *services, const char *host, gint64 term, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  return work != NULL && link_term_check(work, host, term, error) ? g_steal_pointer(&work) : NULL;
}

gboolean
host_events_welcomed(Services *services, const char *host, gint64 term, GError **error)
{
  delivery_open(services->delivery, host, term);
  return delivery_run_for(services->delivery, services->db, host, services->sender, error);
}

/* A beat over a link that is not heard here: the host was removed, or has a newer link, or the services are
 * new. */
static gboolean
take_first_beat(Services *services, const char *host_name, gint64 term, const HostCapacity *capacity,
                GError **error)
{
  g_autoptr(Work) work = begin_event(services, host_name, term, error);
  if (work == NULL)
    return FALSE;
  gboolean counts;
  if (!host_store_beat(work->transaction, host_name, term, services->instance, capacity, work->now_us,
                       &counts, error) ||
      !work_commit(work, error))
    return FALSE;
  host_pulse_begin(services->host_pulse, host_name, term, capacity, clock_boottime_us(services->clock));
  return TRUE;
}

gboolean
host_events_heartbeat(Services *services, const char *host_name, gint64 term, const HostCapacity *capacity,
                      GError **error)
{
  gboolean matters;
  if (!host_pulse_beat(services->host_pulse, host_name, term, capacity, clock_boottime_us(services->clock),
                       &matters))
    return take_first_beat(services, host_name, term, capacity, error);
  if (matters)
    services_wake(services);
  return TRUE;
}

/* Over a link that counts no more, which @strays is to name: the next beat over it is refused, and closes it.
 */
static gboolean
write_beats(Services *services, const GPtrArray *beats, gint64 now_us, GPtrArray *strays, GError **error)
{
  g_autoptr(Work) work = work_begin(services, DB_WRITE, error);
  if (work == NULL)
    return FALSE;
  for (guint i = 0; i < beats->len; i++) {
    const HostBeat *beat = g_ptr_array_index(beats, i);
    gint64 seen_us = work->now_us - (now_us - beat->heard_us);
    gboolean counts;
    if (!host_store_beat(work->transaction, beat->host, beat->term, services->instance, &beat->capacity,
                         seen_us, &counts, error))
      return FALSE;
    if (!counts)
      g_ptr_array_add(strays, (gpointer)beat);
  }
  return work_commit(work, error);
}

gboolean
host_events_write_heartbeats(Services *services, GError **error)
{
  gint64 now_us = clock_boottime_us(services->clock);
  g_autoptr(GPtrArray) beats = host_pulse_due(services->host_pulse, now_us);
  if (beats->len == 0)
    return TRUE;
  g_autoptr(GPtrArray) strays = g_ptr_array_new();
  if (!write_beats(services, beats, now_us, strays, error))
    return FALSE;
  host_pulse_written(services->host_pulse, beats, now_us);
  for (guint i = 0; i < strays->len; i++) {
    const HostBeat *stray = g_ptr_array_index(strays, i);
    host_pulse_end(services->host_pulse, stray->host, stray->term);
  }
  return TRUE;
}

/* When it was heard last, and what it had, is worth keeping once it is silent. */
static void
read_last_beat(Work *work, Host *host)
{
  gint64 heard_us = host_pulse_read(work->services->host_pulse, host);
  if (heard_us != 0)
    host->last_seen_us = work->now_us - (clock_boottime_us(work->services->clock) - heard_us);
}

/* The link that broke was the newest: the host is silent. A hello that another broker took since says that it
 * is not. */
static gboolean
take_silence(Services *services, const char *host_name, gint64 term, GError **error)
{
  g_autoptr(Work) work = begin_event(services, host_name, term, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Host) host = find_host(work, host_name, error);
  if (host == NULL)
    return FALSE;
  read_last_beat(work, host);
  host_pulse_end(services->host_pulse, host_name, term);
  return link_term_end(work, host, error) && host_state_step(work, host, HOST_EVENT_SILENT, error) &&
         work_commit(work, error);
}

gboolean
host_events_silent(Services *services, const char *host_name, gint64 term, GError **error)
{
  delivery_close(services->delivery, host_name, term);
  g_autoptr(GError) problem = NULL;
  if (take_silence(services, host_name, term, &problem)) {
    host_silence_us(services->host_silence, host_name, term, clock_boottime_us(services->clock)); /* begins */
    return TRUE;
  }
  if (g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_STALE_EPOCH) ||
      g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_UNTRUSTED)) /* removed: nothing is silent */
    return TRUE;
  if (database_watch_is_trouble(problem))
    database_return_note_silence(services, host_name, term);
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

gboolean
host_events_result(Services *services, const char *host, gint64 term, const HostResult *result,
                   GError **error)
{
  g_autoptr(Work) work = begin_event(services, host, term, error);
  if (work == NULL)
    return FALSE;
  GError *problem = NULL;
  g_autoptr(Command) command = outbox_store_find(work->transaction, host, result->command, &problem);
  if (command == NULL && g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_clear_error(&problem);
    return work_commit(work, error); /* answered before, as far as that is durable */
  }
  if (command == NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  return outbox_store_remove(work->transaction, command->id, error) &&
         desktop_report_answer(work, command, result, error) && work_commit(work, error);
}

/* Thousands of desktops say every ten seconds that nobody moved: who reads that takes nobody's turn to write.
 */
static gboolean
look_for_news(Services *services, const char *host, const HostDesktop *report, gboolean *ret_is_news,
              GError **error)
{
  GError *problem = NULL;
  g_autoptr(Work) work = work_begin(services, DB_READ, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Desktop) desktop = desktop_report_find(work, host, report->id, &problem);
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  *ret_is_news = desktop == NULL || desktop_report_is_news(work, desktop, report);
  return TRUE;
}

gboolean
host_events_desktop(Services *services, const char *host, gint64 term, const HostDesktop *report,
                    GError **error)
{
  gboolean is_news;
  if (!look_for_news(services, host, report, &is_news, error))
    return FALSE;
  if (!is_news)
    return TRUE;
  g_autoptr(Work) work = begin_event(services, host, term, error);
  if (work == NULL)
    return FALSE;
  GError *problem = NULL;
  g_autoptr(Desktop) desktop = desktop_report_find(work, host, report->id, &problem);
  if (desktop == NULL) {
    if (problem != NULL)
      g_propagate_error(error, problem);
    return problem == NULL && work_commit(work, error);
  }
  return desktop_report_apply(work, desktop, report, error) && work_commit(work, error);
}

gboolean
host_events_desktop_gone(Services *services, const char *host, gint64 term, const HostDesktopGone *gone,
                         GError **error)
{
  g_autoptr(Work) work = begin_event(services, host, term, error);
  if (work == NULL)
    return FALSE;
  GError *problem = NULL;
  g_autoptr(Desktop) desktop = desktop_report_find(work, host, gone->id, &problem);
  if (desktop == NULL) {
    if (problem != NULL)
      g_propagate_error(error, problem);
    return problem == NULL && work_commit(work, error);
  }
  return lifecycle_desktop(work, desktop, DESKTOP_EVENT_GONE, CARAWAY_ERROR_HYPERVISOR,
                           "The desktop stopped unexpectedly. Connect again for another one.", error) &&
         work_commit(work, error);
}

static gboolean
take_console(Services *services, const char *host, gint64 term, const HostConsole *report, GError **error)
{
  g_autoptr(Work) work = begin_event(services, host, term, error);
  if (work == NULL)
    return FALSE;
  GError *problem = NULL;
  g_autoptr(Session) session = session_store_find(work->transaction, report->session, &problem);
  if (session == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_clear_error(&problem);
  if (session != NULL && console_report_fits(session, host, report))
    return console_report_apply(work, session, report, error) && work_commit(work, error);
  return (report->state != HOST_CONSOLE_CONNECTED || console_report_cut(work, host, report, error)) &&
         work_commit(work, error);
}

gboolean
host_events_console(Services *services, const char *host, gint64 term, const HostConsole *report,
                    GError **error)
{
  GError *problem = NULL;
  if (take_console(services, host, term, report, &problem))
    return TRUE;
  if (database_watch_is_trouble(problem)) /* who opens it next is to hear of it even so */
    known_sessions_set_console(services->known_sessions, report->session, report->desktop,
                               report->state == HOST_CONSOLE_CONNECTED ? report->client : NULL,
                               report->viewer);
  g_propagate_error(error, problem);
  return FALSE;
}

gboolean
host_events_images(Services *services, const char *host_name, gint64 term, const HostImages *images,
                   GError **error)
{
  g_autoptr(Work) work = begin_event(services, host_name, term, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Host) host = find_host(work, host_name, error);
  return host != NULL &&
         host_reconcile_images(work, host->name, images->images, images->image_count, error) &&
         work_commit(work, error);
}

gboolean
host_events_foreign(Services *services, const char *host_name, gint64 term, const HostForeignList *foreign,
                    GError **error)
{
  g_autoptr(Work) work = begin_event(services, host_name, term, error);
  if (work == NULL)
    return FALSE;
  g_autoptr(Host) host = find_host(work, host_name, error);
  if (host == NULL)
    return FALSE;
  for (guint i = 0; i < foreign->quarantined_count; i++)
    g_ptr_array_add(host->quarantined,
                    host_quarantine_new(foreign->quarantined[i].name, foreign->quarantined[i].reason));
  return host_store_write_quarantine(work->transaction, host, error) &&
         foreign_store_replace_of_host(work->transaction, host->name, foreign->domains, foreign->domain_count,
                                       error) &&
         work_commit(work, error);
}
