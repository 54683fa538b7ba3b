# SPDX-License-Identifier: Apache-2.0
"""Just enough of C's surface: comments and literals blanked, functions and prototypes found by braces. It knows no
types and expands no macros; the house style (one definition a line, no braces in signatures) makes that enough."""
import re
from dataclasses import dataclass

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
NAME_BEFORE_PARENTHESIS = re.compile(r"\b([A-Za-z_]\w*)\s*\(")


@dataclass
class Function:
    name: str
    line: int
    lines: int


def _spaces(text):
    return re.sub(r"[^\n]", " ", text)


def blank(text):
    """The text with comments and the insides of literals made blank; every line stays where it is."""
    def replace(match):
        token = match.group()
        return _spaces(token) if token[0] == "/" else token[0] + _spaces(token[1:-1]) + token[-1]
    return TOKEN.sub(replace, text)


def blank_preprocessor(text):
    return PREPROCESSOR.sub(lambda match: _spaces(match.group()), text)


def statements(text):
    """Yields (start, end, statement) of each statement outside of braces, its block included. The text must be
    blanked."""
    depth, start = 0, 0
    for position, char in enumerate(text):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0 and text[start:position].split("{", 1)[0].rstrip().endswith(")"):
                yield start, position + 1, text[start:position + 1]
                start = position + 1
        elif char == ";" and depth == 0:
            yield start, position + 1, text[start:position + 1]
            start = position + 1


def functions(text):
    """The functions that a file defines, with the length of their bodies, braces included."""
    code = blank_preprocessor(blank(text))
    found = []
    for start, end, statement in statements(code):
        head, brace, body = statement.partition("{")
        if not brace or not head.rstrip().endswith(")"):
            continue
        name = NAME_BEFORE_PARENTHESIS.search(head)
        line = code.count("\n", 0, start + len(head)) + 1
        found.append(Function(name.group(1) if name else "?", line, body.count("\n") + 1))
    return found


def undocumented_prototypes(text):
    """(line, name) of each function that a header declares without a /** comment right before it."""
    code = blank_preprocessor(blank(text))
    found = []
    for start, end, statement in statements(code):
        words = statement.split()
        name = NAME_BEFORE_PARENTHESIS.search(statement)
        if name is None or words[0] in ("typedef", "struct", "enum", "union") or re.match(r"[A-Z_]+$", name.group(1)):
            continue
        first = start + len(statement) - len(statement.lstrip())
        before = text[start:first].rstrip()
        documented = before.endswith("*/") and before[before.rfind("/*"):].startswith("/**")
        if not documented:
            found.append((code.count("\n", 0, first) + 1, name.group(1)))
    return found
