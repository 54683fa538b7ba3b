/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person who waits for a desktop is told: the step in words and how far it is. Booting is the long one
 * and says nothing of itself, so its progress is estimated from how long the last boot on this host took.
 * Pure.
 */
#pragma once

#include <glib.h>

#define BOOT_DEFAULT_MS (90 * 1000)

typedef enum {
  DESKTOP_STEP_CHECKING, /**< the image */
  DESKTOP_STEP_COPYING,
  DESKTOP_STEP_STARTING,
  DESKTOP_STEP_BOOTING,
  DESKTOP_STEP_WAITING, /**< the guest agent answers, the session does not yet */
  DESKTOP_STEP_READY,
  DESKTOP_STEP_RESTARTING,
  DESKTOP_STEP_STOPPING, /**< the guest was asked to switch off */
  DESKTOP_STEP_OFF,
  DESKTOP_STEP_FAILED,
  DESKTOP_STEP_REMOVING,
} DesktopStep;

/** The sentence for @step (static). */
const char *boot_progress_sentence(DesktopStep step);

/** Percent done: of a step, and within booting by @elapsed_ms against @expected_ms (the last boot's time). */
int boot_progress_percent(DesktopStep step, gint64 elapsed_ms, gint64 expected_ms);
