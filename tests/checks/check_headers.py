# SPDX-License-Identifier: Apache-2.0
"""What a file must begin with and what a header must say."""
from c_scan import undocumented_prototypes
from sources import main

LICENSE = "SPDX-License-Identifier: Apache-2.0"
LICENSED_SUFFIXES = {".html", ".yaml", ".service", ".recipe"}


def license_violation(path, text):
    """The licence stands on line 1; on line 2 where line 1 must be something else (#!, a document type)."""
    lines = text.split("\n", 2)
    has_preamble = lines[0].startswith(("#!", "<!"))
    expected = lines[1] if has_preamble and len(lines) > 1 else lines[0]
    return None if LICENSE in expected else f"{path}:1: begin it with {LICENSE}"


def header_violations(path, text):
    violations = []
    if "\n#pragma once\n" not in text:
        violations.append(f"{path}:1: a header says #pragma once")
    after_license = text.split("\n", 1)[1] if "\n" in text else ""
    if not after_license.startswith("/*"):
        violations.append(f"{path}:2: a header starts with a paragraph on what the module owns")
    for line, name in undocumented_prototypes(text):
        violations.append(f"{path}:{line}: {name} has no /** */ comment")
    return violations


def check(tree):
    violations = []
    licensed = set(tree.sources()) | set(tree.with_suffix(LICENSED_SUFFIXES))
    for path in sorted(licensed):
        text = tree.text(path)
        if text and (violation := license_violation(path, text)):
            violations.append(violation)
        if path.suffix == ".h":
            violations += header_violations(path, text)
    return violations


if __name__ == "__main__":
    main(check)
