/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_nouns.h"

static const CtlColumn pool_columns[] = {
    {"Name", "name"},
    {"Image", "image"},
    {"Size", "size"},
    {"Spares", "spares"},
    {"Ready", "counts.spare"},
    {"In use", "counts.assigned"},
    {"Starting", "counts.starting"},
    {"Failed", "counts.failed"},
    {"Problems", "problems", CTL_COUNT},
    {NULL},
};

static const CtlColumn pool_details[] = {
    {"Id", "id"},
    {"Name", "name"},
    {"Description", "description"},
    {"Kind", "kind"},
    {"Image", "image"},
    {"Size", "size"},
    {"Spares wanted", "spares"},
    {"Processors", "vcpus"},
    {"Memory MiB", "memory_mib"},
    {"Screens", "heads"},
    {"Account", "account"},
    {"Channels", "channels"},
    {"Ready", "counts.spare"},
    {"In use", "counts.assigned"},
    {"Starting", "counts.starting"},
    {"Failed", "counts.failed"},
    {"Problems", "problems", CTL_LINES},
    {NULL},
};

#define POOL_OPTIONS                                                                                         \
  {"description", CTL_TEXT, "TEXT", "what people read about it", "description"},                             \
      {"size", CTL_NUMBER, "N", "at most so many desktops", "size"},                                         \
      {"spares", CTL_NUMBER, "N", "so many kept ready", "spares"},                                           \
      {"vcpus", CTL_NUMBER, "N", "processors of a desktop", "vcpus"},                                        \
      {"memory-mib", CTL_NUMBER, "MIB", "memory of a desktop", "memory_mib"},                                \
      {"heads", CTL_NUMBER, "N", "screens of a desktop", "heads"},                                           \
      {"account", CTL_TEXT, "NAME", "local account in the desktop", "account"},                              \
  {                                                                                                          \
    "channels", CTL_LIST, "TYPES", "SPICE channels that are allowed, with commas", "channels"                \
  }

static const CtlOption pool_create_options[] = {
    {"image", CTL_TEXT, "NAME", "registered image", "image", TRUE},
    POOL_OPTIONS,
    {NULL},
};

static const CtlOption pool_set_options[] = {
    {"image", CTL_TEXT, "NAME", "registered image", "image"},
    POOL_OPTIONS,
    {NULL},
};

const CtlCommand ctl_pool_commands[] = {
    {.verb = "list",
     .summary = "List pools",
     .options = ctl_list_options,
     .method = "GET",
     .path = {"pools"},
     .show = CTL_SHOW_LIST,
     .columns = pool_columns},
    {.verb = "create",
     .summary = "Make a pool of floating desktops",
     .positionals = {{"NAME", "name"}},
     .options = pool_create_options,
     .method = "POST",
     .path = {"pools"},
     .body = "{\"kind\":\"floating\"}",
     .done = "The pool $1 was made."},
    {.verb = "show",
     .summary = "Show a pool and how it is doing",
     .positionals = {{"NAME"}},
     .method = "GET",
     .path = {"pools", "$1"},
     .show = CTL_SHOW_OBJECT,
     .columns = pool_details},
    {.verb = "set",
     .summary = "Change a pool; spares of another shape are made anew",
     .positionals = {{"NAME"}},
     .options = pool_set_options,
     .method = "PATCH",
     .path = {"pools", "$1"},
     .done = "The pool $1 was changed."},
    {.verb = "delete",
     .summary = "Delete a pool and its desktops",
     .positionals = {{"NAME"}},
     .method = "DELETE",
     .path = {"pools", "$1"},
     .done = "The pool $1 was deleted.",
     .confirm = "Delete the pool $1 and its desktops?"},
    {NULL},
};

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
