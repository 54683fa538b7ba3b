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

static const CtlColumn audit_columns[] = {
    {"Time", "time", CTL_TIME}, {"Actor", "actor"},   {"Action", "action"},
    {"Object", "object"},       {"Result", "result"}, {"Code", "code"},
    {"Address", "address"},     {"Detail", "detail"}, {NULL},
};

const CtlCommand ctl_audit_commands[] = {
    {.verb = "list",
     .summary = "List what was done, newest first",
     .options = ctl_list_options,
     .method = "GET",
     .path = {"audit"},
     .show = CTL_SHOW_LIST,
     .default_limit = 100,
     .columns = audit_columns},
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
