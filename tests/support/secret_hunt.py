# SPDX-License-Identifier: Apache-2.0
"""
Finds secrets where none may be: remembers every secret that a run used, and looks for each, as it is and in the forms
that programs give texts, in files, texts, and the command lines and environments of processes.
"""
import base64
import json
import os
import re
import urllib.parse

SHORTEST = 8  # shorter ones are found by chance
MEMBERS = {"password", "old", "new", "old_password", "new_password", "token", "grant", "secret", "code_secret", "recovery_codes",
           "secret_key", "csrf", "otpauth", "uri", "ticket"}
MAKES_LINE = re.compile(r"^password=(.+)$", re.M)  # of a .vv file


def forms(secret):
    """The bytes to look for: as it is, base64 of both alphabets at each of the three places it can begin at, hex, and
    percent-encoded."""
    raw = secret.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), urllib.parse.quote(secret, safe="").encode(),
             urllib.parse.quote_plus(secret).encode(), json.dumps(secret)[1:-1].encode()}
    for lead in range(3):
        text = base64.b64encode(b"\0" * lead + raw)
        whole = text[(4 * lead + 2) // 3:len(text) - 4 + len(raw) % 3 if (lead + len(raw)) % 3 else len(text)]
        whole = whole.rstrip(b"=")
        found |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
    return {form for form in found if len(form) >= SHORTEST}


class SecretHunt:
    def __init__(self):
        self.secrets = {}  # secret → what it is
        self.answers = []  # what servers said where no secret belongs: (where, text)

    def know(self, secret, what):
        if isinstance(secret, str) and len(secret) >= SHORTEST:
            self.secrets.setdefault(secret, what)

    def learn(self, value, what):
        """Every secret in a request's or an answer's JSON; .vv files and cookies are read, too."""
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in MEMBERS:
                    for one in inner if isinstance(inner, list) else [inner]:
                        self.know(one, f"{name} of {what}")
                self.learn(inner, what)
        elif isinstance(value, list):
            for inner in value:
                self.learn(inner, what)
        elif isinstance(value, str):
            for password in MAKES_LINE.findall(value):
                self.know(password, f"viewer file of {what}")

    def watch(self, rest_class, problem_class):
        """Has every call of @rest_class teach its secrets; what it was refused is kept to be searched. Returns what
        undoes that."""
        call = rest_class.call

        def watched(rest, method, path, body=None, headers=None):
            what = f"{method} {path}"
            self.learn(body, what)
            try:
                value = call(rest, method, path, body, headers)
            except problem_class as problem:
                self.answers.append((f"refusal of {what}", f"{problem.detail} {problem.reasons}"))
                raise
            self.learn(value, what)
            return value
        rest_class.call = watched
        return lambda: setattr(rest_class, "call", call)

    def in_bytes(self, where, data):
        return [f"{what} is in {where}" for secret, what in self.secrets.items()
                if any(form in data for form in forms(secret))]

    def in_texts(self):
        return [hit for where, text in self.answers for hit in self.in_bytes(where, text.encode())]

    def in_folder(self, folder, may_hold=lambda path: False):
        """All files below @folder but those that a secret belongs in."""
        hits = []
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                if may_hold(os.path.relpath(path, folder)) or not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    hits += self.in_bytes(os.path.relpath(path, folder), file.read())
        return hits

    def in_processes(self, pids):
        hits = []
        for pid in pids:
            for part in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{pid}/{part}", "rb") as file:
                        hits += self.in_bytes(f"{part} of process {pid}", file.read())
                except OSError:
                    continue
        return hits
