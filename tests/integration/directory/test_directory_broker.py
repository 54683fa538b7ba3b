# SPDX-License-Identifier: Apache-2.0
"""People of a directory at a broker: sign-in, groups, being looked up again, and a directory that is slow or away
(faults 18 and 19)."""
import socket
import threading
import time
import unittest

from directory_server import (PASSWORD, ROOT_PASSWORD, SEARCHER_PASSWORD, SUFFIX, AuthenticatorFolder, DirectoryServer, group,
                              person)
from machines import ADMIN_PASSWORD, Broker
from processes import wait_until
from rest import Problem

SLOW_S = 60  # what the invariants say of a slow directory


class MuteServer:
    """Takes connections and says nothing, as a directory that hangs does."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.taken = []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                self.taken.append(self.socket.accept()[0])
            except OSError:
                return

    def close(self):
        if self.socket.fileno() < 0:
            return
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for taken in self.taken:
            taken.close()
        self.thread.join(20)


class DirectoryBrokerTest(unittest.TestCase):
    def setUp(self):
        self.server = DirectoryServer(person("anna"), person("bert"), person("admin"), group("staff", "uid=anna,ou=people"),
                                      group("nurses", "uid=bert,ou=people")).start()
        self.addCleanup(self.server.remove)
        self.folder = AuthenticatorFolder()
        self.addCleanup(self.folder.remove)

    def up(self, **keys):
        self.folder.add("corp", **{"servers": f"ldaps://127.0.0.1:{self.server.tls_port}", "ca_file": self.server.ca,
                                   "recheck_s": 1, "operation_timeout_ms": 20000, "timeout_ms": 60000, **keys})
        self.broker = Broker(f"--sign-in-authenticators={self.folder.path}").up()
        self.addCleanup(self.down)
        self.admin = self.broker.admin

    def down(self):
        log = self.broker.process.log_tail(100000)
        self.broker.down()
        for secret in (PASSWORD, SEARCHER_PASSWORD, ROOT_PASSWORD):
            self.assertNotIn(secret, log)

    def refused(self, code, call, *arguments):
        with self.assertRaises(Problem) as caught:
            call(*arguments)
        self.assertEqual(caught.exception.code, code, caught.exception.detail)
        return caught.exception.detail

    def sign_in(self, name, password=PASSWORD):
        rest = self.broker.rest()
        rest.login(name, password)
        return rest

    def test_people_of_a_directory(self):
        self.up()
        methods = self.broker.rest().call("GET", "sign-in-methods")["items"]
        self.assertEqual([(m["name"], m["kind"]) for m in methods], [("local", "password"), ("corp", "password")])
        self.admin.call("POST", "groups", {"name": "staff", "authenticator": "corp", "external_name": f"CN=staff,ou=groups,{SUFFIX}"})
        anna = self.sign_in("Anna")
        shown = self.admin.call("GET", "users/anna")
        self.assertEqual((shown["source"], shown["groups"], shown["roles"]), ("corp", ["staff"], ["user"]))
        self.assertEqual(anna.call("GET", "me")["name"], "anna")
        wrong = self.refused("wrong-name-or-password", self.sign_in, "anna", "wrong")
        for name, password in (("nobody", PASSWORD), ("anna", ""), ("*)(uid=*", PASSWORD), ("admin", PASSWORD)):
            self.assertEqual(self.refused("wrong-name-or-password", self.sign_in, name, password), wrong)
        self.refused("external-account", self.admin.call, "POST", "users/anna/password", {"password": "a new long password"})
        self.refused("external-account", anna.call, "POST", "me/password", {"old": PASSWORD, "new": "a new long password"})
        self.refused("conflict", self.admin.call, "PUT", "groups/staff/members/admin")
        self.sign_in("admin", ADMIN_PASSWORD)

    def test_steps_of_a_trial(self):
        self.up()
        self.assertEqual([row["name"] for row in self.admin.call("GET", "authenticators")["items"]], ["local", "corp"])

        def steps(user, password):
            rows = self.admin.call("POST", "authenticators/corp/test", {"user": user, "password": password})["items"]
            self.assertNotIn(PASSWORD, str(rows))
            return [(row["rule"], row["ok"]) for row in rows]
        good = [(name, True) for name in ("connect", "bind", "search", "password", "account", "groups", "result")]
        self.assertEqual(steps("Anna", PASSWORD), good)
        self.assertEqual(steps("anna", "wrong"), [*good[:3], ("password", False), ("result", False)])
        self.assertEqual(steps("*", PASSWORD), [("result", False)])
        self.refused("not-found", self.admin.call, "POST", "authenticators/other/test", {"user": "anna", "password": "x"})
        self.refused("not-found", self.admin.call, "POST", "authenticators/local/test", {"user": "anna", "password": "x"})
        actions = [row for row in self.admin.call("GET", "audit")["items"]
                   if row["action"] == "authenticator.test" and row["result"] == "ok"]  # refusals come later
        self.assertEqual([row["detail"] for row in actions], ["*: not accepted", "anna: not accepted", "anna: accepted"])

        def is_throttled():  # it is no way to guess passwords
            try:
                steps("bert", "wrong")
            except Problem as problem:
                return problem.code == "too-many-attempts"
        wait_until(is_throttled, 60, "waiting for the throttle", 0)
        self.server.stop()
        self.assertEqual(steps("anna", PASSWORD), [("connect", False), ("result", False)])

    def test_who_is_looked_up_again(self):
        self.up()
        self.admin.call("POST", "groups", {"name": "nurses", "authenticator": "corp",
                                           "external_name": f"cn=nurses,ou=groups,{SUFFIX}"})
        anna, bert = self.sign_in("anna"), self.sign_in("bert")
        self.server.modify(f"dn: cn=nurses,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\nmember: uid=anna,ou=people,{SUFFIX}\n")
        wait_until(lambda: self.admin.call("GET", "users/anna")["groups"] == ["nurses"], 90, "waiting for a new group")
        self.server.modify(f"dn: uid=bert,ou=people,{SUFFIX}\nchangetype: delete\n")
        wait_until(lambda: self.admin.call("GET", "users/bert")["disabled"], 90, "waiting for an account to close")
        self.refused("not-signed-in", bert.call, "GET", "me")
        self.refused("wrong-name-or-password", self.sign_in, "bert")
        self.server.stop()  # nobody is ended by a directory that is away
        self.refused("directory-away", self.sign_in, "anna")
        anna.call("GET", "me")
        self.assertFalse(self.admin.call("GET", "users/anna")["disabled"])

    def admin_goes_in(self):
        """Not while the crowd's passwords are held against local accounts, which is bounded."""
        try:
            return self.sign_in("admin", ADMIN_PASSWORD)
        except Problem as problem:
            self.assertEqual(problem.code, "overloaded")
            return None

    def test_a_mute_directory_keeps_nobody_else_waiting(self):
        mute = MuteServer()
        self.addCleanup(mute.close)
        self.up(servers=f"ldaps://127.0.0.1:{mute.port}", timeout_ms=SLOW_S * 1000, operation_timeout_ms=SLOW_S * 1000)
        answers = []

        def ask(number):
            try:
                self.sign_in(f"nobody{number}")
            except (Problem, OSError) as problem:
                answers.append(getattr(problem, "code", str(problem)))
        crowd = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(40)]
        for one in crowd:
            one.start()
        wait_until(lambda: len(mute.taken) >= 4, 60, "waiting for the directory to be asked")
        began = time.monotonic()
        for _ in range(5):  # local accounts go in while the crowd hangs
            wait_until(self.admin_goes_in, SLOW_S / 6, "a local sign-in", 0.1)
            self.admin.call("GET", "users")
        self.assertTrue(any(one.is_alive() for one in crowd))
        self.assertLess(time.monotonic() - began, SLOW_S)
        mute.close()
        for one in crowd:
            one.join(120)
        self.assertEqual(len(answers), 40)
        self.assertLessEqual(set(answers), {"directory-away", "overloaded", "too-many-attempts"})


if __name__ == "__main__":
    unittest.main()
