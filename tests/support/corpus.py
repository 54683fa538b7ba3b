# SPDX-License-Identifier: Apache-2.0
"""Corpora below tests/corpus, as tests/support/corpus_line.h reads them."""
import os
import re


def read_corpus(name):
    """The lines of a file that are no comment."""
    with open(os.path.join(os.environ["CARAWAY_SOURCE"], "tests", "corpus", name), encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if not line.startswith("#") and line.strip()]


def decode(text):
    """<<N|TEXT>> is TEXT N times, %HH a byte."""
    text = re.sub(r"<<(\d+)\|(.*?)>>", lambda match: match.group(2) * int(match.group(1)), text)
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match.group(1), 16)]), text.encode())
