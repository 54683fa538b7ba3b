# SPDX-License-Identifier: Apache-2.0
"""The client's translations: every text of its sources is in the template and, finished, in every language; and every sentence
of the server that the client knows by its wording (client/model/server_sentence.c) is one that the server's sources say."""
import re
from pathlib import Path

from sources import main

PO_FOLDER = Path("client/po")
SENTENCES = Path("client/model/server_sentence.c")
SPEAKERS = ("broker/", "host/", "common/api_client/")
# Durations are put together from a number, a noun and an "s" (broker/policy/session_limits.c).
DURATIONS = {"%s hours", "1 minute", "%s minutes", "1 second", "%s seconds"}
STRING = r'"(?:[^"\\]|\\.)*"'
LITERAL = re.compile(rf'{STRING}(?:\s*(?:G_GU?INT64_FORMAT\s*)?{STRING})*(?:\s*G_GU?INT64_FORMAT(?=\s*[,)]))?')
HOLE = re.compile(r"%[-0-9.*]*[a-z]+(?![a-z])|%[-0-9.*]*z?[sdu]")
ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


def unescape(text):
    return re.sub(r"\\.", lambda m: ESCAPES.get(m.group(), m.group()), text)


def literals(code):
    """The string literals of C code, those that follow each other joined, numbers' formats as %u."""
    for match in LITERAL.finditer(code):
        text = re.sub(r"G_GU?INT64_FORMAT", '"u"', match.group())
        yield unescape("".join(part[1:-1] for part in re.findall(STRING, text)))


def marked(code):
    """The texts that are marked for translation."""
    return {next(literals(match.group(1))) for match in re.finditer(rf"\bN?_\(\s*({STRING}(?:\s*{STRING})*)\s*\)", code)}


def entries(text):
    """A catalogue as {msgid: (msgstr, is finished)}."""
    found = {}
    for block in re.split(r"\n\s*\n", text):
        parts = {key: unescape("".join(line[1:-1] for line in re.findall(STRING, value)))
                 for key, value in re.findall(rf"^(msgid|msgstr) ((?:{STRING}\s*)+)", block, re.M)}
        if "msgid" in parts and parts["msgid"]:
            found[parts["msgid"]] = (parts.get("msgstr", ""), "fuzzy" not in block.split("msgid")[0])
    return found


def said(tree):
    """What the server may say, as patterns; a format with hardly a word of its own fits everything and says nothing."""
    patterns = set()
    for path in tree.with_suffix({".c"}):
        if not str(path).startswith(SPEAKERS):
            continue
        for text in literals(tree.text(path)):
            pieces = HOLE.split(text)
            if len("".join(pieces).split()) >= 2 or len(pieces) == 1:
                patterns.add("(.+)".join(re.escape(piece) for piece in pieces))
    return [re.compile(pattern, re.S) for pattern in patterns]


def unsaid(tree):
    if SENTENCES not in tree.paths:
        return []
    formats = said(tree)
    return [f"{SENTENCES}: the server does not say “{sentence}”" for sentence in sorted(marked(tree.text(SENTENCES)))
            if sentence not in DURATIONS and not any(format.fullmatch(sentence) for format in formats)]


def check(tree):
    if PO_FOLDER / "POTFILES" not in tree.paths:
        return []
    sources = [line for line in tree.text(PO_FOLDER / "POTFILES").splitlines() if line and not line.startswith("#")]
    texts = set().union(*(marked(tree.text(Path(name))) for name in sources))
    violations = [f"{path}: has texts for translation and is not in POTFILES" for path in tree.with_suffix({".c"})
                  if str(path).startswith("client/") and str(path) not in sources and marked(tree.text(path))]
    template = set(entries(tree.text(PO_FOLDER / "caraway-client.pot")))
    violations += [f"{PO_FOLDER}/caraway-client.pot: build client_pot, “{text}” is not in it" for text in sorted(texts - template)]
    violations += [f"{PO_FOLDER}/caraway-client.pot: build client_pot, nothing says “{text}” any more"
                   for text in sorted(template - texts)]
    for path in tree.with_suffix({".po"}):
        known = entries(tree.text(path))
        violations += [f"{path}: no translation of “{text}”" for text in sorted(template)
                       if not known.get(text, ("", False))[0] or not known[text][1]]
    return violations + unsaid(tree)


if __name__ == "__main__":
    main(check)
