/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/hypervisor_domain.h"

HypervisorDomain *
hypervisor_domain_copy(const HypervisorDomain *domain)
{
  HypervisorDomain *copy = g_memdup2(domain, sizeof *domain);
  copy->id = g_strdup(domain->id);
  copy->name = g_strdup(domain->name);
  copy->installation = g_strdup(domain->installation);
  copy->display_problem = g_strdup(domain->display_problem);
  return copy;
}

void
hypervisor_domain_free(HypervisorDomain *domain)
{
  if (domain == NULL)
    return;
  g_free(domain->id);
  g_free(domain->name);
  g_free(domain->installation);
  g_free(domain->display_problem);
  g_free(domain);
}
