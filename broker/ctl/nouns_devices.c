/* SPDX-License-Identifier: Apache-2.0 */
/* Kiosks: who asks to join, and what those do that did. */
#include "broker/ctl/ctl_nouns.h"

static const CtlColumn device_columns[] = {
    {"Name", "name"},
    {"State", "state"},
    {"Code", "code"},
    {"Fingerprint", "fingerprint"},
    {"Model", "model"},
    {"Pool", "pool"},
    {"Seen", "seen", CTL_TIME},
    {"From", "address"},
    {NULL},
};

static const CtlColumn device_details[] = {
    {"Id", "id"},
    {"Name", "name"},
    {"Description", "description"},
    {"State", "state"},
    {"Code", "code"},
    {"Fingerprint", "fingerprint"},
    {"Model", "model"},
    {"Host name", "hostname"},
    {"Client version", "client_version"},
    {"Asked from", "address"},
    {"Asked", "created", CTL_TIME},
    {"Waits until", "expires", CTL_TIME},
    {"Decided by", "decided_by"},
    {"Approved", "approved", CTL_TIME},
    {"Account", "account"},
    {"Seen", "seen", CTL_TIME},
    {"Seen from", "seen_from"},
    {"Pool", "pool"},
    {NULL},
};

static const CtlOption list_options[] = {
    {"pending", CTL_FLAG, NULL, "only those that wait to be approved", .query = "pending"},
    {"limit", CTL_NUMBER, "N", "at most N rows"},
    {NULL},
};

/* clang-format off */
#define SETTING_OPTIONS                                                                                      \
    {"pool", CTL_TEXT, "POOL", "opened by itself; the device is entitled to it", "pool"},                    \
    {"description", CTL_TEXT, "TEXT", "where it stands", "description"}
/* clang-format on */

static const CtlOption approve_options[] = {
    {"name", CTL_TEXT, "NAME", "what it is called from now on", "name", TRUE},
    SETTING_OPTIONS,
    {"group", CTL_TEXT, "GROUP", "group that its account becomes a member of", "group"},
    {NULL},
};

static const CtlOption set_options[] = {
    SETTING_OPTIONS,
    {"no-pool", CTL_NULL, NULL, "open none by itself", "pool"},
    {NULL},
};

const CtlCommand ctl_device_commands[] = {
    {.verb = "list",
     .summary = "List devices",
     .options = list_options,
     .method = "GET",
     .path = {"devices"},
     .show = CTL_SHOW_LIST,
     .columns = device_columns},
    {.verb = "show",
     .summary = "Show a device",
     .positionals = {{"DEVICE"}},
     .method = "GET",
     .path = {"devices", "$1"},
     .show = CTL_SHOW_OBJECT,
     .columns = device_details},
    {.verb = "approve",
     .summary = "Let in a device that shows this code",
     .positionals = {{"CODE"}},
     .options = approve_options,
     .method = "POST",
     .path = {"devices", "$1", "approve"},
     .done = "The device $1 was approved."},
    {.verb = "reject",
     .summary = "Turn away a device that shows this code",
     .positionals = {{"CODE"}},
     .method = "POST",
     .path = {"devices", "$1", "reject"},
     .done = "The device $1 was turned away."},
    {.verb = "set",
     .summary = "Change what a device does",
     .positionals = {{"DEVICE"}},
     .options = set_options,
     .method = "PATCH",
     .path = {"devices", "$1"},
     .done = "The device $1 was changed."},
    {.verb = "revoke",
     .summary = "Throw a device out for good; ends its sessions",
     .positionals = {{"DEVICE"}},
     .method = "POST",
     .path = {"devices", "$1", "revoke"},
     .done = "The device $1 was revoked.",
     .confirm = "Revoke the device $1 and cut its sessions?"},
    {.verb = "delete",
     .summary = "Forget a device; it may ask to join again",
     .positionals = {{"DEVICE"}},
     .method = "DELETE",
     .path = {"devices", "$1"},
     .done = "The device $1 was deleted.",
     .confirm = "Delete the device $1 and end its sessions?"},
    {NULL},
};
