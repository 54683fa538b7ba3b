# SPDX-License-Identifier: Apache-2.0
"""The build's lists: each layer is one target, each Debian package has its reason."""
import re
from collections import Counter

from sources import main

LAYER = re.compile(r"^\s*caraway_(?:layer|program)\(\s*([\w-]+)", re.M)
PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]+  # \S.*")
PACKAGES = "packaging/debian-packages.txt"


def target_violations(tree):
    lists = [p for p in tree.paths if p.name == "CMakeLists.txt"]
    counts = Counter(name for path in lists for name in LAYER.findall(tree.text(path)))
    return [f"CMake target {name} is defined {count} times" for name, count in counts.items() if count > 1]


def package_violations(tree):
    if not (tree.root / PACKAGES).is_file():
        return [f"{PACKAGES}: it must list what build, run and test need"]
    violations, names = [], []
    for number, line in enumerate(tree.text(PACKAGES).splitlines(), 1):
        if line.startswith("#") or not line:
            continue
        if not PACKAGE.fullmatch(line):
            violations.append(f"{PACKAGES}:{number}: write it as “name  # why”")
        names.append(line.split()[0])
    if names != sorted(set(names)):
        violations.append(f"{PACKAGES}: sort it, each package once")
    return violations


def check(tree):
    return target_violations(tree) + package_violations(tree)


if __name__ == "__main__":
    main(check)
