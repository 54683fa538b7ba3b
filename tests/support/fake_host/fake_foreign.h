/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual machines that somebody else defined, for caraway-host-fake: the file "foreign" in the folder of
 * faults is the whole list, JSON: [{"uuid", "name", "running", "display_problem"?}].
 */
#pragma once

#include "host/hypervisor/hypervisor.h"

typedef struct FakeForeign FakeForeign;

/** Defines on @hypervisor what the file in @folder says; it is looked at again by fake_foreign_look(). */
FakeForeign *fake_foreign_new(Hypervisor *hypervisor, const char *folder);

/** Takes over what has changed in the file since. */
void fake_foreign_look(FakeForeign *foreign);
