# SPDX-License-Identifier: Apache-2.0
"""docs/security.md: each control names tests that there are, or says that it is not met."""
import json
import os
import re
import subprocess
import sys

PAGE = os.path.join(os.environ["CARAWAY_SOURCE"], "docs", "security.md")


def rows(text):
    """(number of the line, control, proof) of each row in the tables below "## Controls"."""
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 2 and cells[0] not in ("control", "---"):
            yield number, *cells


def faults(text, tests):
    start = text.index("## Controls")
    skipped = text[:start].count("\n")
    for number, control, proof in rows(text[start:]):
        named = re.findall(r"`([a-z_0-9]+)`", proof)
        if not named and not proof.startswith("**not met**"):
            yield f"docs/security.md:{number + skipped}: “{control}” names no test and does not say **not met**"
        for name in named:
            if name not in tests:
                yield f"docs/security.md:{number + skipped}: there is no test {name}"


def main():
    listing = subprocess.run(["ctest", "--test-dir", os.environ["CARAWAY_BUILD"], "--show-only=json-v1"], check=True,
                             capture_output=True)
    tests = {test["name"] for test in json.loads(listing.stdout)["tests"]}
    with open(PAGE, encoding="utf-8") as file:
        found = list(faults(file.read(), tests))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
