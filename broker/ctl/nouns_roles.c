/* SPDX-License-Identifier: Apache-2.0 */
/* Roles, and who has which on what. */
#include "broker/ctl/ctl_nouns.h"

static const CtlColumn role_columns[] = {
    {"Name", "name"},
    {"Description", "description"},
    {"Fixed", "fixed"},
    {"Second factor required", "second_factor_required"},
    {"Permissions", "permissions", CTL_COUNT},
    {NULL},
};

static const CtlColumn role_details[] = {
    {"Name", "name"},
    {"Description", "description"},
    {"Fixed", "fixed"},
    {"Second factor required", "second_factor_required"},
    {"Permissions", "permissions", CTL_LINES},
    {NULL},
};

static const CtlOption new_role_options[] = {
    {"permissions", CTL_LIST, "LIST", "names with commas, as pool.read", "permissions", .is_required = TRUE},
    {"description", CTL_TEXT, "TEXT", "what the role is for", "description"},
    {"second-factor", CTL_TRUTH, "yes|no", "whether who has it needs a second factor",
     "second_factor_required"},
    {NULL},
};

static const CtlOption role_options[] = {
    {"permissions", CTL_LIST, "LIST", "names with commas, all that it gives from now on", "permissions"},
    {"description", CTL_TEXT, "TEXT", "what the role is for", "description"},
    {"second-factor", CTL_TRUTH, "yes|no", "whether who has it needs a second factor; of fixed ones, too",
     "second_factor_required"},
    {NULL},
};

const CtlCommand ctl_role_commands[] = {
    {.verb = "list",
     .summary = "List roles",
     .method = "GET",
     .path = {"roles"},
     .show = CTL_SHOW_ITEMS,
     .columns = role_columns},
    {.verb = "show",
     .summary = "Show a role and what it permits",
     .positionals = {{"NAME"}},
     .method = "GET",
     .path = {"roles", "$1"},
     .show = CTL_SHOW_OBJECT,
     .columns = role_details},
    {.verb = "create",
     .summary = "Make a role of one's own",
     .positionals = {{"NAME", "name"}},
     .options = new_role_options,
     .method = "POST",
     .path = {"roles"},
     .done = "The role $1 was made."},
    {.verb = "set",
     .summary = "Change a role, for all who have it at once",
     .positionals = {{"NAME"}},
     .options = role_options,
     .method = "PATCH",
     .path = {"roles", "$1"},
     .done = "The role $1 was changed."},
    {.verb = "delete",
     .summary = "Delete a role and take it from all who have it",
     .positionals = {{"NAME"}},
     .method = "DELETE",
     .path = {"roles", "$1"},
     .done = "The role $1 was deleted.",
     .confirm = "Delete the role $1 and take it from all who have it?"},
    {NULL},
};

static const CtlColumn binding_columns[] = {
    {"Kind", "kind"}, {"Name", "subject"}, {"Role", "role"}, {"Object", "object"}, {"Id", "id"}, {NULL},
};

static const CtlOption grant_options[] = {
    {"object", CTL_TEXT, "PATH", "where: /pools/NAME, /hosts/NAME, /groups/NAME …; everywhere without it",
     "object"},
    {NULL},
};

const CtlCommand ctl_binding_commands[] = {
    {.verb = "list",
     .summary = "List who has which role on what",
     .options = ctl_list_options,
     .method = "GET",
     .path = {"role-bindings"},
     .show = CTL_SHOW_LIST,
     .columns = binding_columns},
    {.verb = "grant",
     .summary = "Give a role to a user or group",
     .positionals = {{"KIND", "kind", "user|group"}, {"NAME", "subject"}, {"ROLE", "role"}},
     .options = grant_options,
     .method = "POST",
     .path = {"role-bindings"},
     .done = "The $1 $2 has the role $3."},
    {.verb = "revoke",
     .summary = "Take a role back, by the id that list shows",
     .positionals = {{"ID"}},
     .method = "DELETE",
     .path = {"role-bindings", "$1"},
     .done = "The binding $1 was revoked.",
     .confirm = "Take this role back?"},
    {NULL},
};
