/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/desktop_machine.h"

#define DO(name, what)                                                                                       \
  {                                                                                                          \
    ASSIGNMENT_##name, DESKTOP_EFFECT_##what                                                                 \
  }
#define BOTH(name, a, b)                                                                                     \
  {                                                                                                          \
    ASSIGNMENT_##name, DESKTOP_EFFECT_##a | DESKTOP_EFFECT_##b                                               \
  }

/* Columns: READY, CLAIM, RETIRE, FAIL, GONE. */
static const DesktopStep steps[ASSIGNMENTS][DESKTOP_EVENTS] = {
    [ASSIGNMENT_NONE] = {DO(SPARE, NONE), DO(ASSIGNED, RAISE_EPOCH), DO(RECYCLING, DESTROY),
                         DO(RECYCLING, DESTROY), DO(RECYCLING, FORGET)},
    [ASSIGNMENT_SPARE] = {DO(SPARE, NONE), DO(ASSIGNED, RAISE_EPOCH), DO(RECYCLING, DESTROY),
                          DO(RECYCLING, DESTROY), DO(RECYCLING, FORGET)},
    [ASSIGNMENT_ASSIGNED] = {DO(ASSIGNED, SESSION_READY), DO(ASSIGNED, REFUSE),
                             BOTH(RECYCLING, DESTROY, SESSION_END), BOTH(RECYCLING, DESTROY, SESSION_END),
                             BOTH(RECYCLING, FORGET, SESSION_END)},
    [ASSIGNMENT_RECYCLING] = {DO(RECYCLING, NONE), DO(RECYCLING, REFUSE), DO(RECYCLING, NONE),
                              DO(RECYCLING, NONE), DO(RECYCLING, FORGET)},
};

DesktopStep
desktop_machine_step(Assignment assignment, DesktopEvent event)
{
  return steps[assignment][event];
}
