# SPDX-License-Identifier: Apache-2.0
"""Words that must not stand in the tree: calls that overflow or block, goto, notes to oneself, tabs, places of one
machine; and in pure layers anything that reads the clock, chance or a file."""
import re

from c_scan import blank
from sources import C_SUFFIXES, TEXT_SUFFIXES, main

BANNED_CALLS = ("sprintf vsprintf strcpy strcat strncat system gets atoi atol atof strtok popen rand srand tmpnam "
                "tempnam mktemp alloca g_alloca").split()
# Texts of a server go into widgets: none of them is markup (fault 27).
BANNED_CALLS += ("gtk_label_set_markup gtk_label_set_markup_with_mnemonic gtk_widget_set_tooltip_markup "
                 "gtk_message_dialog_new_with_markup gtk_message_dialog_set_markup "
                 "gtk_message_dialog_format_secondary_markup pango_parse_markup pango_layout_set_markup").split()
IMPURE_CALLS = ("time clock_gettime gettimeofday g_get_real_time g_get_monotonic_time g_date_time_new_now_utc "
                "g_date_time_new_now_local clock_wall_us clock_boottime_us clock_system g_random_int "
                "g_random_int_range g_random_double randombytes_buf secret_random g_uuid_string_random open fopen "
                "g_file_get_contents g_file_set_contents g_getenv getenv").split()
PURE_FOLDERS = ("broker/policy/", "broker/model/", "host/plan/")
NOTES = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "X" "XX")) + r")\b")
MACHINE_PATHS = re.compile(r"(?<![\w.~}])/(" + "|".join(("work/", r"root/\.", "home/[a-z]+/")) + ")")
NOTED_SUFFIXES = TEXT_SUFFIXES - {".json", ".po", ".pot"}
TABBED_SUFFIXES = NOTED_SUFFIXES - {".txt", ".in"}


# libsoup 3.2 calls a null pointer when its timer of rest fires as a request takes the connection.
SESSIONS = re.compile(r"\b(soup_session_new(?:_with_options)?|SOUP_TYPE_SESSION)\b(?![^;]*\"idle-timeout\", 0[,)])[^;]*;")


def calls(names):
    return re.compile(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(")


BANNED, IMPURE, GOTO = calls(BANNED_CALLS), calls(IMPURE_CALLS), re.compile(r"\bgoto\b")


def matches(path, text, pattern, sentence):
    return [f"{path}:{text.count(chr(10), 0, m.start()) + 1}: {sentence.format(m.group().strip(' ('))}"
            for m in pattern.finditer(text)]


def code_violations(path, text):
    code = blank(text)
    violations = matches(path, code, BANNED, "{} is banned; use what is bounded")
    violations += matches(path, code, GOTO, "{} is banned; use g_autoptr and small functions")
    if not str(path).startswith("tests/"):
        violations += [f"{path}:{text.count(chr(10), 0, m.start()) + 1}: a session of libsoup needs \"idle-timeout\", 0"
                       for m in SESSIONS.finditer(text)]
    if str(path).startswith(PURE_FOLDERS):
        violations += matches(path, code, IMPURE, "{} in a pure layer; hand the value in")
    return violations


def check(tree):
    violations = []
    for path in tree.paths:
        if path.suffix not in TEXT_SUFFIXES and path.name != "run":
            continue
        text = tree.text(path)
        if path.suffix in C_SUFFIXES:
            violations += code_violations(path, text)
        if path.suffix in NOTED_SUFFIXES or path.name == "run":
            violations += matches(path, text, NOTES, "{}: finish it or put it into docs/status.md")
        if path.suffix in TABBED_SUFFIXES or path.name == "run":
            violations += matches(path, text, re.compile("\t"), "a tab; indent with spaces")
        violations += matches(path, text, MACHINE_PATHS, "{} is a place on one machine")
    return violations


if __name__ == "__main__":
    main(check)
