/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor interface without virtual machines, for tests: domains are entries of a table in memory.
 * Faults are asked for by files in a folder, so that a test can turn them on and off while an agent runs:
 * "fail-start", "no-space" (start fails for want of it; the disk measures as full), "hang" (every operation
 * waits until the file is gone), "fail-destroy", "deaf" (guests neither restart nor switch off when
 * asked), "fail-ask" (asking them to switch off fails), "dead" (the connection is broken). A file
 * "bridge-NAME" makes a bridge of that name be there; "agent" makes QEMU's guest agent answer, "agent-silent"
 * be there without answering; "display" with a port in it leads every console to the SPICE server on that
 * port of loopback, without it consoles stay silent.
 */
#pragma once

#include "host/hypervisor/hypervisor.h"

/** Told on the calling thread when a domain starts (@xml) and when it is gone (@xml NULL). */
typedef void (*FakeHypervisorWatch)(const char *id, const char *xml, gpointer user_data);

/** A fake that looks for faults in the folder @faults (nullable: none). */
Hypervisor *fake_hypervisor_new(const char *faults);

/** Sets the one @watch: a fake guest, say. @destroy (nullable) frees @user_data with @hypervisor. */
void fake_hypervisor_watch(Hypervisor *hypervisor, FakeHypervisorWatch watch, gpointer user_data,
                           GDestroyNotify destroy);

/** Ends the domain @id as if it had crashed or shut down, with its event. */
void fake_hypervisor_end(Hypervisor *hypervisor, const char *id, HypervisorEvent event);

/** Defines @domain, or changes it, as somebody else would: it stays when it is off. */
void fake_hypervisor_define(Hypervisor *hypervisor, const HypervisorDomain *domain);

/** Undefines the domain @id, as somebody else would. */
void fake_hypervisor_undefine(Hypervisor *hypervisor, const char *id);

/** How many descriptors open_graphics() has taken so far. */
guint fake_hypervisor_channels(Hypervisor *hypervisor);
