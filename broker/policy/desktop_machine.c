/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/desktop_machine.h"

#define TO(name, what)                                                                                       \
  {                                                                                                          \
    ASSIGNMENT_##name, what                                                                                  \
  }

#define NOTHING 0
#define NO      DESKTOP_EFFECT_REFUSE
#define EPOCH   DESKTOP_EFFECT_RAISE_EPOCH
#define DESTROY DESKTOP_EFFECT_DESTROY
#define RELEASE DESKTOP_EFFECT_RELEASE
#define FORGET  DESKTOP_EFFECT_FORGET
#define SHOW    DESKTOP_EFFECT_SESSION_READY
#define END     DESKTOP_EFFECT_SESSION_END
#define OUT     DESKTOP_EFFECT_SIGN_OUT
#define STOP    DESKTOP_EFFECT_SHUT_DOWN
#define REMAKE  DESKTOP_EFFECT_REMAKE
#define MISS    DESKTOP_EFFECT_MISS

/* The same for all kinds: it is on its way out, and nothing but being gone changes that. */
#define LEAVING                                                                                              \
  {                                                                                                          \
    [DESKTOP_EVENT_READY] = TO(RECYCLING, NOTHING), [DESKTOP_EVENT_CLAIM] = TO(RECYCLING, NO),               \
    [DESKTOP_EVENT_ASSIGN] = TO(RECYCLING, NO), [DESKTOP_EVENT_OPEN] = TO(RECYCLING, NO),                    \
    [DESKTOP_EVENT_LEAVE] = TO(RECYCLING, NOTHING),                                                          \
    [DESKTOP_EVENT_LOG_OFF_RECLONE] = TO(RECYCLING, NOTHING),                                                \
    [DESKTOP_EVENT_LOG_OFF_KEEP] = TO(RECYCLING, NOTHING),                                                   \
    [DESKTOP_EVENT_LOG_OFF_STOP] = TO(RECYCLING, NOTHING), [DESKTOP_EVENT_OFF] = TO(RECYCLING, NOTHING),     \
    [DESKTOP_EVENT_FAIL] = TO(RECYCLING, NOTHING), [DESKTOP_EVENT_UNMADE] = TO(RECYCLING, NOTHING),          \
    [DESKTOP_EVENT_UNASSIGN] = TO(RECYCLING, NO), [DESKTOP_EVENT_RETIRE] = TO(RECYCLING, NOTHING),           \
    [DESKTOP_EVENT_GONE] = TO(RECYCLING, FORGET),                                                            \
  }

/* A desktop that was made from an image and is nobody's yet; floating ones are given by connecting alone. */
#define MADE(name, assign)                                                                                   \
  {                                                                                                          \
    [DESKTOP_EVENT_READY] = TO(SPARE, NOTHING), [DESKTOP_EVENT_CLAIM] = TO(ASSIGNED, EPOCH),                 \
    [DESKTOP_EVENT_ASSIGN] = assign, [DESKTOP_EVENT_OPEN] = TO(name, NO),                                    \
    [DESKTOP_EVENT_LEAVE] = TO(name, NOTHING), [DESKTOP_EVENT_LOG_OFF_RECLONE] = TO(name, NOTHING),          \
    [DESKTOP_EVENT_LOG_OFF_KEEP] = TO(name, NOTHING), [DESKTOP_EVENT_LOG_OFF_STOP] = TO(name, NOTHING),      \
    [DESKTOP_EVENT_OFF] = TO(RECYCLING, DESTROY), [DESKTOP_EVENT_FAIL] = TO(RECYCLING, DESTROY),             \
    [DESKTOP_EVENT_UNMADE] = TO(RECYCLING, DESTROY), [DESKTOP_EVENT_UNASSIGN] = TO(name, NO),                \
    [DESKTOP_EVENT_RETIRE] = TO(RECYCLING, DESTROY), [DESKTOP_EVENT_GONE] = TO(RECYCLING, FORGET),           \
  }

/* A machine that an administrator brought and nobody was given: it may be off, and only releasing it ends
 * it. */
#define BROUGHT(name)                                                                                        \
  {                                                                                                          \
    [DESKTOP_EVENT_READY] = TO(SPARE, NOTHING), [DESKTOP_EVENT_CLAIM] = TO(name, NO),                        \
    [DESKTOP_EVENT_ASSIGN] = TO(ASSIGNED, EPOCH), [DESKTOP_EVENT_OPEN] = TO(name, NO),                       \
    [DESKTOP_EVENT_LEAVE] = TO(name, NOTHING), [DESKTOP_EVENT_LOG_OFF_RECLONE] = TO(name, NOTHING),          \
    [DESKTOP_EVENT_LOG_OFF_KEEP] = TO(name, NOTHING), [DESKTOP_EVENT_LOG_OFF_STOP] = TO(name, NOTHING),      \
    [DESKTOP_EVENT_OFF] = TO(SPARE, NOTHING), [DESKTOP_EVENT_FAIL] = TO(name, NOTHING),                      \
    [DESKTOP_EVENT_UNMADE] = TO(RECYCLING, FORGET), [DESKTOP_EVENT_UNASSIGN] = TO(name, NO),                 \
    [DESKTOP_EVENT_RETIRE] = TO(RECYCLING, RELEASE), [DESKTOP_EVENT_GONE] = TO(name, MISS),                  \
  }

static const DesktopStep
    steps[POOL_KINDS][ASSIGNMENTS][DESKTOP_EVENTS] =
        {
            [POOL_FLOATING] =
                {
                    [ASSIGNMENT_NONE] = MADE(NONE, TO(NONE, NO)),
                    [ASSIGNMENT_SPARE] = MADE(SPARE, TO(SPARE, NO)),
                    [ASSIGNMENT_ASSIGNED] =
                        {
                            [DESKTOP_EVENT_READY] = TO(ASSIGNED, SHOW),
                            [DESKTOP_EVENT_CLAIM] = TO(ASSIGNED, NO),
                            [DESKTOP_EVENT_ASSIGN] = TO(ASSIGNED, NO),
                            [DESKTOP_EVENT_OPEN] = TO(ASSIGNED, NO),
                            [DESKTOP_EVENT_LEAVE] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_LOG_OFF_RECLONE] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_LOG_OFF_KEEP] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_LOG_OFF_STOP] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_OFF] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_FAIL] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_UNMADE] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_UNASSIGN] = TO(ASSIGNED, NO),
                            [DESKTOP_EVENT_RETIRE] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_GONE] = TO(RECYCLING, FORGET | END),
                        },
                    [ASSIGNMENT_RECYCLING] = LEAVING,
                },
            [POOL_DEDICATED] =
                {
                    [ASSIGNMENT_NONE] = MADE(NONE, TO(ASSIGNED, EPOCH)),
                    [ASSIGNMENT_SPARE] = MADE(SPARE, TO(ASSIGNED, EPOCH)),
                    [ASSIGNMENT_ASSIGNED] =
                        {
                            [DESKTOP_EVENT_READY] = TO(ASSIGNED, SHOW),
                            [DESKTOP_EVENT_CLAIM] = TO(ASSIGNED, NO),
                            [DESKTOP_EVENT_ASSIGN] = TO(ASSIGNED, NO),
                            [DESKTOP_EVENT_OPEN] = TO(ASSIGNED, EPOCH),
                            [DESKTOP_EVENT_LEAVE] = TO(ASSIGNED, END),
                            [DESKTOP_EVENT_LOG_OFF_RECLONE] = TO(RECYCLING, DESTROY | END | REMAKE),
                            [DESKTOP_EVENT_LOG_OFF_KEEP] = TO(ASSIGNED, END | OUT),
                            [DESKTOP_EVENT_LOG_OFF_STOP] = TO(ASSIGNED, END | STOP),
                            [DESKTOP_EVENT_OFF] = TO(ASSIGNED, END),
                            [DESKTOP_EVENT_FAIL] = TO(ASSIGNED, END),
                            [DESKTOP_EVENT_UNMADE] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_UNASSIGN] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_RETIRE] = TO(RECYCLING, DESTROY | END),
                            [DESKTOP_EVENT_GONE] = TO(ASSIGNED, END | MISS),
                        },
                    [ASSIGNMENT_RECYCLING] = LEAVING,
                },
            [POOL_MANUAL] =
                {
                    [ASSIGNMENT_NONE] = BROUGHT(NONE),
                    [ASSIGNMENT_SPARE] = BROUGHT(SPARE),
                    [ASSIGNMENT_ASSIGNED] =
                        {
                            [DESKTOP_EVENT_READY] = TO(ASSIGNED, SHOW),
                            [DESKTOP_EVENT_CLAIM] = TO(ASSIGNED, NO),
                            [DESKTOP_EVENT_ASSIGN] = TO(ASSIGNED, NO),
                            [DESKTOP_EVENT_OPEN] = TO(ASSIGNED, EPOCH),
                            [DESKTOP_EVENT_LEAVE] = TO(ASSIGNED, END),
                            [DESKTOP_EVENT_LOG_OFF_RECLONE] =
                                TO(ASSIGNED, END | OUT), /* never made, never remade */
                            [DESKTOP_EVENT_LOG_OFF_KEEP] = TO(ASSIGNED, END | OUT),
                            [DESKTOP_EVENT_LOG_OFF_STOP] = TO(ASSIGNED, END | STOP),
                            [DESKTOP_EVENT_OFF] = TO(ASSIGNED, END),
                            [DESKTOP_EVENT_FAIL] = TO(ASSIGNED, END),
                            [DESKTOP_EVENT_UNMADE] = TO(RECYCLING, FORGET | END),
                            [DESKTOP_EVENT_UNASSIGN] = TO(SPARE, END | OUT | EPOCH),
                            [DESKTOP_EVENT_RETIRE] = TO(RECYCLING, RELEASE | END),
                            [DESKTOP_EVENT_GONE] = TO(ASSIGNED, END | MISS),
                        },
                    [ASSIGNMENT_RECYCLING] = LEAVING,
                },
};

DesktopStep
desktop_machine_step(PoolKind kind, Assignment assignment, DesktopEvent event)
{
  return steps[kind][assignment][event];
}

DesktopEvent
desktop_machine_log_off(PoolLogoff on_logoff)
{
  switch (on_logoff) {
  case POOL_LOGOFF_KEEP:
    return DESKTOP_EVENT_LOG_OFF_KEEP;
  case POOL_LOGOFF_STOP:
    return DESKTOP_EVENT_LOG_OFF_STOP;
  default:
    return DESKTOP_EVENT_LOG_OFF_RECLONE;
  }
}
