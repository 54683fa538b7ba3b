/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guests of the fake hypervisor: for each domain, the other end of its guest port, which is ready at once and
 * does what it is asked.
 */
#pragma once

#include "host/hypervisor/hypervisor.h"

/** Guests for the domains of @hypervisor, a fake. With the file
 * "not-ready" in @faults they do not become ready. */
void fake_guests_start(Hypervisor *hypervisor, const char *faults);
