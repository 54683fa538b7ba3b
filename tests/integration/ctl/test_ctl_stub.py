# SPDX-License-Identifier: Apache-2.0
"""carawayctl against a server that answers from a table: what it sends, what it shows, how it fails."""
import hashlib
import http.server
import json
import os
import signal
import ssl
import stat
import tempfile
import threading
import unittest

from ctl import Ctl
from stub_portal import make_certificates

USER = {"id": "1", "name": "admin", "full_name": "Ada", "roles": ["administrator"], "password_change_required": False}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with server.answers[(method, path)] = (status, value); notes every request in server.seen."""
    protocol_version = "HTTP/1.1"

    def answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        self.server.seen.append((self.command, self.path, body, dict(self.headers)))
        status, value = self.server.answers.get((self.command, self.path.removeprefix("/api/v1")), (
            404, {"code": "not-found", "detail": "The stub knows nothing of this."}))
        data = b"" if value is None else value.encode() if isinstance(value, str) else json.dumps(value).encode()
        kind = "text/plain" if isinstance(value, str) else "application/json"
        self.send_response(status)
        self.send_header("Content-Type", kind if status < 400 else "application/problem+json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


class CtlTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        make_certificates(self.folder)
        self.ca_file = os.path.join(self.folder, "ca.pem")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.folder, "tls.crt"), os.path.join(self.folder, "tls.key"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.seen = []
        self.server.answers = {("POST", "/login"): (200, {"token": "t1", "expires": 9, "user": USER}),
                               ("POST", "/logout"): (204, None)}
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        self.ctl = Ctl(os.environ["CARAWAY_BUILD"], self.folder)

    def answer(self, method, path, status, value=None):
        self.server.answers[(method, path)] = (status, value)

    def sign_in(self):
        return self.ctl.login(self.address, self.ca_file, "admin", "secret")

    def last(self):
        return self.server.seen[-1]

    def state_file(self):
        return os.path.join(self.folder, "config", "caraway", "ctl.json")


class SigningIn(CtlTest):
    def test_login_keeps_a_token_for_its_owner_only(self):
        self.assertEqual(self.sign_in(), f"Signed in to https://{self.address} as admin.\n")
        self.assertEqual(self.last()[2], {"user": "admin", "password": "secret"})
        self.assertEqual(stat.S_IMODE(os.stat(self.state_file()).st_mode), 0o600)
        with open(self.state_file()) as file:
            self.assertNotIn("secret", file.read())
        self.answer("GET", "/me", 200, USER)
        self.assertIn("Name:                     admin\n", self.ctl.ok("whoami"))
        self.assertEqual(self.last()[3]["Authorization"], "Bearer t1")

    def test_wrong_password_keeps_nothing(self):
        self.answer("POST", "/login", 401, {"code": "wrong-name-or-password", "detail": "Name or password is wrong."})
        shown = self.ctl.refused("login", "--server", self.address, "--ca-file", self.ca_file, "--user", "admin",
                                 stdin="bad\n", code="wrong-name-or-password")
        self.assertEqual(shown, "carawayctl: Name or password is wrong. (wrong-name-or-password)\n")
        self.assertFalse(os.path.exists(self.state_file()))

    def test_unknown_authority_gets_no_password(self):
        self.ctl.refused("login", "--server", self.address, "--user", "admin", stdin="secret\n",
                         code="identity-not-trusted")
        self.assertEqual(self.server.seen, [])

    def test_fingerprint_stands_for_an_authority(self):
        with open(os.path.join(self.folder, "tls.crt")) as file:
            leaf = file.read().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
        fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(leaf)).hexdigest()
        words = ("login", "--server", self.address, "--user", "admin", "--fingerprint")
        self.ctl.ok(*words, fingerprint, stdin="secret\n")
        self.ctl.refused(*words, "a" * 64, stdin="secret\n", code="identity-not-trusted")

    def test_logout_forgets_the_token(self):
        self.sign_in()
        self.assertEqual(self.ctl.ok("logout"), "Signed out.\n")
        self.assertEqual(self.last()[:2], ("POST", "/api/v1/logout"))
        self.assertIn("carawayctl login", self.ctl.refused("user", "list", code="not-signed-in"))

    def test_no_server_is_known(self):
        self.ctl.refused("whoami", code="not-signed-in")

    def test_password_is_not_shown_at_a_terminal(self):
        status, shown = self.ctl.at_terminal("login", "--server", self.address, "--ca-file", self.ca_file,
                                             answers=[("User:", "admin"), ("Password:", "secret")])
        self.assertEqual(status, 0, shown)
        self.assertNotIn("secret", shown)
        self.assertEqual(self.last()[2], {"user": "admin", "password": "secret"})

    def test_interrupt_at_the_password_ends_it(self):
        status, shown = self.ctl.at_terminal("login", "--server", self.address, "--ca-file", self.ca_file, "--user",
                                             "admin", answers=[("Password:", "\x03")])
        self.assertEqual((status, self.server.seen), (-signal.SIGINT, []), shown)

    def test_person_confirms_an_unknown_certificate(self):
        words = ("login", "--server", self.address, "--user", "admin")
        status, shown = self.ctl.at_terminal(*words, answers=[("Password:", "secret"), ("[y/N]", "n")])
        self.assertEqual((status, self.server.seen), (1, []), shown)
        status, shown = self.ctl.at_terminal(*words, answers=[("Password:", "secret"), ("[y/N]", "y")])
        self.assertEqual(status, 0, shown)
        self.answer("GET", "/me", 200, USER)
        self.ctl.ok("whoami")

    def test_server_is_down(self):
        self.sign_in()
        self.server.shutdown()
        self.server.server_close()
        self.assertIn(self.address, self.ctl.refused("user", "list", code="unreachable"))


class Commands(CtlTest):
    def setUp(self):
        super().setUp()
        self.sign_in()

    def test_table_and_json_of_a_list(self):
        items = [{"id": "1", "name": "alice", "full_name": None, "roles": ["user"], "groups": [], "disabled": False,
                  "source": "local"},
                 {"id": "2", "name": "b\x1b[31m", "full_name": "Bo", "roles": ["user"], "groups": ["a", "b"],
                  "disabled": True, "source": "corp"}]
        self.answer("GET", "/users?limit=500", 200, {"items": items, "next": None})
        self.assertEqual(self.ctl.ok("user", "list"),
                         "NAME       FULL NAME  ROLES  GROUPS  DISABLED  SOURCE\n"
                         "alice      -          user   -       no        local\n"
                         "b\\x1b[31m  Bo         user   a, b    yes       corp\n")
        self.assertEqual(self.ctl.json("user", "list"), {"items": items})

    def test_every_page_is_fetched(self):
        self.answer("GET", "/groups?limit=500", 200, {"items": [{"name": "a"}], "next": "c&1"})
        self.answer("GET", "/groups?limit=500&cursor=c%261", 200, {"items": [{"name": "b"}], "next": None})
        self.assertEqual([g["name"] for g in self.ctl.json("group", "list")["items"]], ["a", "b"])

    def test_limit_ends_a_list(self):
        self.answer("GET", "/audit?limit=1", 200, {"items": [{"id": 1, "time": "1970-01-01T00:00:00Z", "action": "login"}], "next": "x"})
        self.assertEqual(len(self.ctl.json("audit", "list", "--limit", "1")["items"]), 1)

    def test_list_of_all_sessions_or_mine(self):
        self.answer("GET", "/sessions?all=true&limit=500", 200, {"items": [], "next": None})
        self.answer("GET", "/sessions?limit=500", 200, {"items": [], "next": None})
        self.assertEqual(self.ctl.ok("session", "list"), "Nothing to list.\n")
        self.assertEqual(self.ctl.ok("session", "list", "--mine"), "Nothing to list.\n")

    def test_new_user_with_a_password_from_standard_input(self):
        self.answer("POST", "/users", 201, {"id": "3", "name": "carol"})
        self.assertEqual(self.ctl.ok("user", "add", "carol", "--roles", "user", stdin="pass word\n"),
                         "The user carol was made.\n")
        self.assertEqual(self.last()[2], {"name": "carol", "roles": ["user"], "password": "pass word"})
        self.assertIn("Idempotency-Key", self.last()[3])

    def test_reasons_are_told(self):
        self.answer("POST", "/pools", 409, {"code": "no-capacity", "detail": "The pool does not fit.",
                                            "reasons": ["kvm1 is full", "kvm2 is\x1b in maintenance"]})
        shown = self.ctl.refused("pool", "create", "office", "--image", "debian", code="no-capacity")
        self.assertEqual(shown, "carawayctl: The pool does not fit. (no-capacity)\n  - kvm1 is full\n"
                                "  - kvm2 is\\x1b in maintenance\n")

    def test_harm_needs_a_yes(self):
        self.answer("DELETE", "/pools/office", 204)
        self.assertIn("--yes", self.ctl.refused("pool", "delete", "office", status=2))
        status, shown = self.ctl.at_terminal("pool", "delete", "office", answers=[("[y/N]", "n")])
        self.assertEqual((status, self.last()[0]), (1, "POST"), shown)
        status, shown = self.ctl.at_terminal("pool", "delete", "office", answers=[("[y/N]", "yes")])
        self.assertEqual((status, self.last()[0]), (0, "DELETE"), shown)
        self.assertEqual(self.ctl.ok("pool", "delete", "office", "--yes"), "The pool office was deleted.\n")
        self.assertEqual(self.ctl.json("pool", "delete", "office", "--yes"), {})

    def test_boot_log_cannot_move_the_cursor(self):
        self.answer("GET", "/admin/desktops/office-0001/boot-log", 200, "Linux\r\n\x1b[2Jlogin:\n")
        self.assertEqual(self.ctl.ok("desktop", "boot-log", "office-0001"), "Linux\n\\x1b[2Jlogin:\n")
        self.assertEqual(self.ctl.json("desktop", "boot-log", "office-0001"), {"text": "Linux\r\n\x1b[2Jlogin:\n"})

    def test_join_token(self):
        self.answer("POST", "/hosts/join-tokens", 201, {"token": "cwj1.host.a.b", "expires": "1970-01-01T01:00:00Z"})
        self.assertEqual(self.ctl.ok("host", "join-token"),
                         "Token:       cwj1.host.a.b\nValid until: 1970-01-01 01:00:00\n")

    def test_answer_that_is_no_list(self):
        self.answer("GET", "/users?limit=500", 200, {"items": 7})
        self.ctl.refused("user", "list", code="invalid-request")

    def test_wrong_command_lines(self):
        for words in (["fly"], ["user", "add"], ["pool", "set", "office"], ["user", "list", "--fast"]):
            with self.subTest(words=words):
                shown = self.ctl.refused(*words, status=2)
                self.assertIn("Try “carawayctl --help”", shown)

    def test_help_and_version(self):
        self.assertTrue(self.ctl.ok("--help").startswith("Usage: carawayctl NOUN COMMAND"))
        self.assertTrue(self.ctl.ok("pool", "create", "--help").startswith("Usage: carawayctl pool create NAME"))
        for words in ([], ["pool"], ["pool", "create"]):
            self.assertEqual(self.ctl.ok("help", *words), self.ctl.ok(*words, "--help"))
        self.assertRegex(self.ctl.ok("--version"), r"^carawayctl \d+\.\d+\.\d+\n$")

    def test_a_failed_export_leaves_the_one_before(self):
        self.sign_in()
        path = os.path.join(self.folder, "audit.jsonl")
        row = {"type": "row", "id": 1, "time_us": 1, "broker": "b1", "actor": "a", "action": "b", "object": "c", "succeeded": True,
               "code": "", "detail": "", "address": "", "repeats": 1}

        def read():
            with open(path, encoding="utf-8") as file:
                return file.read().splitlines()
        part = json.dumps(row) + "\n"
        following = json.dumps({"type": "next", "cursor": "1"}) + "\n"
        self.answer("GET", "/audit/export", 200, part * 3)
        self.ctl.ok("audit", "export", path)
        self.answer("GET", "/audit/export", 200, part + following)
        self.answer("GET", "/audit/export?cursor=1", 503, {"code": "unavailable", "detail": "Later."})
        before = read()
        self.assertEqual(self.ctl.run("audit", "export", path).returncode, 1)
        self.assertEqual((len(before), read()), (3, before))
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith((".goutput", "audit"))], ["audit.jsonl"])
        self.answer("GET", "/audit/export?cursor=1", 200, part)
        self.ctl.ok("audit", "export", path)
        self.assertEqual(len(read()), 2)


if __name__ == "__main__":
    unittest.main()
