/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/ctl/ctl_nouns.h"

static const CtlColumn pool_columns[] = {
    {"Name", "name"},
    {"Kind", "kind"},
    {"Image", "image"},
    {"Size", "wanted.size"},
    {"Spares", "wanted.spares"},
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
    {"Tags", "tags"},
    {"Kind", "kind"},
    {"Image", "image"},
    {"Naming", "naming"},
    {"Least size", "size_min"},
    {"Size", "size"},
    {"Spares", "spares"},
    {"Per user", "desktops_per_user"},
    {"Processors", "vcpus"},
    {"Memory MiB", "memory_mib"},
    {"Disks MiB", "disks", CTL_MIB},
    {"Network", "network"},
    {"Screens", "heads"},
    {"Account", "account"},
    {"Channels", "channels"},
    {"On disconnect", "on_disconnect"},
    {"… after s", "on_disconnect_delay_s"},
    {"On log-off", "on_logoff"},
    {"Idle limit s", "idle_limit_s"},
    {"Session limit s", "session_limit_s"},
    {"Warning s", "warning_s"},
    {"May restart", "may_restart"},
    {"May reset", "may_reset"},
    {"Take-over", "take_over"},
    {"Second factor", "second_factor"},
    {"Hosts", "hosts"},
    {"Placement", "placement"},
    {"Schedule", "schedule.rules", CTL_PLAN},
    {"Time zone", "schedule.time_zone"},
    {"Wanted now", "wanted.reason"},
    {"… until", "wanted.until", CTL_TIME},
    {"Ready", "counts.spare"},
    {"In use", "counts.assigned"},
    {"Starting", "counts.starting"},
    {"Failed", "counts.failed"},
    {"Problems", "problems", CTL_LINES},
    {NULL},
};

/* What can be changed; making a pool has the kind beside them. */
#define POOL_OPTIONS                                                                                         \
  {"image", CTL_TEXT, "NAME", "registered image that desktops are made from", "image"},                      \
      {"description", CTL_TEXT, "TEXT", "what people read about it", "description"},                         \
      {"tags", CTL_LIST, "WORDS", "words to find it by, with commas; \"\" for none", "tags"},                \
      {"naming", CTL_TEXT, "PATTERN", "names of desktops: office-{n:4} (NAME-{n:4})", "naming"},             \
      {"size-min", CTL_NUMBER, "N", "at least so many desktops (0)", "size_min"},                            \
      {"size", CTL_NUMBER, "N", "at most so many desktops (10)", "size"},                                    \
      {"spares", CTL_NUMBER, "N", "so many kept ready (1)", "spares"},                                       \
      {"desktops-per-user", CTL_NUMBER, "N", "so many a user may have, 1 to 8 (1)", "desktops_per_user"},    \
      {"vcpus", CTL_NUMBER, "N", "processors of a desktop (2)", "vcpus"},                                    \
      {"memory-mib", CTL_NUMBER, "MIB", "memory of a desktop (2048)", "memory_mib"},                         \
      {"disks", CTL_DISKS, "SIZES", "of extra disks in MiB, at most 4; \"\" for none", "disks"},             \
      {"network", CTL_TEXT, "NETWORK", "default, none or bridge:NAME (default)", "network"},                 \
      {"heads", CTL_NUMBER, "N", "screens of a desktop, 1 to 4 (1)", "heads"},                               \
      {"account", CTL_TEXT, "NAME", "local account in the desktop (user)", "account"},                       \
      {"channels", CTL_LIST, "TYPES", "SPICE channels that are allowed, with commas", "channels"},           \
      {"on-disconnect", CTL_TEXT, "ACTION", "keep, lock, logoff or shutdown, by kind (keep)",                \
       "on_disconnect"},                                                                                     \
      {"on-disconnect-delay-s", CTL_NUMBER, "SECONDS", "so long after it (0)", "on_disconnect_delay_s"},     \
      {"on-logoff", CTL_TEXT, "ACTION", "reclone, keep or stop (by kind)", "on_logoff"},                     \
      {"idle-limit-s", CTL_NUMBER, "SECONDS", "without input, then disconnected (0: none)", "idle_limit_s"}, \
      {"session-limit-s", CTL_NUMBER, "SECONDS", "longest session (0: none)", "session_limit_s"},            \
      {"warning-s", CTL_NUMBER, "SECONDS", "shown so long before a limit (60)", "warning_s"},                \
      {"may-restart", CTL_TRUTH, "yes|no", "users may restart their desktop (yes)", "may_restart"},          \
      {"may-reset", CTL_TRUTH, "yes|no", "users may reset their desktop (yes)", "may_reset"},                \
      {"take-over", CTL_TEXT, "RULE", "by a second device: refuse, ask or take (ask)", "take_over"},         \
      {"second-factor", CTL_TEXT, "POLICY", "of who connects: none or required (none)", "second_factor"},    \
      {"hosts", CTL_LIST, "NAMES", "only on these, with commas; \"\" for any", "hosts"},                     \
      {"placement", CTL_TEXT, "RULE", "spread over hosts or pack them (spread)", "placement"},               \
      {"schedule", CTL_RULES, "RULE", "\"mon-fri 07:00-18:00 spares=8 size=40\"; repeatable", "schedule"},   \
      {"time-zone", CTL_ZONE, "ZONE", "of the schedule: Europe/Berlin, UTC", "schedule"},

static const CtlOption create_options[] = {
    {"kind", CTL_TEXT, "KIND", "floating, dedicated or manual (floating)", "kind"},
    POOL_OPTIONS{NULL},
};

static const CtlOption set_options[] = {
    POOL_OPTIONS{"no-schedule", CTL_NULL, NULL, "take the schedule away", "schedule"},
    {NULL},
};

static const CtlOption list_options[] = {
    {"tag", CTL_TEXT, "WORD", "only those with this tag", .query = "tag"},
    {"limit", CTL_NUMBER, "N", "at most N rows"},
    {NULL},
};

static const CtlOption schedule_options[] = {
    {"from", CTL_TEXT, "TIME", "begin then: 2026-11-23T07:00:00Z (now)", .query = "from"},
    {"hours", CTL_NUMBER, "N", "so many hours, 1 to 336 (24)", .query = "hours"},
    {NULL},
};

static const CtlColumn schedule_columns[] = {
    {"From", "from", CTL_TIME}, {"Until", "until", CTL_TIME},
    {"Spares", "spares"},       {"Size", "size"},
    {"Why", "reason"},          {NULL},
};

static const CtlOption explain_options[] = {
    {"user", CTL_TEXT, "NAME", "who would connect", NULL, TRUE, "user"},
    {NULL},
};

const CtlCommand ctl_pool_commands[] = {
    {.verb = "list",
     .summary = "List pools, with the size and the spares that are wanted now",
     .options = list_options,
     .method = "GET",
     .path = {"pools"},
     .show = CTL_SHOW_LIST,
     .columns = pool_columns},
    {.verb = "create",
     .summary = "Make a pool of desktops; defaults stand in parentheses",
     .positionals = {{"NAME", "name"}},
     .options = create_options,
     .method = "POST",
     .path = {"pools"},
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
     .options = set_options,
     .method = "PATCH",
     .path = {"pools", "$1"},
     .done = "The pool $1 was changed."},
    {.verb = "schedule",
     .summary = "Show what the schedule of a pool wants when",
     .positionals = {{"NAME"}},
     .options = schedule_options,
     .method = "GET",
     .path = {"pools", "$1", "schedule"},
     .show = CTL_SHOW_ITEMS,
     .columns = schedule_columns},
    {.verb = "explain",
     .summary = "Tell rule by rule why somebody would get a desktop of a pool now, or not",
     .positionals = {{"NAME"}},
     .options = explain_options,
     .method = "GET",
     .path = {"pools", "$1", "explain"},
     .show = CTL_SHOW_RULES},
    {.verb = "delete",
     .summary = "Delete a pool and its desktops",
     .positionals = {{"NAME"}},
     .method = "DELETE",
     .path = {"pools", "$1"},
     .done = "The pool $1 was deleted.",
     .confirm = "Delete the pool $1 and its desktops?"},
    {NULL},
};
