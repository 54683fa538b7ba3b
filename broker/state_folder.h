/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker's state folder: made with strict modes, held by one process at a time, with the key in it that
 * the audit log is sealed with. Others look after their own files there.
 */
#pragma once

#include "common/base/config.h"
#include "common/wire/grant.h"

typedef struct StateFolder StateFolder;

/** A ConfigProbe, asked at each start too: the state directory of the configuration, if it is there yet, and
 * the keys in it are the broker's alone. */
gboolean state_folder_probe(const Config *config, GError **error);

/** Makes @path (mode 0700) if need be and takes its lock. CARAWAY_ERROR_CONFLICT while another broker holds
 * it, CARAWAY_ERROR_CONFIG when it cannot be used. */
StateFolder *state_folder_open(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The path of @name in it (transfer full). */
char *state_folder_file(const StateFolder *folder, const char *name);

/** The key that the audit log is sealed with, made at the first start with an id from @broker_name (transfer
 * full). Another one than those of grants, which are replaced: seals are verified for as long as the log is
 * kept. */
GrantKey *state_folder_audit_key(const StateFolder *folder, const char *broker_name,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Gives the lock back and frees @folder (nullable). */
void state_folder_close(StateFolder *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StateFolder, state_folder_close)
