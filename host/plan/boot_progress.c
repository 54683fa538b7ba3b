/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/boot_progress.h"

static const struct {
  const char *sentence;
  int percent;
} steps[] = {
    [DESKTOP_STEP_CHECKING] = {"checking the image", 5},
    [DESKTOP_STEP_COPYING] = {"copying the image", 10},
    [DESKTOP_STEP_STARTING] = {"starting the virtual machine", 15},
    [DESKTOP_STEP_BOOTING] = {"booting", 25},
    [DESKTOP_STEP_WAITING] = {"waiting for the desktop", 90},
    [DESKTOP_STEP_READY] = {"ready", 100},
    [DESKTOP_STEP_RESTARTING] = {"restarting", 20},
    [DESKTOP_STEP_STOPPING] = {"switching off", 0},
    [DESKTOP_STEP_OFF] = {"switched off", 0},
    [DESKTOP_STEP_FAILED] = {"failed", 0},
    [DESKTOP_STEP_REMOVING] = {"removing", 0},
};

const char *
boot_progress_sentence(DesktopStep step)
{
  return steps[step].sentence;
}

int
boot_progress_percent(DesktopStep step, gint64 elapsed_ms, gint64 expected_ms)
{
  int start = steps[step].percent;
  if (step != DESKTOP_STEP_BOOTING || expected_ms <= 0 || elapsed_ms <= 0)
    return start;
  int end = steps[DESKTOP_STEP_WAITING].percent - 1;
  if (elapsed_ms >= expected_ms)
    return end;
  return start + (int)((end - start) * elapsed_ms / expected_ms);
}
