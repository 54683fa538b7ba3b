# SPDX-License-Identifier: Apache-2.0
"""Which files a check looks at, and how it reports. Owns nothing but the walk over the tree."""
import os
import subprocess
import sys
from pathlib import Path

C_SUFFIXES = {".c", ".h"}
SOURCE_SUFFIXES = {".c", ".h", ".py", ".js", ".mjs", ".css", ".sh", ".cmake", ".sql"}
SOURCE_NAMES = {"CMakeLists.txt", "run"}
TEXT_SUFFIXES = SOURCE_SUFFIXES | {".md", ".html", ".yaml", ".yml", ".json", ".xml", ".txt", ".conf", ".service",
                                   ".recipe", ".in", ".po", ".pot"}


class Tree:
    """The files of one source tree, by their paths below it."""

    def __init__(self, root):
        self.root = Path(root)
        self.paths = sorted(p for p in self._list() if (self.root / p).is_file() and not (self.root / p).is_symlink())

    def _list(self):
        if (self.root / ".git").exists():
            listed = subprocess.run(["git", "-c", f"safe.directory={self.root}", "-C", self.root, "ls-files", "-z",
                                     "--cached", "--others", "--exclude-standard"], capture_output=True, check=True)
            return {Path(os.fsdecode(name)) for name in listed.stdout.split(b"\0") if name}
        return {p.relative_to(self.root) for p in self.root.rglob("*")
                if "build" not in p.relative_to(self.root).parts and "__pycache__" not in p.parts}

    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def with_suffix(self, suffixes):
        return [p for p in self.paths if p.suffix in suffixes]

    def sources(self):
        return [p for p in self.paths if p.suffix in SOURCE_SUFFIXES or p.name in SOURCE_NAMES]


def main(check):
    """Runs check(tree) → list of violations over the tree that CMake names, says them all, exits 1 if any."""
    violations = check(Tree(os.environ.get("CARAWAY_SOURCE", Path(__file__).resolve().parents[2])))
    for violation in violations:
        print(violation)
    print(f"{len(violations)} violations")
    sys.exit(1 if violations else 0)
