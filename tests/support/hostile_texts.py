# SPDX-License-Identifier: Apache-2.0
"""The texts of tests/corpus/texts/hostile.txt (fault 27) and mixtures of them; CARAWAY_SEED repeats a run."""
import os
import random
import re
import unicodedata

from corpus import decode, read_corpus

SEED = int(os.environ.get("CARAWAY_SEED", random.SystemRandom().randrange(1 << 32)))
TURNING = set(range(0x202a, 0x202f)) | set(range(0x2066, 0x206a))


def is_plain(text):
    """What common/base/text.h calls plain."""
    return not any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") or ord(c) in TURNING or ord(c) & 0xfffe == 0xfffe
                   for c in text)


class HostileTexts:
    """`plain` and `acts` are texts, `bytes` no UTF-8; random choices come from `random`."""

    def __init__(self, seed=SEED):
        print(f"CARAWAY_SEED={seed}", flush=True)
        self.random = random.Random(seed)
        kinds = {"plain": [], "acts": [], "bytes": []}
        for line in read_corpus("texts/hostile.txt"):
            kind, _, text = line.partition(" ")
            kinds[kind].append(decode(text))
        self.plain = [text.decode() for text in kinds["plain"]]
        self.acts = [text.decode() for text in kinds["acts"]]
        self.bytes = kinds["bytes"]
        assert all(is_plain(text) for text in self.plain) and not any(is_plain(text) for text in self.acts)

    def mixed(self, count):
        """`count` texts of two to four others; most of them act on whoever shows them."""
        return ["".join(self.random.choices(self.plain + self.acts, k=self.random.randint(2, 4))) for _ in range(count)]

    def some(self, count):
        """`count` texts of every kind."""
        return self.random.sample(self.plain + self.acts + self.bytes + self.mixed(count), count)


def log_violations(path, program):
    """Lines of a program's log that are not one event of ours, by tests/unit/base/test_log.c."""
    with open(path, "rb") as file:
        lines = file.read().decode().split("\n")
    shape = re.compile(rf"\d\d:\d\d:\d\d (error|warning|info|debug) {program}: \S.*")
    return [line for line in lines[:-1] if not shape.fullmatch(line) or not is_plain(line)] + lines[-1:] * bool(lines[-1])
