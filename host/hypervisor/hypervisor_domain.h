/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual machine as the hypervisor lists it, ours or not, as a plain value.
 */
#pragma once

#include <glib.h>

/** A domain that exists; whose it is. */
typedef struct {
  char *id, *name;
  char *installation; /**< nullable: carries none of our metadata */
  gboolean is_running;
  gboolean is_persistent; /**< it stays when it is off; ours never do */
  gint64 vcpus, memory_mib;
  char *display_problem; /**< nullable: why consoles cannot be opened on it, a sentence */
} HypervisorDomain;

/** A deep copy of @domain (transfer full). */
HypervisorDomain *hypervisor_domain_copy(const HypervisorDomain *domain);

/** Frees @domain (nullable). */
void hypervisor_domain_free(HypervisorDomain *domain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HypervisorDomain, hypervisor_domain_free)
