/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session as it is shown: its row and what its host has to do with it.
 */
#pragma once

#include "broker/model/session.h"
#include "broker/store/database.h"

/** The session @id with its reasons; CARAWAY_ERROR_NOT_FOUND. */
Session *session_view_find(DbTransaction *transaction, const char *id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Adds to the reasons of @session why it does not get on at the moment. */
gboolean session_view_complete(DbTransaction *transaction, Session *session,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
