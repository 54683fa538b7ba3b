/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of commands, one file for each group of nouns, and the table of all of them.
 */
#pragma once

#include "broker/ctl/ctl_command.h"

/** Every noun of carawayctl (static). */
const CtlNoun *ctl_nouns(void);

/** login, logout, whoami, password. */
extern const CtlCommand ctl_login_commands[], ctl_logout_commands[], ctl_whoami_commands[],
    ctl_password_commands[];

/** sign-in. */
extern const CtlCommand ctl_sign_in_commands[];

/** token. */
extern const CtlCommand ctl_token_commands[];

/** What lists of access tokens show. */
extern const CtlColumn ctl_token_columns[];

/** What lists of sign-ins show. */
extern const CtlColumn ctl_sign_in_columns[];

/** factor. */
extern const CtlCommand ctl_factor_commands[];

/** user, group. */
extern const CtlCommand ctl_user_commands[], ctl_group_commands[];

/** role, binding. */
extern const CtlCommand ctl_role_commands[], ctl_binding_commands[];

/** pool, entitlement, image. */
extern const CtlCommand ctl_pool_commands[], ctl_entitlement_commands[], ctl_image_commands[];

/** session, desktop. */
extern const CtlCommand ctl_session_commands[], ctl_desktop_commands[];

/** device. */
extern const CtlCommand ctl_device_commands[];

/** host, broker, certificate, grant-key. */
extern const CtlCommand ctl_host_commands[], ctl_broker_commands[], ctl_certificate_commands[],
    ctl_grant_key_commands[];

/** audit. */
extern const CtlCommand ctl_audit_commands[];

/** authenticator. */
extern const CtlCommand ctl_authenticator_commands[];

/** --limit, for lists that have no other option. */
extern const CtlOption ctl_list_options[];
