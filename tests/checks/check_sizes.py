# SPDX-License-Identifier: Apache-2.0
"""Sizes: what is longer than a reader can hold in mind has to be split."""
from c_scan import functions
from sources import C_SUFFIXES, main

FILE_HARD, FILE_WANTED = 600, 400
HEADER_HARD = 130
FUNCTION_HARD = 80


def check(tree):
    violations = []
    for path in tree.sources():
        count = tree.text(path).count("\n")
        hard = HEADER_HARD if path.suffix == ".h" else FILE_HARD
        if count > hard:
            violations.append(f"{path}: {count} lines; split it, {hard} is the limit")
        elif count > FILE_WANTED:
            print(f"note: {path} has {count} lines; files are best under {FILE_WANTED}")
    for path in tree.with_suffix(C_SUFFIXES):
        for function in functions(tree.text(path)):
            if function.lines > FUNCTION_HARD:
                violations.append(f"{path}:{function.line}: {function.name} has {function.lines} lines; "
                                  f"{FUNCTION_HARD} is the limit")
    return violations


if __name__ == "__main__":
    main(check)
