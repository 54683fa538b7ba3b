/* SPDX-License-Identifier: Apache-2.0 */
/* Who may use which pool, and what pools are made from. */
#include "broker/ctl/ctl_nouns.h"

static const CtlColumn entitlement_columns[] = {
    {"Kind", "kind"},
    {"Name", "name"},
    {NULL},
};

const CtlCommand ctl_entitlement_commands[] = {
    {.verb = "list",
     .summary = "List who may use a pool",
     .positionals = {{"POOL"}},
     .options = ctl_list_options,
     .method = "GET",
     .path = {"pools", "$1", "entitlements"},
     .show = CTL_SHOW_LIST,
     .columns = entitlement_columns},
    {.verb = "grant",
     .summary = "Let a user or group use a pool",
     .positionals = {{"POOL"}, {"KIND", NULL, "user|group"}, {"NAME"}},
     .method = "PUT",
     .path = {"pools", "$1", "entitlements", "$2", "$3"},
     .done = "The $2 $3 may use the pool $1."},
    {.verb = "revoke",
     .summary = "Take that back; sessions that it allowed are cut",
     .positionals = {{"POOL"}, {"KIND", NULL, "user|group"}, {"NAME"}},
     .method = "DELETE",
     .path = {"pools", "$1", "entitlements", "$2", "$3"},
     .done = "The $2 $3 may no longer use the pool $1.",
     .confirm = "Take the pool $1 from the $2 $3 and cut the sessions there?"},
    {NULL},
};

static const CtlColumn image_columns[] = {
    {"Name", "name"}, {"Size MiB", "size_mib"},     {"Hosts", "hosts"},
    {"Hash", "hash"}, {"Registered", "registered"}, {NULL},
};

const CtlCommand ctl_image_commands[] = {
    {.verb = "list",
     .summary = "List images that hosts hold",
     .options = ctl_list_options,
     .method = "GET",
     .path = {"images"},
     .show = CTL_SHOW_LIST,
     .columns = image_columns},
    {.verb = "register",
     .summary = "Let pools use an image that hosts hold",
     .positionals = {{"NAME", "name"}},
     .method = "POST",
     .path = {"images"},
     .done = "The image $1 was registered."},
    {.verb = "delete",
     .summary = "Forget an image; the hosts keep their files",
     .positionals = {{"NAME"}},
     .method = "DELETE",
     .path = {"images", "$1"},
     .done = "The image $1 was forgotten.",
     .confirm = "Forget the image $1?"},
    {NULL},
};
