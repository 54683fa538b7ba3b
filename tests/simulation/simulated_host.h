/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that exists only in a run: it judges commands with the real host's own rules (host/plan/command.h),
 * keeps machines, lets consoles in as a relay does, and talks to a broker in the real messages over a link
 * that may break with whatever is on it. What it does next is decided from outside, one step at a time.
 */
#pragma once

#include "tests/simulation/world.h"

/** A host called kvm@number without machines, not linked. */
SimulatedHost *simulated_host_new(World *world, guint number);

/** Its name (transfer none). */
const char *simulated_host_name(const SimulatedHost *host);

/** Whether it has a link, to a broker that answers. */
gboolean simulated_host_is_linked(const SimulatedHost *host);

/** Dials @broker and says hello; what it was linked with before may not notice at once. FALSE when it is not
 * welcome or cannot now. */
gboolean simulated_host_dial(SimulatedHost *host, Broker *broker);

/** Its link breaks with all that is on it; @broker_notices: the broker is told so at once. */
void simulated_host_cut(SimulatedHost *host, gboolean broker_notices);

/** @broker is not there any more: links with it are closed. */
void simulated_host_lose_broker(SimulatedHost *host, const Broker *broker);

/** Links that it gave up are found to be closed at the other end, too. */
void simulated_host_drop_old_links(SimulatedHost *host);

/** @broker closes the link if it is not newer than @term . */
void simulated_host_drop_link(SimulatedHost *host, const Broker *broker, gint64 term);

/** @broker has the host dial again if it told something that could not be stored. */
void simulated_host_renew(SimulatedHost *host, const Broker *broker);

/** @broker puts the command @text on its link; FALSE when there is none. */
gboolean simulated_host_deliver(SimulatedHost *host, const Broker *broker, const char *text);

/** Does what the oldest message from the broker says. FALSE when there is none. */
gboolean simulated_host_obey(SimulatedHost *host);

/** The broker takes the oldest message of this host. FALSE when there is none. */
gboolean simulated_host_be_heard(SimulatedHost *host);

/** One of its machines gets on: is made, becomes ready, or fails while the world is not healed. FALSE when
 * none is at it. */
gboolean simulated_host_progress(SimulatedHost *host);

/** One of its machines dies by itself. */
gboolean simulated_host_crash_machine(SimulatedHost *host);

/** Somebody signs out inside one of its machines. */
gboolean simulated_host_sign_out(SimulatedHost *host);

/** Its agent is killed and forgets what it did not write down; machines go on. */
void simulated_host_kill_agent(SimulatedHost *host);

/** It is switched off and on again: no machine lives on. */
void simulated_host_reboot(SimulatedHost *host);

/** A machine that was destroyed runs again, as after a restored backup of the host. FALSE when none was. */
gboolean simulated_host_resurrect(SimulatedHost *host);

/** A heartbeat is put on the link. */
gboolean simulated_host_heartbeat(SimulatedHost *host);

/** A console presents @grant . Notes whether it was let in. */
void simulated_host_admit(SimulatedHost *host, const Grant *grant);

/** One open console closes. FALSE when none is open. */
gboolean simulated_host_close_console(SimulatedHost *host);

/** Whether @desktop runs here and is ready. */
gboolean simulated_host_is_ready(const SimulatedHost *host, const char *desktop);

/** Notes every machine that runs. */
void simulated_host_report_machines(SimulatedHost *host);

/** Whether nothing is on its link and no machine is at work. */
gboolean simulated_host_is_quiet(const SimulatedHost *host);

/** Frees @host (nullable). */
void simulated_host_free(SimulatedHost *host);
