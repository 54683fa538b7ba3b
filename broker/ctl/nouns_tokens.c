/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_nouns.h"

const CtlColumn ctl_token_columns[] = {
    {"Name", "name"},
    {"Scopes", "scopes"},
    {"Expires", "expires", CTL_TIME},
    {"Last used", "last_used", CTL_TIME},
    {"From", "address"},
    {NULL},
};

static const CtlColumn token_details[] = {
    {"Token", "token"}, {"Name", "name"}, {"Scopes", "scopes"}, {"Expires", "expires", CTL_TIME}, {NULL},
};

static const CtlOption token_options[] = {
    {"scopes", CTL_LIST, "PERMISSIONS", "what it is for, with commas; own and console.open among them",
     "scopes", TRUE},
    {"lifetime", CTL_NUMBER, "SECONDS", "how long it holds; 30 days by itself", "lifetime_s"},
    {NULL},
};

const CtlCommand ctl_token_commands[] = {
    {.verb = "list",
     .summary = "List your access tokens",
     .method = "GET",
     .path = {"me", "tokens"},
     .show = CTL_SHOW_ITEMS,
     .columns = ctl_token_columns},
    {.verb = "create",
     .summary = "Make an access token for a program and show it, once",
     .positionals = {{"NAME", "name"}},
     .options = token_options,
     .method = "POST",
     .path = {"me", "tokens"},
     .show = CTL_SHOW_OBJECT,
     .columns = token_details},
    {.verb = "revoke",
     .summary = "Revoke an access token",
     .positionals = {{"NAME"}},
     .method = "DELETE",
     .path = {"me", "tokens", "$1"},
     .done = "The access token $1 was revoked.",
     .confirm = "Revoke the access token $1?"},
    {NULL},
};
