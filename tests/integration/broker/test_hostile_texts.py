# SPDX-License-Identifier: Apache-2.0
"""
Hostile texts (fault 27) in every place of the interface that takes a text, found by the route table and its description.
What is taken comes back as it was; what is refused has a stable code and a harmless sentence; logs, the audit log,
carawayctl, connection files and event streams stay whole. CARAWAY_SEED repeats a run.
"""
import configparser
import json
import os
import re
import unittest
import urllib.parse

from api_places import operations
from ctl import Ctl
from hostile_texts import HostileTexts, is_plain, log_violations
from machines import ADMIN_PASSWORD, ScriptedHost
from processes import wait_until
from walked_broker import WalkedBroker, problem_violations

SOUGHT = {("GET /api/v1/audit", name) for name in ("actor", "action", "object", "code", "text")}  # free texts, in queries
FREE = {"description", "full_name", "title", "text"}  # places that take any plain text
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
HOST_NAME_MAX = 128  # bytes, on the host link
SOME = 5  # texts for a place that takes only names or choices
LISTS = (["pool", "list"], ["pool", "show", "office"], ["user", "list"], ["group", "list"], ["host", "list"],
         ["host", "show", "kvm1"], ["image", "list"], ["desktop", "list"], ["session", "list"], ["audit", "list"])


def still(items):
    """Without what changes by itself."""
    return [{name: value for name, value in item.items() if name != "last_seen"} for item in items]


def next_line(response):
    """The next one of an event stream that is neither a comment, which keeps the connection open, nor empty."""
    while True:
        line = response.readline()
        if not line.startswith(b":") and line != b"\n":
            return line


def in_body(operation, walked, at, text):
    body = json.dumps(operation.body_with(at, "@@" if isinstance(text, bytes) else text, walked.known(operation)),
                      ensure_ascii=False)
    return body.encode().replace(b"@@", text) if isinstance(text, bytes) else body.encode()


class HostileTextsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts = HostileTexts()
        cls.walked = WalkedBroker()
        cls.addClassCleanup(cls.walked.down)
        cls.admin, cls.host = cls.walked.admin, cls.walked.host

    def tearDown(self):
        """Nothing that a test did broke a line of the log or the books."""
        self.assertEqual(log_violations(self.walked.broker.process.log_path, "caraway-broker"), [])
        for entry in self.admin.items("audit?limit=500"):
            self.assertTrue(all(is_plain(value) for value in entry.values() if isinstance(value, str)), entry)
        self.assertIn("victim", [user["name"] for user in self.admin.items("users")])

    def judge(self, answer, text, must_refuse):
        """True when the text was taken; every answer is harmless."""
        status, headers, raw = answer
        self.assertTrue(all(is_plain(value) for _, value in headers.items()), headers)
        if (status, raw) == (400, b""):  # libsoup's own, for a path with "/../" in it
            return False
        if status >= 400:
            self.assertEqual(problem_violations(status, json.loads(raw)), [])
            return False
        self.assertFalse(must_refuse, f"{text!r} was taken: {status} {raw[:300]}")
        return True

    def acts(self, text, has_lines=False):
        return isinstance(text, bytes) or not is_plain(text.replace("\n", " ") if has_lines else text)

    def is_name(self, text):
        return isinstance(text, str) and NAME.fullmatch(text)

    # Bodies

    def comes_back(self, operation, path, answer, at, text):
        """In the answer itself, where it can be read again, and at the host that it was for."""
        status, headers, raw = answer
        shown = json.loads(raw) if raw else {}
        if operation.pattern.endswith("/revoke"):
            self.assertTrue(is_plain(shown[at[0]]))  # the reason of the first time stays
        elif len(at) == 1 and at[0] in shown:
            self.assertEqual(shown[at[0]], text)
            there = self.walked.caller(operation).call("GET", headers.get("Location") or path)
            same = next(item for item in there["items"] if item["id"] == shown["id"]) if "items" in there else there
            self.assertEqual(same[at[0]], text)
        elif operation.pattern.endswith("/message"):
            wait_until(lambda: any(command.get(at[0]) == text for command in self.host.commands), 10,
                       f"the host to be told {text!r}")

    def walk_body(self, operation):
        taken = 0
        for at, schema in operation.places():
            if schema["type"] != "string":
                continue
            is_free = at[-1] in FREE and operation.name != "POST /api/v1/users"  # hashing takes its time
            texts = self.texts.plain + self.texts.acts + self.texts.bytes if is_free else self.texts.some(SOME)
            has_lines = operation.pattern.endswith("/message") and at == ("text",)
            path = self.walked.path(operation)
            for text in texts:
                with self.subTest(route=operation.name, at=at, text=text):
                    answer = self.walked.send(operation, path, in_body(operation, self.walked, at, text))
                    if self.judge(answer, text, self.acts(text, has_lines)):
                        taken += 1
                        self.comes_back(operation, path, answer, at, text)
        return taken

    def test_bodies(self):
        taken = {operation.name: self.walk_body(operation) for operation in operations() if operation.schema}
        for name in ("POST /api/v1/groups", "POST /api/v1/pools", "PATCH /api/v1/users/{user}",
                     "PATCH /api/v1/pools/{pool}", "POST /api/v1/sessions/{session}/message"):
            self.assertGreaterEqual(taken[name], len(self.texts.plain), name)
        self.look_with_carawayctl()

    # Paths, queries, heads

    def test_paths(self):
        for operation in operations():
            for parameter in (item["name"] for item in operation.parameters if item["in"] == "path"):
                for text in self.texts.some(SOME):
                    with self.subTest(route=operation.name, parameter=parameter, text=text):
                        path = self.walked.path(operation, **{parameter: text})
                        self.judge(self.walked.send(operation, path), text, not self.is_name(text))

    def test_queries(self):
        for operation in operations():
            for parameter in (item["name"] for item in operation.parameters if item["in"] == "query"):
                for text in self.texts.some(2 * SOME):
                    with self.subTest(route=operation.name, parameter=parameter, text=text):
                        query = urllib.parse.urlencode({parameter: text})
                        answer = self.walked.send(operation, f"{self.walked.path(operation)}?{query}")
                        is_place = parameter == "cursor" and isinstance(text, str)  # where a list goes on
                        is_sought = (operation.name, parameter) in SOUGHT and not self.acts(text)
                        self.judge(answer, text, not is_place and not is_sought and not self.is_name(text))

    def test_unknown_members_and_parameters(self):
        for operation in operations():
            for text in self.texts.some(SOME):
                with self.subTest(route=operation.name, text=text):
                    path = self.walked.path(operation)
                    if operation.schema is not None and isinstance(text, str):
                        self.judge(self.walked.send(operation, path, operation.sample() | {text: 1}), text, True)
                    elif operation.method == "GET" and not operation.pattern.endswith(("/events", "/hostlink")):
                        query = urllib.parse.urlencode({text: "x"})
                        self.judge(self.walked.send(operation, f"{path}?{query}"), text, False)

    def test_heads(self):
        for operation in operations():
            for parameter in (item["name"] for item in operation.parameters if item["in"] == "header"):
                for text in self.texts.plain + self.texts.bytes + [b"\x1b[31m", b"a\x7f", b"a\tb", b"x" * 256]:
                    value = text.encode() if isinstance(text, str) else text
                    with self.subTest(route=operation.name, parameter=parameter, text=text):
                        body = operation.sample() | self.walked.known(operation)
                        answer = self.walked.send(operation, self.walked.path(operation), body, {parameter: value})
                        fits = all(0x20 <= byte < 0x7f for byte in value) and len(value) < 256
                        self.judge(answer, text, not fits or parameter == "If-Match")

    # What others are shown

    def look_with_carawayctl(self):
        """Tables are whole lines without an escape sequence; --json is the server's word to the letter."""
        ctl = Ctl(os.environ["CARAWAY_BUILD"], self.walked.broker.folder)
        ctl.login(self.walked.broker.url, self.walked.broker.ca, "admin", ADMIN_PASSWORD)
        for words in LISTS:
            with self.subTest(words=words):
                self.assertTrue(all(is_plain(line) for line in ctl.ok(*words).split("\n")))
                self.assertTrue(all(is_plain(line) for line in ctl.ok(*words, "--json").split("\n")))
        for place in ("pools", "groups", "images", "hosts"):
            self.assertEqual(still(ctl.json(place.removesuffix("s"), "list")["items"]), still(self.admin.items(place)))
        return ctl

    def test_hosts_texts(self):
        """What hosts and guests call things: other people's machines, images, steps, users, boot logs."""
        plain = [text for text in self.texts.plain if len(text.encode()) <= HOST_NAME_MAX]
        boot_log = "\n".join(self.texts.plain + self.texts.acts + self.texts.mixed(50))
        self.host.send({"type": "foreign", "quarantined": [{"name": text, "reason": text} for text in plain],
                        "domains": [{"uuid": f"00000000-0000-4000-8000-{i:012}", "name": text, "power": "off",
                                     "adoptable": False, "reason": f"{text}."} for i, text in enumerate(plain)]})
        shown = wait_until(lambda: self.host_with_foreign(len(plain)), 60, "the host's machines")
        self.assertEqual(sorted(domain["name"] for domain in shown["foreign"]), sorted(plain))
        self.assertEqual(sorted(entry["reason"] for entry in shown["quarantined"]), sorted(plain))
        self.host.boot_log = boot_log
        desktop = self.walked.ids["desktop"]
        self.assertEqual(self.admin.call("GET", f"admin/desktops/{desktop}/boot-log"), boot_log)
        ctl = self.look_with_carawayctl()
        self.assertTrue(all(is_plain(line) for line in ctl.ok("desktop", "boot-log", desktop).split("\n")))
        for text in plain:
            with self.subTest(text=text):
                answer = self.admin.open("POST", "/api/v1/pools/adopted/desktops", {"host": "kvm1", "domain": text})
                raw = answer.read()
                answer.connection.close()
                self.assertEqual(problem_violations(answer.status, json.loads(raw)), [])

    def host_with_foreign(self, count):
        shown = self.admin.call("GET", "hosts/kvm1")
        return shown if len(shown["foreign"]) == count else None

    def test_hosts_that_say_what_acts_are_sent_away(self):
        other = ScriptedHost(self.walked.broker, "kvm2")
        for text in self.texts.acts:
            with self.subTest(text=text):
                link = other.dial()
                link.send(json.dumps(other.hello(accelerator_reason=text)))
                self.assertEqual(link.recv(), "")
                link.close()
        self.assertEqual(self.admin.call("GET", "hosts/kvm1")["state"], "up")

    def test_events(self):
        """A guest's words are data of one event, and begin none."""
        session = self.walked.owner.call("GET", f"sessions/{self.walked.session}")
        desktop = dict(self.host.desktops[session["desktop"]["id"]])
        response = self.walked.owner.open("GET", f"/api/v1/sessions/{session['id']}/events")
        self.addCleanup(response.connection.close)
        response.readline(), response.readline(), response.readline()
        for text in self.texts.random.sample(self.texts.plain, 12):
            self.host.report({**desktop, "step": text, "progress": 50, "power": "starting"})
            self.assertEqual(next_line(response), b"event: session\n")
            self.assertEqual(json.loads(response.readline().removeprefix(b"data: "))["step"], text)
            self.assertEqual(response.readline(), b"\n")
        self.host.report(desktop)

    def test_connection_files(self):
        """Whatever the way to the portal is called, the file has its keys, its own name and no more."""
        path = f"/api/v1/sessions/{self.walked.session}/console.vv"
        for text in self.texts.plain + self.texts.bytes + [b"a\tproxy=x"]:
            value = text.encode() if isinstance(text, str) else text
            with self.subTest(text=text):
                rest = self.walked.portal.rest
                response = rest.open("POST", path, {"take_over": True},
                                     {"X-Forwarded-Host": value, "X-Forwarded-For": value,
                                      "Authorization": f"Bearer {self.walked.owner.token}"})
                file = response.read().decode()
                response.connection.close()
                self.assertEqual(response.status, 200, file)
                self.assertRegex(response.headers["Content-Disposition"], r'^attachment; filename="[a-z0-9-]+\.vv"$')
                parser = configparser.RawConfigParser(strict=True)
                parser.read_string(file)
                self.assertEqual(parser.sections(), ["virt-viewer"])
                self.assertLessEqual(set(parser["virt-viewer"]), {
                    "type", "host", "tls-port", "password", "delete-this-file", "title", "ca", "host-subject",
                    "toggle-fullscreen", "release-cursor", "secure-attention", "enable-usbredir"})
                self.assertIsNotNone(re.fullmatch(r"[a-z0-9.:-]+", parser["virt-viewer"]["host"]))


if __name__ == "__main__":
    unittest.main()
