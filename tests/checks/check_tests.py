# SPDX-License-Identifier: Apache-2.0
"""Tests neither sleep nor skip: they wait for events with a limit, and what they need is installed. (g_usleep() is left
out: it spreads a race over microseconds; nobody waits with it.) Every script that looks like a test is run by ctest."""
import re

from c_scan import blank
from sources import C_SUFFIXES, main

SLEEP = re.compile(r"(?<![\w])(?:time\.sleep|sleep|usleep|nanosleep)\s*\(")
SKIP = re.compile(r"\b(?:g_test_skip|g_test_incomplete|skipTest|SkipTest|unittest\.skip\w*|pytest\.skip)\b")
PROGRAM = re.compile(r"(?:^|/)(?:test|fuzz)_\w+\.(?:c|py)$")


def registered(tree, path):
    """Whether the CMakeLists.txt beside it names the file, its name without prefix in a foreach, or globs for it."""
    list_path = path.parent / "CMakeLists.txt"
    if not (tree.root / list_path).is_file():
        return False
    words = set(re.findall(r"[\w*.${}-]+", tree.text(list_path)))
    # test_api_client.c may stand as test_api_client.c, or as the word `client` behind a test_api_${module}.c.
    patterns = [re.escape(w).replace(r"\$\{", "${").replace(r"\}", "}") for w in words if w.endswith(path.suffix)]
    for pattern in patterns:
        expression = re.sub(r"\$\{\w+\}", r"(\\w+)", pattern).replace(r"\*", r"\w+")
        match = re.fullmatch(expression, path.name)
        if match and all(group in words for group in match.groups()):
            return True
    return False


def check(tree):
    violations = []
    for path in tree.paths:
        if path.parts[0] != "tests" or path.suffix not in C_SUFFIXES | {".py", ".js"} or path.parts[1] == "checks":
            continue
        text = tree.text(path)
        code = blank(text) if path.suffix in C_SUFFIXES else text
        for pattern, sentence in ((SLEEP, "a test does not sleep; wait for the event, with a limit"),
                                  (SKIP, "a test is not skipped; install what it needs")):
            violations += [f"{path}:{code.count(chr(10), 0, m.start()) + 1}: {sentence}" for m in pattern.finditer(code)]
        if PROGRAM.search(str(path)) and not registered(tree, path):
            violations.append(f"{path}: no CMakeLists.txt beside it runs it")
    return violations


if __name__ == "__main__":
    main(check)
