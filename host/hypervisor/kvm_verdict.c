/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/kvm_verdict.h"

#include <string.h>

#define LIMIT_MS  60000
#define SILENT_MS 20000
#define MAX_LINE  200

KvmTrial
kvm_verdict_judge(const char *output, gint64 elapsed_ms, gint64 silent_ms)
{
  static const char *const marks[] = {
      "systemd[1]:", "Welcome to ", "Run /init as init process", "Run /sbin/init as init process",
      " login:",     NULL};
  for (guint i = 0; marks[i] != NULL; i++)
    if (strstr(output, marks[i]) != NULL)
      return KVM_TRIAL_WORKS;
  return elapsed_ms >= LIMIT_MS || silent_ms >= SILENT_MS ? KVM_TRIAL_HANGS : KVM_TRIAL_RUNNING;
}

char *
kvm_verdict_last_line(const char *output)
{
  g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
  for (guint i = g_strv_length(lines); i > 0; i--) {
    g_autofree char *valid = g_utf8_make_valid(g_strstrip(lines[i - 1]), -1);
    if (valid[0] == '\0')
      continue;
    if (strlen(valid) > MAX_LINE)
      *g_utf8_find_prev_char(valid, valid + MAX_LINE + 1) = '\0';
    return g_steal_pointer(&valid);
  }
  return g_strdup("it said nothing");
}
