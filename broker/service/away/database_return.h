/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way back after the database was away: tries it again, and before anybody else works with it brings the
 * books in line with what happened meanwhile. Owns the order of that; what is known is elsewhere.
 */
#pragma once

#include "broker/service/services_private.h"

/** Notes that work of @mode failed with @error, if that was the database's doing. */
void database_return_note(Services *services, DbMode mode, const GError *error);

/**
 * For a write that need not be made at once: TRUE when @problem (transfer full) is trouble with the database,
 * which is noted; else it becomes @error .
 */
gboolean database_return_forgive(Services *services, GError *problem,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Notes that @host fell silent over the link of @term, which could not be written. */
void database_return_note_silence(Services *services, const char *host, gint64 term);

/**
 * To be called again and again by the background thread. When all is well, writes what still waits; else
 * tries the database, when it is time to. TRUE: there is a database to work with.
 */
gboolean database_return_try(Services *services);

/** How long to wait for the next try, in microseconds; -1 when all is well. */
gint64 database_return_pause_us(Services *services);
