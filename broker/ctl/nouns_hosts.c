/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_nouns.h"

static const CtlColumn host_columns[] = {
    {"Name", "name"},
    {"State", "state"},
    {"Duty", "duty"},
    {"Accelerator", "accelerator"},
    {"Processors", "capacity.cpus"},
    {"Memory free MiB", "capacity.memory_free_mib"},
    {"Disk free MiB", "capacity.disk_free_mib"},
    {"Desktops", "desktops"},
    {"Images", "images"},
    {NULL},
};

static const CtlColumn host_details[] = {
    {"Name", "name"},
    {"State", "state"},
    {"Duty", "duty"},
    {"Accelerator", "accelerator"},
    {"Because", "accelerator_reason"},
    {"Processors", "capacity.cpus"},
    {"Memory MiB", "capacity.memory_mib"},
    {"Memory free MiB", "capacity.memory_free_mib"},
    {"Disk free MiB", "capacity.disk_free_mib"},
    {"Desktops", "desktops"},
    {"Images", "images", CTL_LINES},
    {"Kept aside", "quarantined", CTL_LINES},
    {"Not ours", "foreign", CTL_LINES},
    {"Relay", "relay.address"},
    {"Relay port", "relay.port"},
    {"Last seen", "last_seen", CTL_TIME},
    {NULL},
};

static const CtlColumn token_columns[] = {
    {"Token", "token"},
    {"Valid until", "expires", CTL_TIME},
    {NULL},
};

static const CtlOption token_options[] = {
    {"role", CTL_TEXT, "ROLE", "host or portal; host when left out", "role"},
    {"lifetime-s", CTL_NUMBER, "SECONDS", "how long it can be used", "lifetime_s"},
    {NULL},
};

static const CtlOption remove_options[] = {
    {"force", CTL_FLAG, NULL, "also one that is gone for good with desktops of users, which are lost",
     .query = "force"},
    {NULL},
};

const CtlCommand ctl_host_commands[] = {
    {.verb = "list",
     .summary = "List hosts",
     .options = ctl_list_options,
     .method = "GET",
     .path = {"hosts"},
     .show = CTL_SHOW_LIST,
     .columns = host_columns},
    {.verb = "show",
     .summary = "Show a host",
     .positionals = {{"NAME"}},
     .method = "GET",
     .path = {"hosts", "$1"},
     .show = CTL_SHOW_OBJECT,
     .columns = host_details},
    {.verb = "join-token",
     .summary = "Make a token with which one host or portal joins",
     .options = token_options,
     .method = "POST",
     .path = {"hosts", "join-tokens"},
     .body = "{\"role\":\"host\"}",
     .show = CTL_SHOW_OBJECT,
     .columns = token_columns},
    {.verb = "drain",
     .summary = "Put nothing new on a host until its last desktop has ended",
     .positionals = {{"NAME"}},
     .method = "POST",
     .path = {"hosts", "$1", "drain"},
     .show = CTL_SHOW_OBJECT,
     .columns = host_details},
    {.verb = "maintenance",
     .summary = "Take a host on which nothing runs out of service",
     .positionals = {{"NAME"}},
     .method = "POST",
     .path = {"hosts", "$1", "maintenance"},
     .show = CTL_SHOW_OBJECT,
     .columns = host_details},
    {.verb = "activate",
     .summary = "Put desktops on a host again",
     .positionals = {{"NAME"}},
     .method = "POST",
     .path = {"hosts", "$1", "activate"},
     .show = CTL_SHOW_OBJECT,
     .columns = host_details},
    {.verb = "remove",
     .summary = "Forget a host; its certificate is no longer taken",
     .positionals = {{"NAME"}},
     .options = remove_options,
     .method = "DELETE",
     .path = {"hosts", "$1"},
     .done = "The host $1 was removed.",
     .confirm =
         "Remove the host $1? Sessions on it end, and with --force desktops that belong to somebody are "
         "lost."},
    {NULL},
};

static const CtlColumn certificate_columns[] = {
    {"Serial", "serial"},
    {"Role", "role"},
    {"Name", "name"},
    {"Issued", "issued", CTL_TIME},
    {"Valid until", "not_after", CTL_TIME},
    {"Revoked", "revoked", CTL_TIME},
    {"Replaced by", "replaced_by"},
    {NULL},
};

static const CtlColumn certificate_details[] = {
    {"Serial", "serial"},
    {"Role", "role"},
    {"Name", "name"},
    {"Addresses", "addresses", CTL_LINES},
    {"Authority", "authority"},
    {"Valid from", "not_before", CTL_TIME},
    {"Valid until", "not_after", CTL_TIME},
    {"Issued", "issued", CTL_TIME},
    {"Issued by", "issued_by"},
    {"Revoked", "revoked", CTL_TIME},
    {"Revoked by", "revoked_by"},
    {"Reason", "reason"},
    {"Replaced by", "replaced_by"},
    {NULL},
};

static const CtlOption certificate_list_options[] = {
    {"role", CTL_TEXT, "ROLE", "of brokers, hosts, relays or portals alone", .query = "role"},
    {"name", CTL_TEXT, "NAME", "of machines of this name alone", .query = "name"},
    {"revoked", CTL_FLAG, NULL, "those alone that were revoked", .query = "revoked"},
    {"limit", CTL_NUMBER, "N", "at most N rows"},
    {NULL},
};

static const CtlOption revoke_options[] = {
    {"reason", CTL_TEXT, "TEXT", "why, for the audit log", "reason"},
    {"all", CTL_FLAG, NULL, "all certificates of its machine", "all"},
    {NULL},
};

const CtlCommand ctl_certificate_commands[] = {
    {.verb = "list",
     .summary = "List certificates of brokers, hosts, relays and portals",
     .options = certificate_list_options,
     .method = "GET",
     .path = {"certificates"},
     .show = CTL_SHOW_LIST,
     .columns = certificate_columns},
    {.verb = "show",
     .summary = "Show a certificate",
     .positionals = {{"SERIAL"}},
     .method = "GET",
     .path = {"certificates", "$1"},
     .show = CTL_SHOW_OBJECT,
     .columns = certificate_details},
    {.verb = "revoke",
     .summary = "Revoke a certificate; its machine is cut off",
     .positionals = {{"SERIAL"}},
     .options = revoke_options,
     .method = "POST",
     .path = {"certificates", "$1", "revoke"},
     .show = CTL_SHOW_OBJECT,
     .columns = certificate_details,
     .confirm = "Revoke the certificate $1? Its machine is cut off and has to join again."},
    {NULL},
};

static const CtlColumn broker_columns[] = {
    {"Name", "name"},
    {"Address", "address"},
    {"Version", "version"},
    {"Alive", "alive"},
    {"Keeps the pools", "keeper"},
    {"Hosts", "hosts"},
    {"Last seen", "seen", CTL_TIME},
    {NULL},
};

const CtlCommand ctl_broker_commands[] = {
    {.verb = "list",
     .summary = "List the brokers of this installation",
     .options = ctl_list_options,
     .method = "GET",
     .path = {"brokers"},
     .show = CTL_SHOW_LIST,
     .columns = broker_columns},
    {NULL},
};

static const CtlColumn grant_key_columns[] = {
    {"Key", "id"},
    {"Broker", "broker"},
    {"State", "state"},
    {"Since", "since", CTL_TIME},
    {"Published", "created", CTL_TIME},
    {"Replacement asked", "replacement_asked", CTL_TIME},
    {"Reason", "reason"},
    {NULL},
};

static const CtlOption rotate_options[] = {
    {"broker", CTL_TEXT, "NAME", "of this broker alone", "broker"},
    {NULL},
};

static const CtlOption revoke_key_options[] = {
    {"reason", CTL_TEXT, "TEXT", "why, for the audit log", "reason"},
    {NULL},
};

const CtlCommand ctl_grant_key_commands[] = {
    {.verb = "list",
     .summary = "List the keys of all brokers, and those that are gone",
     .options = ctl_list_options,
     .method = "GET",
     .path = {"grant-keys"},
     .show = CTL_SHOW_LIST,
     .columns = grant_key_columns},
    {.verb = "rotate",
     .summary = "Have the brokers change their keys in good order; no console is refused",
     .options = rotate_options,
     .method = "POST",
     .path = {"grant-keys", "rotate"},
     .done = "The keys are being changed; “carawayctl grant-key list” shows how far that is."},
    {.verb = "revoke",
     .summary = "Take a key back that leaked; what it signed is refused at once",
     .positionals = {{"KEY"}},
     .options = revoke_key_options,
     .method = "POST",
     .path = {"grant-keys", "$1", "revoke"},
     .show = CTL_SHOW_OBJECT,
     .columns = grant_key_columns,
     .confirm =
         "Revoke the grant key $1? Consoles that are being opened with it at this moment are refused."},
    {NULL},
};
