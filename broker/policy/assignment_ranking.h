/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of a pool's desktops to hand out first. The ranking is an offer: the store claims conditionally in
 * this order.
 */
#pragma once

#include "broker/model/desktop.h"

/**
 * The desktops of @desktops (array of Desktop) that could be handed out, best first, as an array that borrows
 * them (transfer container): ready spares, those made as the pool is now (@shape) before others, longest
 * waiting first; then those being made, the furthest first. @hosts_up (array of names, borrowed): a desktop
 * elsewhere is no candidate; NULL when all are known to be on hosts that answer.
 */
GPtrArray *assignment_ranking_make(const GPtrArray *desktops, const GPtrArray *hosts_up, const char *shape);

/** Whether a console on @desktop would show a desktop at once. */
gboolean assignment_ranking_is_ready(const Desktop *desktop);
