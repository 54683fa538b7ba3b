/* SPDX-License-Identifier: Apache-2.0 */
#include "host/adopted_job.h"

#include "common/base/error.h"
#include "host/foreign_list.h"
#include "host/record_files.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIN_MEMORY_MIB 16
#define MAX_VCPUS      256

static const HypervisorDomain *
find(const GPtrArray *domains, const char *id)
{
  for (guint i = 0; i < domains->len; i++)
    if (g_str_equal(((const HypervisorDomain *)domains->pdata[i])->id, id))
      return domains->pdata[i];
  return NULL;
}

static gboolean
check(const HypervisorDomain *domain, const DesktopRecord *record, GError **error)
{
  if (domain == NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_FOUND,
                "There is no virtual machine “%s” on this host.", record->name);
    return FALSE;
  }
  g_autofree char *problem = foreign_list_problem(domain, record->installation);
  if (problem != NULL) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "The virtual machine “%s” cannot be adopted. %s", domain->name, problem);
    return FALSE;
  }
  if (!g_str_equal(domain->name, record->name)) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_CONFLICT,
                "The virtual machine with that UUID is called “%s” now, not “%s”.", domain->name,
                record->name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
save(const JobContext *context, DesktopRecord *record, DesktopStage stage, GError **error)
{
  desktop_record_set_stage(record, stage, NULL, NULL);
  return record_files_save(context->settings, record, error);
}

gboolean
adopted_job_adopt(const JobContext *context, DesktopRecord *record, GError **error)
{
  g_autoptr(GPtrArray) domains = hypervisor_list(context->hypervisor, error);
  const HypervisorDomain *domain = domains != NULL ? find(domains, record->id) : NULL;
  if (domains == NULL || !check(domain, record, error))
    return FALSE;
  record->vcpus = CLAMP(domain->vcpus, 1, MAX_VCPUS);
  record->memory_mib = MAX(domain->memory_mib, MIN_MEMORY_MIB);
  record->heads = 1;
  return save(context, record, domain->is_running ? DESKTOP_STAGE_RUNNING : DESKTOP_STAGE_OFF, error);
}

gboolean
adopted_job_release(const JobContext *context, DesktopRecord *record, GError **error)
{
  record_files_remove(context->settings, record->id);
  return TRUE;
}

gboolean
adopted_job_start(const JobContext *context, DesktopRecord *record, GError **error)
{
  if (!hypervisor_boot(context->hypervisor, record->id, error))
    return FALSE;
  record->wish = DESKTOP_WISH_NONE;
  return save(context, record, DESKTOP_STAGE_RUNNING, error);
}

/* A channel that is closed before it says anything disturbs nobody. */
static gboolean
display_opens(const JobContext *context, const char *id, GError **error)
{
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    g_set_error(error, CARAWAY_ERROR, CARAWAY_ERROR_INTERNAL, "No socket pair: %s", g_strerror(errno));
    return FALSE;
  }
  gboolean opens = hypervisor_open_graphics(context->hypervisor, id, pair[1], error);
  close(pair[0]);
  close(pair[1]);
  return opens;
}

gboolean
adopted_job_probe(const JobContext *context, const DesktopRecord *record, GError **error)
{
  if (!display_opens(context, record->id, error))
    return FALSE;
  if (hypervisor_ask_agent(context->hypervisor, record->id) != HYPERVISOR_AGENT_SILENT)
    return TRUE;
  g_set_error_literal(error, CARAWAY_ERROR, CARAWAY_ERROR_NOT_READY, "Its guest agent does not answer yet.");
  return FALSE;
}
