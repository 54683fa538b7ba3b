/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of caraway-portal: one table, as --help and portal.conf show it. Owns the table and what
 * follows from several keys at once (which certificate, which broker); it opens nothing.
 */
#pragma once

#include "common/base/config.h"

#include <gio/gio.h>

/** A ConfigProbe, asked at each start too: nobody else reads the keys of this portal. */
gboolean portal_config_guard(const Config *config, GError **error);

/** Every key, ended by one without a group (static). */
const ConfigKey *portal_config_keys(void);

/** The switches of the command line, ended by one without a name (static). */
const ConfigSwitch *portal_config_switches(void);

/**
 * The files of the public certificate and its key (both transfer full): those that are set, else tls.crt and
 * tls.key in the state directory where they exist, else the joined identity. Fails with CARAWAY_ERROR_CONFIG
 * when only one of the two is set.
 */
gboolean portal_config_certificate(const Config *config, char **ret_certificate, char **ret_key,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The portal's name at the broker: what is set, else this machine's first name in lower case (transfer
 * full).
 */
char *portal_config_name(const Config *config);

/** The addresses and names that the joined certificate is to hold, NULL-terminated (transfer full): what is
 * set, and the address that is listened on unless that is any. */
char **portal_config_addresses(const Config *config);
