/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_nouns.h"

static const CtlColumn columns[] = {
    {"Name", "name"}, {"Label", "label"}, {"Kind", "kind"}, {"Looks again after s", "recheck_s"}, {NULL},
};

static const CtlColumn step_columns[] = {
    {"Step", "rule"},
    {"Good", "ok"},
    {"What", "text"},
    {NULL},
};

static const CtlOption test_options[] = {
    {"user", CTL_TEXT, "USER", "who is tried, as they would type it", "user", .is_required = TRUE},
    {NULL},
};

const CtlCommand ctl_authenticator_commands[] = {
    {.verb = "list",
     .summary = "List where people may sign in from",
     .method = "GET",
     .path = {"authenticators"},
     .show = CTL_SHOW_ITEMS,
     .columns = columns},
    {.verb = "test",
     .summary =
         "Try a sign-in at a directory step by step; the password is asked for, or read from standard input",
     .positionals = {{"NAME"}},
     .options = test_options,
     .method = "POST",
     .path = {"authenticators", "$1", "test"},
     .password_member = "password",
     .show = CTL_SHOW_ITEMS,
     .columns = step_columns},
    {NULL},
};
