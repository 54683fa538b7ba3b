/* SPDX-License-Identifier: Apache-2.0 */
/* Health, readiness and metrics (Prometheus text format 0.0.4). */
#include "broker/api/machine_handlers.h"
#include "broker/api/views.h"

static const char TEXT[] = "text/plain; charset=utf-8";

gboolean
handle_health(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  answer_set_text(answer, 200, TEXT, g_strdup("ok\n"));
  return TRUE;
}

gboolean
handle_readiness(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  if (!services_check(context->services, error))
    return FALSE;
  answer_set_text(answer, 200, TEXT, g_strdup("ready\n"));
  return TRUE;
}

static void
add_gauge(GString *text, const char *name, const char *help, const char *labels, guint64 value)
{
  if (help != NULL)
    g_string_append_printf(text, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
  g_string_append_printf(text, "%s%s %" G_GUINT64_FORMAT "\n", name, labels, value);
}

static void
add_health(GString *text, const ApiContext *context)
{
  ServicesHealth health;
  services_health(context->services, &health);
  add_gauge(text, "caraway_database_readable", "Whether the database can be read, as far as known.", "",
            health.can_read);
  add_gauge(text, "caraway_database_writable", "Whether the database can be written, as far as known.", "",
            health.can_write);
  add_gauge(text, "caraway_database_away_seconds", "For how long the database has been away.", "",
            (guint64)(health.away_us / G_TIME_SPAN_SECOND));
  add_gauge(text, "caraway_database_outages", "How often the database was lost since the start.", "",
            health.outages);
  add_gauge(text, "caraway_known_sessions", "Sessions that are known without the database.", "",
            health.known_sessions);
  add_gauge(text, "caraway_known_sign_ins", "Sign-ins that are known without the database.", "",
            health.known_sign_ins);
  add_gauge(text, "caraway_audit_waiting", "Entries that the audit log could not take yet.", "",
            health.journal_entries);
}

static void
add_counts(GString *text, const ServicesCounts *counts)
{
  static const char DESKTOPS[] = "caraway_desktops";
  add_gauge(text, "caraway_users", "Accounts->", "", counts->users);
  add_gauge(text, "caraway_pools", "Pools.", "", counts->pools);
  add_gauge(text, "caraway_hosts_up", "Hosts whose link is open, by the database.", "", counts->hosts_up);
  add_gauge(text, "caraway_sessions", "Sessions that have not ended.", "", counts->sessions);
  add_gauge(text, "caraway_consoles", "Open consoles.", "", counts->consoles);
  add_gauge(text, DESKTOPS, "Desktops by condition.", "{condition=\"spare\"}", counts->desktops_spare);
  add_gauge(text, DESKTOPS, NULL, "{condition=\"assigned\"}", counts->desktops_assigned);
  add_gauge(text, DESKTOPS, NULL, "{condition=\"starting\"}", counts->desktops_starting);
  add_gauge(text, DESKTOPS, NULL, "{condition=\"failed\"}", counts->desktops_failed);
  add_gauge(text, "caraway_commands_waiting", "Commands that no host answered yet.", "",
            counts->commands_waiting);
  add_gauge(text, "caraway_event_subscribers", "Clients listening to sessions.", "",
            counts->event_subscribers);
}

/* Without the database there is still something to tell: that it is away. */
gboolean
handle_metrics(const ApiContext *context, const Request *request, Answer *answer, GError **error)
{
  GString *text = g_string_new("# HELP caraway_build_info The version of this broker.\n"
                               "# TYPE caraway_build_info gauge\n"
                               "caraway_build_info{version=\"" CARAWAY_VERSION "\"} 1\n");
  ServicesCounts counts;
  if (services_count(context->services, &counts, NULL))
    add_counts(text, &counts);
  add_gauge(text, "caraway_host_links", "Host links open on this broker.", "",
            context->count_hosts(context->count_data));
  add_gauge(text, "caraway_keeper", "Whether this broker keeps the pools.", "",
            services_is_keeper(context->services));
  add_health(text, context);
  answer_set_text(answer, 200, "text/plain; version=0.0.4; charset=utf-8", g_string_free(text, FALSE));
  return TRUE;
}
