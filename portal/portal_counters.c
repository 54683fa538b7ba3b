/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/portal_counters.h"

typedef struct {
  const char *name, *type, *help;
  guint64 value;
} Metric;

static void
append_metrics(GString *text, const Metric *metrics, gsize length)
{
  for (gsize i = 0; i < length; i++)
    g_string_append_printf(text,
                           "# HELP caraway_portal_%s %s\n# TYPE caraway_portal_%s %s\n"
                           "caraway_portal_%s %" G_GUINT64_FORMAT "\n",
                           metrics[i].name, metrics[i].help, metrics[i].name, metrics[i].type,
                           metrics[i].name, metrics[i].value);
}

char *
portal_counters_text(const PortalCounters *counters, const RelayCounters *relay)
{
  const Metric metrics[] = {
      {"http_requests_total", "counter", "HTTP requests of every kind.", counters->requests},
      {"proxied_requests_total", "counter", "Requests passed to the broker.", counters->proxied},
      {"proxy_failures_total", "counter", "Requests that the broker did not answer.",
       counters->proxy_failures},
      {"proxy_overloaded_total", "counter", "Requests turned away because too many were waiting.",
       counters->proxy_overloaded},
      {"proxy_in_flight", "gauge", "Requests that the broker is working on.", counters->in_flight},
      {"event_streams", "gauge", "Open event streams.", counters->streams},
      {"passwords_redeemed_total", "counter", "One-time passwords turned into grants.", counters->redeemed},
      {"password_failures_total", "counter", "One-time passwords that were refused.",
       counters->redeem_failures},
      {"consoles_admitted_total", "counter", "Console channels passed on to a relay.",
       counters->consoles_admitted},
      {"consoles", "gauge", "Console channels that are open.", counters->consoles},
      {"consoles_refused_total", "counter", "Console channels refused here.", counters->consoles_refused},
      {"connections_accepted_total", "counter", "Connections accepted.", relay->accepted},
      {"connections_active", "gauge", "Connections open.", relay->active},
      {"connections_over_limit_total", "counter", "Connections closed because there were too many.",
       relay->over_limit},
      {"connections_over_address_limit_total", "counter",
       "Connections closed because their address had too many unfinished ones.", relay->over_address_limit},
      {"tls_handshake_failures_total", "counter", "TLS handshakes that failed.", relay->handshakes_failed},
      {"connections_timed_out_total", "counter", "Connections that took too long to begin.",
       relay->timed_out},
      {"malformed_total", "counter", "Connections that broke their protocol.",
       relay->malformed + relay->violations},
      {"to_client_bytes_total", "counter", "Console bytes sent to clients.", relay->to_client_bytes},
      {"to_server_bytes_total", "counter", "Console bytes sent to relays.", relay->to_server_bytes},
  };
  GString *text = g_string_new(NULL);
  append_metrics(text, metrics, G_N_ELEMENTS(metrics));
  return g_string_free(text, FALSE);
}
