# SPDX-License-Identifier: Apache-2.0
"""
The second factor through a real portal and broker. The codes are made by hands that are not ours: Python's HMAC, and
oathtool. What a sign-in that lacks its code may do is walked from the route table.
"""
import base64
import http.client
import os
import subprocess
import tempfile
import threading
import time
import unittest

from api_places import route_rows
from ctl import Ctl
from desktop import ready_session
from fake_stack import fake_stack
from processes import Failed
from rest import Problem, Rest
from second_factor import code_of, enrol

PASSWORD = "a long enough password"
ABSENT = "00000000-0000-4000-8000-000000000000"
# All that is let through before the code.
BEFORE_THE_CODE = {"POST /api/v1/logout", "GET /api/v1/me", "GET /api/v1/me/second-factor", "POST /api/v1/me/second-factor",
                   "POST /api/v1/me/second-factor/confirm", "POST /api/v1/me/second-factor/verify"}


def setUpModule():
    FactorCase.stack = unittest.enterModuleContext(fake_stack(size=3, spares=1))
    FactorCase.stack.wait_spare(120)


class FactorCase(unittest.TestCase):
    stack = None

    def person(self, name):
        self.stack.admin.call("POST", "users", {"name": name, "full_name": name, "password": PASSWORD})
        self.stack.admin.call("PUT", f"groups/staff/members/{name}")
        return name

    def rest(self, name):
        """Signed in by the password."""
        rest = Rest(self.stack.portal_url, self.stack.ca)
        rest.standing = rest.login(name, PASSWORD)["user"]["second_factor"]
        return rest

    def enrolled(self, name):
        rest = self.rest(self.person(name))
        secret, codes = enrol(rest, password=PASSWORD)
        return rest, secret, codes

    def prove(self, rest, code):
        rest.token = rest.call("POST", "me/second-factor/verify", {"code": code})["token"]
        return rest

    def refused(self, code, rest, *request):
        with self.assertRaises(Problem) as caught:
            rest.call(*request)
        self.assertEqual(caught.exception.code, code)
        return caught.exception

    def log(self):
        return self.stack.admin.call("GET", "audit?limit=100")["items"]


class SecondFactorTest(FactorCase):
    def test_from_setting_up_to_turning_off(self):
        rest, secret, codes = self.enrolled("ann")
        self.assertEqual(len(set(codes)), 10)
        self.assertEqual(len(base64.b32decode(secret)), 20)
        pending = self.rest("ann")
        self.assertEqual(pending.standing, "code-required")
        self.refused("second-factor-pending", pending, "GET", "desktops")
        self.refused("wrong-code", pending, "POST", "me/second-factor/verify", {"code": code_of(secret, -8)})
        before = pending.token
        self.prove(pending, code_of(secret, 1))
        self.assertEqual(pending.call("GET", "me")["second_factor"], "proven")
        self.assertTrue(pending.call("GET", "desktops")["items"])
        self.refused("not-signed-in", Rest(self.stack.portal_url, self.stack.ca, before), "GET", "me")
        self.refused("wrong-code", pending, "POST", "me/second-factor/off", {"password": PASSWORD, "code": "000000"})
        pending.call("POST", "me/second-factor/off", {"password": PASSWORD, "code": codes[0]})
        self.assertEqual(self.rest("ann").standing, "none")

    def test_oathtool_makes_the_same_codes(self):
        rest = self.rest(self.person("oda"))
        draft = rest.call("POST", "me/second-factor", {"password": PASSWORD})
        self.assertIn(f"secret={draft['secret']}&", draft["uri"])
        self.assertTrue(draft["qr"] and all(len(row) == len(draft["qr"]) and set(row) <= {"0", "1"} for row in draft["qr"]))
        code = subprocess.run(["oathtool", "--totp", "--base32", draft["secret"]], capture_output=True, text=True,
                              check=True).stdout.strip()
        self.assertEqual(len(rest.call("POST", "me/second-factor/confirm", {"code": code})["recovery_codes"]), 10)

    def test_every_route_waits_for_the_code(self):
        rest, secret, _ = self.enrolled("eve")
        self.stack.admin.call("POST", "role-bindings", {"kind": "user", "subject": "eve", "role": "administrator"})
        pending = self.rest("eve")
        walked = 0
        for method, pattern, permission, _ in route_rows():
            name = f"{method} {pattern}"
            if permission == "public" or name in BEFORE_THE_CODE or not pattern.startswith("/api/v1/"):
                continue  # /internal is for machines, by their certificates
            path = "/".join(ABSENT if part.startswith("{") else part for part in pattern.split("/"))
            with self.subTest(name):
                self.refused("second-factor-pending", pending, method, path, None if method in ("GET", "DELETE") else {})
            walked += 1
        self.assertGreater(walked, 50)
        self.assertEqual(pending.call("GET", "me")["permissions"], [])
        self.prove(pending, code_of(secret, 1))
        self.assertIn("user.manage", pending.call("GET", "me")["permissions"])

    def try_code(self, name, code, start, taken):
        rest = Rest(self.stack.portal_url, self.stack.ca, timeout_s=120)
        start.wait(60)
        try:
            taken.append(rest.call("POST", "login", {"user": name, "password": PASSWORD, "code": code}))
        except Problem:
            pass  # a code that is spent, too many tries, no room for so many passwords at once

    def test_one_code_lets_one_in(self):
        for name in ("tom", "tim"):
            _, secret, codes = self.enrolled(name)
            code = code_of(secret, 1) if name == "tom" else codes[0]
            taken, start = [], threading.Barrier(8)

            threads = [threading.Thread(target=self.try_code, args=(name, code, start, taken)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
            self.assertEqual(len(taken), 1)
            self.assertEqual(taken[0]["user"]["second_factor"], "proven")

    def test_required_by_a_group(self):
        rest = self.rest(self.person("gil"))
        self.stack.admin.call("POST", "groups", {"name": "strict"})
        self.stack.admin.call("PUT", "groups/strict/members/gil")
        self.assertTrue(self.stack.admin.call("PATCH", "groups/strict", {"second_factor_required": True})["second_factor_required"])
        self.refused("second-factor-enrolment-required", rest, "GET", "desktops")
        _, codes = enrol(rest)
        self.assertTrue(rest.call("GET", "desktops")["items"])
        self.refused("conflict", rest, "POST", "me/second-factor/off", {"password": PASSWORD, "code": codes[0]})
        shown = self.stack.admin.call("GET", "users/gil")
        self.assertTrue(shown["second_factor"] and shown["second_factor_required"])

    def test_required_by_a_role(self):
        """A fixed role is marked on the command line; who is given it is pending from the next request on."""
        rest = self.rest(self.person("ria"))
        with tempfile.TemporaryDirectory() as folder:
            ctl = Ctl(os.environ["CARAWAY_BUILD"], folder)
            ctl.login(self.stack.portal_url, self.stack.ca, "admin", self.stack.admin_password)
            ctl.ok("role", "set", "auditor", "--second-factor", "yes")
            self.assertRegex(ctl.ok("role", "show", "auditor"), r"Second factor required:? +yes")
            self.assertTrue(rest.call("GET", "desktops")["items"])
            ctl.ok("binding", "grant", "user", "ria", "auditor", "--object", "/pools")
            self.refused("second-factor-enrolment-required", rest, "GET", "desktops")
            ctl.ok("role", "set", "auditor", "--second-factor", "no")
            self.assertTrue(rest.call("GET", "desktops")["items"])
        self.assertTrue([row for row in self.log() if row["action"] == "role.change" and row["object"] == "role/auditor"
                         and row["detail"].endswith("; second factor required")])

    def test_required_by_a_pool(self):
        """A sign-in without one, and an access token of a person who has one, are refused; explaining says why."""
        self.stack.admin.call("POST", "pools", {"name": "strict", "image": "tiny", "size": 1, "spares": 0,
                                                "second_factor": "required"})
        self.stack.admin.call("PUT", "pools/strict/entitlements/group/staff")
        rest = self.rest(self.person("pia"))
        refusal = self.refused("second-factor-required", rest, "POST", "pools/strict/connect", {})
        self.assertIn("strict asks for a second factor, and this sign-in was not proven with one.", refusal.reasons)
        rules = {rule["rule"]: rule["ok"] for rule in
                 self.stack.admin.call("GET", "pools/strict/explain?user=pia")["rules"]}
        self.assertIs(rules["second-factor"], False)
        enrol(rest, password=PASSWORD)
        token = rest.call("POST", "me/tokens", {"name": "job", "scopes": ["own", "console.open"],
                                                 "lifetime_s": 3600})["token"]
        program = Rest(self.stack.portal_url, self.stack.ca, token)
        self.refused("second-factor-required", program, "POST", "pools/strict/connect", {})
        session = ready_session(rest, "strict", 120)
        self.refused("second-factor-required", program, "POST", f"sessions/{session['id']}/grants", {"viewer": "native"})
        rest.call("POST", f"sessions/{session['id']}/logoff")

    def test_reset_cuts_what_is_open(self):
        """Row 17; how long it took is in the output."""
        rest, secret, _ = self.enrolled("rob")
        session = ready_session(rest, "office", 120)
        stream = rest.open("GET", f"/api/v1/sessions/{session['id']}/events")
        self.assertIn(b"event: session", stream.readline())
        began = time.monotonic()
        self.stack.admin.call("DELETE", "users/rob/second-factor")
        try:
            while stream.read1(4096):  # to its end; the time limit of the connection is the test's
                pass
        except (http.client.IncompleteRead, ConnectionError):
            pass  # cut, not ended in peace
        stream.connection.close()
        print(f"cut after {time.monotonic() - began:.2f} s")
        self.refused("not-signed-in", rest, "GET", "me")
        again = self.rest("rob")
        self.assertEqual(again.standing, "none")
        self.assertEqual(again.call("GET", f"sessions/{session['id']}")["id"], session["id"])
        self.refused("conflict", self.stack.admin, "DELETE", "users/rob/second-factor")

    def test_taken_away_on_the_command_line_of_the_broker(self):
        rest, _, _ = self.enrolled("sol")
        token = rest.call("POST", "me/tokens", {"name": "job", "scopes": ["own"], "lifetime_s": 3600})["token"]
        stack = self.stack
        words = [stack.program("caraway-broker"), *stack.broker_options(), "--remove-second-factor=sol"]
        with self.assertRaisesRegex(Failed, "already running"):
            stack.once(words)
        self.assertTrue(rest.call("GET", "desktops")["items"])
        stack.processes["broker"].stop()
        self.assertIn("sol signs in without", stack.once(words))
        with self.assertRaisesRegex(Failed, "has no second factor"):
            stack.once(words)
        stack.restart_broker()
        self.refused("not-signed-in", rest, "GET", "me")
        self.refused("not-signed-in", Rest(stack.portal_url, stack.ca, token), "GET", "desktops")
        self.assertEqual(self.rest("sol").standing, "none")
        row = next(row for row in self.log() if row["action"] == "second-factor.reset" and row["object"] == "user/sol")
        self.assertEqual((row["actor"], row["result"]), ("command line", "ok"))

    def test_the_log_has_no_code(self):
        rest, secret, codes = self.enrolled("lou")
        pending = self.rest("lou")
        self.refused("wrong-code", pending, "POST", "me/second-factor/verify", {"code": "246802"})
        self.prove(pending, codes[4])
        rows = [row for row in self.log() if row["object"] == "user/lou"]
        self.assertLessEqual({"second-factor.begin", "second-factor.enrol", "sign-in.pending", "sign-in"},
                             {row["action"] for row in rows})
        self.assertTrue([row for row in rows if row["code"] == "wrong-code"])
        self.assertTrue([row for row in rows if row["detail"] == "by a recovery code, 9 left"])
        for word in (secret, *codes, "246802"):
            self.assertNotIn(word, str(self.log()))


class CommandLineTest(FactorCase):
    def test_signing_in_with_a_code(self):
        _, secret, codes = self.enrolled("cat")
        with tempfile.TemporaryDirectory() as folder:
            ctl = Ctl(os.environ["CARAWAY_BUILD"], folder)
            login = ("login", "--server", self.stack.portal_url, "--ca-file", self.stack.ca, "--user", "cat")
            ctl.refused(*login, stdin=f"{PASSWORD}\n000000\n", code="wrong-code")
            self.assertIn("as cat", ctl.ok(*login, stdin=f"{PASSWORD}\n{code_of(secret, 1)}\n"))
            self.assertIn("10", ctl.ok("factor", "show"))
            fresh = ctl.json("factor", "recovery-codes", stdin=codes[0] + "\n")["recovery_codes"]
            self.assertEqual(len(fresh), 10)
            self.assertIn("is off", ctl.ok("factor", "off", stdin=f"{PASSWORD}\n{fresh[1]}\n"))
            self.assertIn("no", ctl.ok("factor", "show"))


if __name__ == "__main__":
    unittest.main()
