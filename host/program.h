/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program caraway-host from its command line to its end, composed for a hypervisor that is handed in: the
 * real program brings libvirt, the one for tests a fake.
 */
#pragma once

#include "host/hypervisor/hypervisor.h"
#include "host/settings.h"

/** Opens the hypervisor; may block for seconds. */
typedef Hypervisor *(*ProgramOpen)(const HostSettings *settings, GError **error);

/** Runs. Returns the exit status: 0, 1 failure, 2 usage. */
int program_run(int argc, char **argv, ProgramOpen open);
