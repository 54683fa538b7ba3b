# SPDX-License-Identifier: Apache-2.0
"""
INVARIANTS I8: a whole run, with sign-ins, refusals, tokens, grants and viewer files; afterwards no secret that it used is in
a log, a row, a metric, a refusal, a command line or an environment.
"""
import base64
import os
import tempfile
import unittest
import urllib.parse
import uuid

from ctl import Ctl
from device import Device
from fake_stack import fake_stack
from postgres_server import USER, PostgresServer, folder_of
from processes import wait_until
from rest import Problem, Rest
from secret_hunt import SecretHunt, forms

WRONG = "wrong-password-that-somebody-typed"
PLANTED = "planted full name of a person"
# Files that hold a secret by their purpose, each with a mode of its own that other tests look at.
SECRET_FILES = (".key", "ctl.json")


def may_hold(path):
    return path.endswith(SECRET_FILES)


class Portal:
    """Where a device asks."""

    def __init__(self, stack):
        self.url, self.ca = stack.portal_url, stack.ca


class Run:
    """Everything that a day at work does."""

    def __init__(self, stack, hunt):
        self.stack, self.hunt = stack, hunt
        hunt.know(stack.admin_password, "the administrator's password")
        hunt.know(stack.password, "the user's password")
        self.portal = Rest(stack.portal_url, stack.ca)

    def sign_ins(self):
        self.user = self.stack.sign_in()
        for _ in range(3):
            self.refused(self.portal, "POST", "login", {"user": "demo", "password": WRONG})
        self.refused(self.portal, "POST", "login", {"user": "nobody-of-that-name", "password": WRONG})
        response = self.portal.open("POST", "/api/v1/login", {"user": "demo", "password": self.stack.password,
                                                              "cookie": True}, {"X-Caraway-Request": "1"})
        response.read()
        cookie = response.headers["Set-Cookie"].split(";")[0]
        self.hunt.know(cookie.split("=", 1)[1], "the sign-in's cookie")
        self.portal.call("GET", "me", None, {"Cookie": cookie})
        false_token = Rest(self.stack.portal_url, self.stack.ca, "a-token-that-nobody-was-given-0123456789")
        self.hunt.know(false_token.token, "a token that is none")
        self.refused(false_token, "GET", "me")
        self.refused(self.portal, "GET", "me?token=" + urllib.parse.quote(self.user.token))

    def passwords(self):
        new = "another long password of demo"
        self.refused(self.user, "POST", "me/password", {"old": WRONG, "new": new})
        self.user.call("POST", "me/password", {"old": self.stack.password, "new": new})
        self.stack.admin.call("POST", "users/demo/password", {"password": self.stack.password})
        self.user = self.stack.sign_in()
        self.user.call("POST", "me/password", {"old": self.stack.password, "new": "a third password of demo"})
        headers = {"Idempotency-Key": "11111111-2222-4333-8444-555555555555"}
        body = {"name": "planted", "full_name": PLANTED, "password": "the password of a planted person"}
        for _ in range(2):
            self.stack.admin.call("POST", "users", body, headers)

    def tokens(self):
        made = self.user.call("POST", "me/tokens", {"name": "script", "scopes": ["own"], "lifetime_s": 3600})
        program = Rest(self.stack.portal_url, self.stack.ca, made["token"])
        program.call("GET", "me")
        self.user.call("DELETE", f"me/tokens/{made['id']}")
        self.refused(program, "GET", "me")

    def consoles(self):
        self.stack.wait_spare(120)
        session = self.user.connect("office", viewer="native")
        path = f"sessions/{session['id']}"
        ready = wait_until(lambda: self.user.call("GET", path)["state"] in ("ready", "disconnected"), 60, "a session")
        assert ready
        for viewer in ("native", "browser"):
            self.user.call("POST", f"{path}/grants", {"viewer": viewer, "take_over": True})
        self.user.call("POST", f"{path}/console.vv", {"take_over": True})
        other = Rest(self.stack.portal_url, self.stack.ca)
        other.login("planted", "the password of a planted person")
        self.refused(other, "POST", f"{path}/grants", {"viewer": "native"})
        self.refused(other, "POST", f"{path}/reset")
        self.user.call("POST", f"{path}/disconnect")
        self.user.call("POST", f"{path}/logoff")
        self.user.call("POST", "logout")

    def machines(self):
        for role in ("host", "portal"):
            self.stack.admin.call("POST", "hosts/join-tokens", {"role": role})
        self.hunt.know("cwj1-secret-of-a-join-token-that-is-none", "a join token that is none")
        self.refused(Rest(self.stack.broker_url, self.stack.ca), "POST", "/internal/join",
                     {"token": "cwj1-secret-of-a-join-token-that-is-none", "name": "kvm7", "csr": "x", "addresses": []})

    def devices(self):
        device = Device(Portal(self.stack))
        device.enrol()
        device.state()
        self.stack.admin.call("POST", f"devices/{device.id}/approve", {"name": "kiosk"})
        device.sign_in().call("GET", "me/device")
        self.refused(self.portal, "POST", "devices/sign-in", {**device.proof(), "signature": "none"})

    def command_line(self):
        folder = self.stack.path("ctl")
        os.mkdir(folder)
        ctl = Ctl(os.environ["CARAWAY_BUILD"], folder)
        ctl.login(self.stack.broker_url, self.stack.ca, "admin", self.stack.admin_password)
        ctl.ok("audit", "list")
        self.hunt.answers.append(("carawayctl audit verify", ctl.ok("audit", "verify")))
        ctl.refused("login", "--server", self.stack.broker_url, "--user", "admin", stdin=WRONG + "\n")

    def refused(self, rest, method, path, body=None):
        try:
            rest.call(method, path, body)
        except Problem:
            return
        raise AssertionError(f"{method} {path} was not refused")

    def what_is_shown(self):
        admin = self.stack.admin
        for path in ("users", "hosts", "pools", "admin/desktops", "sessions", "brokers"):
            self.hunt.answers.append((path, str(admin.items(path))))
        self.hunt.answers.append(("the audit log", str(admin.items("audit?limit=500"))))
        self.hunt.answers.append(("/metrics", admin.call("GET", "/metrics")))


def new_database():
    """(address, what dumps it) of a database on the server that the test was given; (None, None) without one."""
    if os.environ.get("CARAWAY_ENGINE") != "postgres":
        return None, None
    server, name = PostgresServer(folder_of(os.environ["CARAWAY_BUILD"])), f"secrets-{uuid.uuid4().hex[:8]}"
    dump = ["-h", server.folder, "-p", str(server.port), "-U", USER, "-d", name]
    return server.new_database(name), lambda: server.run("pg_dump", *dump).stdout.encode()


class HuntTest(unittest.TestCase):
    """What finds nothing proves nothing: each form of a planted secret is found."""

    def test_each_form_is_found(self):
        secret = "s3cret/with+odd&signs=é"
        hunt = SecretHunt()
        hunt.know(secret, "planted")
        texts = [secret.encode(), secret.encode().hex().encode(), urllib.parse.quote(secret, safe="").encode(),
                 *(base64.b64encode(b"x" * lead + secret.encode() + b"tail") for lead in range(4)),
                 *(base64.urlsafe_b64encode(b"user:" + b"x" * lead + secret.encode()) for lead in range(3))]
        for text in texts:
            with self.subTest(text=text), tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "log"), "wb") as file:
                    file.write(b"before " + text + b" after")
                self.assertEqual(hunt.in_folder(folder), ["planted is in log"])
        self.assertEqual(hunt.in_bytes("x", b"nothing of it"), [])
        self.assertGreaterEqual(len(forms(secret)), 8)

    def test_secrets_are_learnt_from_what_is_sent_and_answered(self):
        hunt = SecretHunt()
        hunt.learn({"a": [{"token": "cwj1.host.abcdefgh"}], "recovery_codes": ["aaaa-bbbb-cccc"], "name": "harmless"}, "x")
        hunt.learn("[virt-viewer]\npassword=onetime-password\n", "y")
        self.assertEqual(set(hunt.secrets), {"cwj1.host.abcdefgh", "aaaa-bbbb-cccc", "onetime-password"})


class RunTest(unittest.TestCase):
    def test_no_secret_is_left_anywhere(self):
        hunt = SecretHunt()
        self.addCleanup(hunt.watch(Rest, Problem))
        database, dump_database = new_database()
        with fake_stack(database=database) as stack:
            run = Run(stack, hunt)
            run.sign_ins()
            run.passwords()
            run.tokens()
            run.consoles()
            run.machines()
            run.devices()
            run.command_line()
            run.what_is_shown()
            self.assertGreater(len(hunt.secrets), 14, sorted(hunt.secrets.values()))
            pids = [process.child.pid for process in stack.processes.values()]
            hits = hunt.in_texts() + hunt.in_processes(pids) + hunt.in_folder(stack.dir, may_hold)
            dump = dump_database() if database else b""
            hits += hunt.in_bytes("the dump", dump)
            self.assertEqual(sorted(set(hits)), [])
            planted = SecretHunt()  # the same ways find what is there
            planted.know(PLANTED, "planted")
            found = planted.in_bytes("dump", dump) if database else planted.in_folder(os.path.join(stack.dir, "broker"))
            self.assertTrue(found, "what was planted in the database is not found")
            planted.know("--broker-name=b1", "an option")
            self.assertTrue(planted.in_processes(pids), "what is on a command line is not found")


if __name__ == "__main__":
    unittest.main()
