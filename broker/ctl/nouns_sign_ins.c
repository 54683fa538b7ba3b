/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_nouns.h"

const CtlColumn ctl_sign_in_columns[] = {
    {"Id", "id"},
    {"Program", "client"},
    {"Address", "address"},
    {"Proven by", "method"},
    {"Began", "created", CTL_TIME},
    {"Last used", "last_used", CTL_TIME},
    {"This one", "current"},
    {NULL},
};

const CtlCommand ctl_sign_in_commands[] = {
    {.verb = "list",
     .summary = "List where you are signed in",
     .method = "GET",
     .path = {"me", "sign-ins"},
     .show = CTL_SHOW_ITEMS,
     .columns = ctl_sign_in_columns},
    {.verb = "end",
     .summary = "Sign out elsewhere; closes the consoles that were opened from there",
     .positionals = {{"ID"}},
     .method = "DELETE",
     .path = {"me", "sign-ins", "$1"},
     .done = "The sign-in $1 was ended.",
     .confirm = "End the sign-in $1 and close the consoles that it opened?"},
    {.verb = "end-others",
     .summary = "Sign out everywhere else",
     .method = "DELETE",
     .path = {"me", "sign-ins"},
     .done = "You are signed in here alone.",
     .confirm = "Sign out everywhere else and close the consoles there?"},
    {NULL},
};
