/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/policy/host_machine.h"

#define BACK                                                                                                 \
  {                                                                                                          \
    HOST_UP, HOST_EFFECT_TELL | HOST_EFFECT_RECONCILE                                                        \
  }

/* Columns: HELLO, SILENT, GIVE_UP. */
static const HostStep steps[HOST_STATES][HOST_EVENTS] = {
    [HOST_JOINING] = {BACK, {HOST_JOINING, HOST_EFFECT_NONE}, {HOST_JOINING, HOST_EFFECT_NONE}},
    [HOST_UP] = {BACK, {HOST_SILENT, HOST_EFFECT_TELL}, {HOST_UP, HOST_EFFECT_NONE}},
    [HOST_SILENT] = {BACK, {HOST_SILENT, HOST_EFFECT_NONE}, {HOST_DOWN, HOST_EFFECT_TELL | HOST_EFFECT_LOSE}},
    [HOST_DOWN] = {BACK, {HOST_DOWN, HOST_EFFECT_NONE}, {HOST_DOWN, HOST_EFFECT_NONE}},
};

HostStep
host_machine_step(HostState state, HostEvent event)
{
  return steps[state][event];
}
