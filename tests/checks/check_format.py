# SPDX-License-Identifier: Apache-2.0
"""All C is as clang-format with the tree's .clang-format writes it."""
import re
import subprocess

from sources import C_SUFFIXES, main

COMPLAINT = re.compile(r"^(.*?):(\d+):\d+: error: code should be clang-formatted", re.M)


def check(tree):
    files = [str(p) for p in tree.with_suffix(C_SUFFIXES)]
    if not files:
        return []
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", "--style=file", *files], cwd=tree.root,
                          capture_output=True, text=True)
    first = {}
    for path, line in COMPLAINT.findall(done.stderr):
        first.setdefault(path, line)
    violations = [f"{path}:{line}: run clang-format -i on it" for path, line in first.items()]
    if done.returncode != 0 and not violations:
        violations.append(f"clang-format failed: {done.stderr.strip()}")
    return violations


if __name__ == "__main__":
    main(check)
