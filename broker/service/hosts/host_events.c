/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/service/hosts/host_events.h"

#include "broker/service/away/database_return.h"
#include "broker/service/desktops/desktop_report.h"
#include "broker/service/desktops/lifecycle.h"
#include "broker/service/hosts/host_state.h"
#include "broker/service/hosts/link_term.h"
#include "broker/store/desktop_store.h"
#include "broker/store/foreign_store.h"
#include "broker/store/host_store.h"
#include "broker/store/image_store.h"
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

static void
set_text(char **place, const char *text)
{
  g_free(*place);
  *place = g_strdup(text != NULL ? text : "");
}

static gboolean
write_images(Work *work, const char *host, const HostImage *images, guint count, GError **error)
{
  g_autoptr(GPtrArray) copies = g_ptr_array_new_with_free_func((GDestroyNotify)image_copy_free);
  for (guint i = 0; i < count; i++) {
    ImageCopy *copy = g_new0(ImageCopy, 1);
    copy->name = g_strdup(images[i].name);
    copy->hash = g_strdup(images[i].hash);
    copy->size_mib = (guint64)images[i].size_mib;
    copy->damaged = images[i].state == HOST_IMAGE_DAMAGED;
    copy->detail = g_strdup(images[i].detail != NULL ? images[i].detail : "");
    g_ptr_array_add(copies, copy);
  }
  work->wakes_keeper = TRUE;
  return image_store_replace_of_host(work->transaction, host, copies, error);
}

static gboolean
write_facts(Work *work, Host *host, const HostHello *hello, GError **error)
{
  set_text(&host->boot_id, hello->boot_id);
  host->said_us = hello->said_us;
  set_text(&host->agent_version, hello->agent_version);
  set_text(&host->accelerator, host_accelerator_name((HostAccelerator)hello->accelerator));
  set_text(&host->accelerator_reason, hello->accelerator_reason);
  set_text(&host->relay_address, hello->relay.address);
  host->relay_port = (guint16)hello->relay.port;
  host->capacity = hello->capacity;
  host->last_seen_us = work->now_us;
  for (guint i = 0; i < hello->quarantined_count; i++)
    g_ptr_array_add(host->quarantined,
                    host_quarantine_new(hello->quarantined[i].name, hello->quarantined[i].reason));
  return host_state_step(work, host, HOST_EVENT_HELLO, error) &&
         host_store_write_quarantine(work->transaction, host, error) &&
         foreign_store_replace_of_host(work->transaction, host->name, hello->foreign, hello->foreign_count,
                                       error) &&
         write_images(work, host->name, hello->images, hello->image_count, error);
}

static const HostDesktop *
reported(const HostHello *hello, const char *id)
{
  for (guint i = 0; i < hello->desktop_count; i++)
    if (g_strcmp0(hello->desktops[i].id, id) == 0)
      return &hello->desktops[i];
  return NULL;
}

static gboolean
is_announced(Work *work, const Desktop *desktop, gboolean *ret_waits, GError **error)
{
  const char *kind = desktop->kind == POOL_MANUAL ? "adopt" : "create";
  return outbox_store_waits(work->transaction, desktop->id, kind, ret_waits, error);
}

static const char *
missing_sentence(const Desktop *desktop, gboolean restarted)
{
  if (desktop->kind != POOL_FLOATING)
    return "The host of the desktop does not have it any more. Tell your administrator.";
  return restarted ? "Its host was restarted and the desktop with it. Connect again for another one."
                   : "The desktop stopped unexpectedly. Connect again for another one.";
}

/* What we know of and the host does not say: either it was not told yet, or it is gone. */
static gboolean
reconcile_missing(Work *work, Desktop *desktop, gboolean restarted, GError **error)
{
  gboolean waits;
  if (!is_announced(work, desktop, &waits, error))
    return FALSE;
  if (waits && (desktop->power == POWER_PLANNED || desktop->power == POWER_LOST))
    return TRUE;
  gboolean is_missed = desktop->kind != POOL_FLOATING && desktop->power == POWER_LOST &&
                       desktop->assignment != ASSIGNMENT_RECYCLING && desktop->session_id == NULL;
  return is_missed || lifecycle_desktop(work, desktop, DESKTOP_EVENT_GONE,
                                        restarted ? CARAWAY_ERROR_HOST_GONE : CARAWAY_ERROR_HYPERVISOR,
                                        missing_sentence(desktop, restarted), error);
}

static gboolean
reconcile_desktops(Work *work, const char *host, const HostHello *hello, gboolean restarted, GError **error)
{
  g_autoptr(GPtrArray) desktops = desktop_store_of_host(work->transaction, host, error);
  if (desktops == NULL)
    return FALSE;
  for (guint i = 0; i < desktops->len; i++) {
    Desktop *desktop = g_ptr_array_index(desktops, i);
    const HostDesktop *report = reported(hello, desktop->id);
    if (report != NULL ? !desktop_report_apply(work, desktop, report, error)
                       : !reconcile_missing(work, desktop, restarted, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
apply_console(Work *work, Session *session, const HostConsole *report, GError **error)
{
  gboolean open = report != NULL && report->state == HOST_CONSOLE_CONNECTED;
  SessionState before = session->state;
  g_free(session->connected_from);
  session->connected_from = open ? g_strdup(report->client) : NULL;
  if (open)
    set_text(&session->viewer, report->viewer);
  if (open && !desktop_store_mark_used(work->transaction, session->desktop_id, error))
    return FALSE;
  if (!lifecycle_session(work, session, open ? SESSION_EVENT_CONSOLE_OPENED : SESSION_EVENT_CONSOLE_CLOSED,
                         error))
    return FALSE;
  if (before == session->state)
    return TRUE;
  g_autofree char *detail = open ? g_strdup_printf("%s from %s.", report->viewer, report->client)
                                 : g_strdup(report != NULL && report->reason != NULL ? report->reason : "");
  return work_audit(work, NULL, open ? "console.open" : "console.close", "session", session->id, detail,
                    error);
}

/* NULL without @error: no such desktop on that host, which is no failure. */
static Desktop *
find_desktop(Work *work, const char *host, const char *id, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Desktop) desktop = desktop_store_find(work->transaction, id, &problem);
  if (desktop == NULL && !g_error_matches(problem, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND)) {
    g_propagate_error(error, problem);
    return NULL;
  }
  g_clear_error(&problem);
  return desktop != NULL && g_str_equal(desktop->host, host) ? g_steal_pointer(&desktop) : NULL;
}

/* Nobody may look into a desktop whose session is over, or that is not known here: a broker that was restored
 * from a backup, or a report that was lost. */
static gboolean
cut_console(Work *work, const char *host, const HostConsole *report, GError **error)
{
  GError *problem = NULL;
  g_autoptr(Desktop) desktop = find_desktop(work, host, report->desktop, &problem);
  if (problem != NULL)
    g_propagate_error(error, problem);
  if (desktop == NULL)
    return problem == NULL;
  HostCommand command = {.kind = HOST_COMMAND_CUT,
                         .desktop = desktop->id,
                         .epoch = desktop->epoch,
                         .session = report->session,
                         .reason = error_code_name(CARAWAY_ERROR_SESSION_ENDED)};
  return work_command(work, host, &command, error);
}

static gboolean
fits(const Session *session, const char *host, const HostConsole *report)
{
  return session->state != SESSION_ENDED && g_str_equal(session->host, host) &&
         g_strcmp0(session->desktop_id, report->desktop) == 0;
}

/* A console that lives without a session of ours is cut. */
static gboolean
cut_strays(Work *work, const char *host, const HostHello *hello, const GPtrArray *sessions, GError **error)
{
  for (guint at = 0; at < hello->console_count; at++) {
    const HostConsole *console = &hello->consoles[at];
    gboolean known = FALSE;
    for (guint i = 0; i < sessions->len && !known; i++) {
      const Session *session = g_ptr_array_index(sessions, i);
      known = g_strcmp0(session->id, console->session) == 0 && fits(session, host, console);
    }
    if (!known && !cut_console(work, host, console, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
reconcile_consoles(Work *work, const char *host, const HostHello *hello, GError **error)
{
  g_autoptr(GPtrArray) sessions = session_store_of_host(work->transaction, host, error);
  if (sessions == NULL)
    return FALSE;
  for (guint i = 0; i < sessions->len; i++) {
    Session *session = g_ptr_array_index(sessions, i);
    const HostConsole *console = NULL;
    for (guint at = 0; at < hello->console_count; at++)
      if (g_strcmp0(hello->consoles[at].session, session->id) == 0)
        console = &hello->consoles[at];
    gboolean was_open = session->state == SESSION_CONNECTED;
    if ((console != NULL || was_open) && !apply_console(work, session, console, error))
      return FALSE;
  }
  return cut_strays(work, host, hello, sessions, error);
}

static gboolean
reconcile(Work *work, Host *host, const HostHello *hello, GError **error)
{
  gboolean restarted = host->boot_id[0] != '\0' && g_strcmp0(host->boot_id, hello->boot_id) != 0;
  return write_facts(work, host, hello, error) &&
         reconcile_desktops(work, host->name, hello, restarted, error) &&
         reconcile_consoles(work, host->name, hello, error);
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
  if (host == NULL || !is_newest(work, host, hello, error) || !reconcile(work, host, hello, error) ||
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
  g_autoptr(Desktop) desktop = find_desktop(work, host, report->id, &problem);
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
  g_autoptr(Desktop) desktop = find_desktop(work, host, report->id, &problem);
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
  g_autoptr(Desktop) desktop = find_desktop(work, host, gone->id, &problem);
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
  if (session != NULL && fits(session, host, report))
    return apply_console(work, session, report, error) && work_commit(work, error);
  return (report->state != HOST_CONSOLE_CONNECTED || cut_console(work, host, report, error)) &&
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
  return host != NULL && write_images(work, host->name, images->images, images->image_count, error) &&
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
