# SPDX-License-Identifier: Apache-2.0
"""Every route of the table × every role: who may not, is told so before anything else is looked at (fault 29)."""
import re
import unittest

from api_places import route_rows
from machines import Broker, Machine, ScriptedHost, random_id

SIGNED_OUT, USER, ADMIN, PORTAL, RELAY, HOST = "signed-out", "user", "administrator", "portal", "relay", "host"
MACHINES = {PORTAL, RELAY, HOST}


def expected(permission, role):
    """The refusal that `role` must get, or None when it may."""
    if permission == "public":
        return None
    if permission in ("gateway", "host", "broker", "machine"):
        allowed = {"gateway": {PORTAL, RELAY}, "host": {HOST}, "broker": set(), "machine": MACHINES}[permission]
        return None if role in allowed else (403, "identity-not-trusted")
    if role in MACHINES or role == SIGNED_OUT:
        return (401, "not-signed-in")
    return None if role == ADMIN or permission in ("own", "account", "console.open") else (403, "not-permitted")


class MatrixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker().up()
        cls.addClassCleanup(cls.broker.down)
        cls.host = ScriptedHost(cls.broker)
        portal = Machine(cls.broker, "portal", "edge1")
        user = cls.broker.user("alice")
        user_token = user.token
        cls.people = {SIGNED_OUT: cls.broker.rest(), USER: user, ADMIN: cls.broker.admin}
        cls.roles = {**cls.people, PORTAL: portal.rest, RELAY: cls.host.relay_rest, HOST: cls.host.rest}
        cls.user_token = user_token

    def answer(self, role, method, path, permission):
        """Status and code. Requests that could succeed carry what makes the handler refuse: only access is of
        interest, and the next role has to find the same world."""
        rest = self.roles[role]
        body = {"no-such-member": 1} if method in ("POST", "PATCH", "PUT") else None
        if path.endswith(("/logout", "/me/password")):
            body = {"no-such-member": 1}
        response = rest.open(method, path, body)
        raw = response.read()
        response.connection.close()
        code = re.search(rb'"code":"([^"]*)"', raw) if response.status >= 400 else None
        return response.status, code.group(1).decode() if code else None

    def test_every_route_and_role(self):
        for method, pattern, permission, _ in route_rows():
            if pattern.endswith("/logout"):
                continue  # it would end the sign-in that the others need; looked at below
            path = re.sub(r"\{[a-z]+\}", random_id(), pattern)
            for role in self.roles:
                with self.subTest(method=method, path=pattern, role=role):
                    status, code = self.answer(role, method, path, permission)
                    refusal = expected(permission, role)
                    if refusal is None:
                        self.assertNotIn(code, ("not-signed-in", "not-permitted", "identity-not-trusted"))
                        self.assertNotEqual(status, 500)
                    else:
                        self.assertEqual((status, code), refusal)

    def test_logout_needs_a_sign_in(self):
        self.assertEqual(self.answer(SIGNED_OUT, "POST", "/api/v1/logout", "own"), (401, "not-signed-in"))

    def test_what_has_no_row_cannot_be_reached(self):
        for path in ("/", "/api/v1", "/api/v1/secrets", "/internal", "/internal/join/x", "/debug", "/api/v2/me"):
            for role in self.roles:
                with self.subTest(path=path, role=role):
                    self.assertEqual(self.answer(role, "GET", path, "")[0], 404)

    def test_unknown_methods_are_told_the_known_ones(self):
        for method in ("TRACE", "OPTIONS", "PROPFIND", "get"):
            response = self.people[ADMIN].open(method, "/api/v1/users")
            self.assertIn(response.status, (400, 405))
            response.connection.close()

    def test_every_refusal_of_a_person_is_in_the_audit_log(self):
        self.answer(USER, "GET", "/api/v1/users", "user.manage")
        entries = self.people[ADMIN].call("GET", "audit?limit=500")["items"]
        self.assertTrue(any(entry["actor"] == "alice" and entry["code"] == "not-permitted" for entry in entries))


if __name__ == "__main__":
    unittest.main()
