/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each kind of command does to a desktop that is there, once host/plan/command said that it is to be
 * done.
 */
#pragma once

#include "host/desktop.h"

/** Carries @command out on @desktop; @done is called once, maybe at once. */
void desktop_commands_run(Desktop *desktop, const HostCommand *command, DesktopDone done, gpointer user_data);
