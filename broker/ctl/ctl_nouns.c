/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_nouns.h"

const CtlOption ctl_list_options[] = {
    {"limit", CTL_NUMBER, "N", "at most N rows"},
    {NULL},
};

static const CtlNoun all_nouns[] = {
    {"login", "Signing in", ctl_login_commands},
    {"logout", "Signing out", ctl_logout_commands},
    {"whoami", "Who is signed in", ctl_whoami_commands},
    {"password", "One's own password", ctl_password_commands},
    {"token", "Access tokens, by which programs act for one", ctl_token_commands},
    {"sign-in", "Where one is signed in", ctl_sign_in_commands},
    {"factor", "One's own second factor", ctl_factor_commands},
    {"user", "Accounts of people", ctl_user_commands},
    {"group", "Groups of users", ctl_group_commands},
    {"role", "What accounts may do", ctl_role_commands},
    {"binding", "Who has which role on what", ctl_binding_commands},
    {"pool", "Pools of desktops", ctl_pool_commands},
    {"entitlement", "Who may use which pool", ctl_entitlement_commands},
    {"image", "Images that desktops are made from", ctl_image_commands},
    {"host", "Machines that run desktops", ctl_host_commands},
    {"broker", "Brokers of this installation", ctl_broker_commands},
    {"certificate", "Certificates of machines", ctl_certificate_commands},
    {"grant-key", "Keys that brokers sign permissions for consoles with", ctl_grant_key_commands},
    {"session", "Sessions of people on desktops", ctl_session_commands},
    {"desktop", "Desktops of all pools", ctl_desktop_commands},
    {"authenticator", "Directories that people sign in by", ctl_authenticator_commands},
    {"device", "Kiosks that sign in by themselves", ctl_device_commands},
    {"audit", "What was done by whom", ctl_audit_commands},
    {NULL},
};

const CtlNoun *
ctl_nouns(void)
{
  return all_nouns;
}
