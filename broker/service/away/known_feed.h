/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps what is known by heart (known_sessions.h, known_sign_ins.h) true to what is committed.
 */
#pragma once

#include "broker/service/cluster/change_telling.h"
#include "broker/service/work.h"

/** Reads everything: at the start. */
gboolean known_feed_load(Services *services, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Reads what @changes are about. @stamp was taken of the known sign-ins before @work was begun. */
gboolean known_feed_take(Work *work, const Changes *changes, guint64 stamp,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets the sessions of @changes, which could not be read: they may have ended. */
void known_feed_doubt(Services *services, const Changes *changes);
