/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How desktops come to be: a row and the command to its host. Owns what a desktop of a pool is made with and
 * how it is called, not when one is wanted.
 */
#pragma once

#include "broker/model/desktop.h"
#include "broker/model/foreign.h"
#include "broker/service/work.h"

/** What a desktop of @pool is made with, as one text (transfer full). */
char *desktop_maker_shape(const Pool *pool);

/** Makes a desktop of @pool on @host for @owner_id as their @slot (NULL and 0: a spare): row and command.
 * Returns it. */
Desktop *desktop_maker_create(Work *work, const Pool *pool, const char *host, const char *owner_id,
                              guint slot, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes the virtual machine @foreign of @host into @pool, which is manual: row and command. Returns it. */
Desktop *desktop_maker_adopt(Work *work, const Pool *pool, const char *host, const Foreign *foreign,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Makes another desktop for the user whose @desktop was destroyed to be made anew, where there is room: else
 * they get one when they connect. */
gboolean desktop_maker_remake(Work *work, const Desktop *desktop, GError **error) G_GNUC_WARN_UNUSED_RESULT;
