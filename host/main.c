/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hypervisor/libvirt_hypervisor.h"
#include "host/program.h"

static Hypervisor *
open_libvirt(const HostSettings *settings, GError **error)
{
  return libvirt_hypervisor_open(settings->libvirt_uri, error);
}

int
main(int argc, char **argv)
{
  return program_run(argc, argv, open_libvirt);
}
