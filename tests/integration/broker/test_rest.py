# SPDX-License-Identifier: Apache-2.0
"""The REST interface over real TLS with a real database: accounts, pools, sessions, consoles, events."""
import configparser
import json
import threading
import unittest

from machines import Broker, Machine, ScriptedHost, provision, random_id, wait_spare
from processes import wait_until
from rest import Problem


class RestTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker().up()
        cls.addClassCleanup(cls.broker.down)
        cls.admin = cls.broker.admin
        cls.host = ScriptedHost(cls.broker).connect()
        cls.addClassCleanup(cls.host.hang_up)
        cls.portal = Machine(cls.broker, "portal", "edge1")
        wait_until(lambda: cls.admin.call("GET", "hosts/kvm1")["state"] == "up", 30, "waiting for the host")
        cls.user = provision(cls.broker, size=4)

    def refused(self, status, code, rest, *arguments):
        with self.assertRaises(Problem) as caught:
            rest.call(*arguments)
        self.assertEqual((caught.exception.status, caught.exception.code), (status, code))
        self.assertTrue(caught.exception.detail)
        return caught.exception

    def session(self):
        wait_spare(self.broker)
        session = self.user.connect("office", take_over=True)
        self.assertIn(session["state"], ("ready", "connected", "disconnected"))
        return session

    # accounts

    def test_wrong_password_and_unknown_name_look_the_same(self):
        rest = self.broker.rest()
        one = self.refused(401, "wrong-name-or-password", rest, "POST", "login", {"user": "demo", "password": "no"})
        two = self.refused(401, "wrong-name-or-password", rest, "POST", "login", {"user": "nobody", "password": "no"})
        self.assertEqual(one.detail, two.detail)

    def test_repeated_failures_are_throttled(self):
        self.broker.user("clumsy")
        rest = self.broker.rest()

        def is_throttled():
            try:
                rest.call("POST", "login", {"user": "clumsy", "password": "wrong"})
            except Problem as problem:
                return problem.code == "too-many-attempts" and problem.status == 429
        wait_until(is_throttled, 30, "waiting for the throttle", 0)

    def test_logout_ends_the_token(self):
        rest = self.broker.user("leaver")
        self.assertEqual(rest.call("GET", "me")["name"], "leaver")
        rest.call("POST", "logout")
        self.refused(401, "not-signed-in", rest, "GET", "me")

    def test_cookie_sign_in(self):
        self.broker.user("web")
        rest = self.broker.rest()
        response = rest.open("POST", "/api/v1/login", {"user": "web", "password": "web has a long password",
                                                       "cookie": True})
        self.assertNotIn("token", json.loads(response.read()))
        header = response.headers["Set-Cookie"]
        for part in ("__Host-caraway=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(part, header)
        cookie = {"Cookie": header.split(";")[0]}
        self.assertEqual(rest.call("GET", "me", None, cookie)["name"], "web")
        self.refused(403, "not-permitted", rest, "POST", "logout", None, cookie)
        self.refused(403, "not-permitted", rest, "POST", "logout", None,
                     {**cookie, "X-Caraway-Request": "1", "Origin": "https://evil.example"})
        rest.call("POST", "logout", None, {**cookie, "X-Caraway-Request": "1",
                                           "Origin": f"https://127.0.0.1:{self.broker.port}"})
        self.refused(401, "not-signed-in", rest, "GET", "me", None, cookie)

    def test_a_new_password_may_be_required(self):
        rest = self.broker.user("fresh", password_change_required=True)
        self.assertTrue(rest.call("GET", "me")["password_change_required"])
        self.refused(403, "password-change-required", rest, "GET", "desktops")
        self.refused(422, "weak-password", rest, "POST", "me/password", {"old": "fresh has a long password",
                                                                         "new": "short"})
        rest.call("POST", "me/password", {"old": "fresh has a long password", "new": "an even longer password"})
        self.assertEqual(rest.call("GET", "desktops")["items"], [])

    def test_updates_need_the_version_that_they_saw(self):
        self.broker.user("changing")
        etag = self.admin.open("GET", "/api/v1/users/changing").headers["ETag"]
        self.admin.call("PATCH", "users/changing", {"full_name": "One"}, {"If-Match": etag})
        self.refused(412, "changed-meanwhile", self.admin, "PATCH", "users/changing", {"full_name": "Two"},
                     {"If-Match": etag})
        self.assertEqual(self.admin.call("GET", "users/changing")["full_name"], "One")

    def test_disabled_accounts_are_out_at_once(self):
        rest = self.broker.user("gone")
        self.admin.call("PATCH", "users/gone", {"disabled": True})
        self.refused(401, "not-signed-in", rest, "GET", "me")

    def test_the_list_of_desktops_is_never_older_than_what_was_answered(self):
        """The broker may answer it from memory: not after a change that was acknowledged, whose ever it was."""
        rest = self.broker.user("lister")
        self.admin.call("POST", "pools", {"name": "listed", "image": "debian-12", "size": 1, "spares": 0})
        for _ in range(10):
            self.admin.call("PUT", "pools/listed/entitlements/user/lister")
            for _ in range(3):
                self.assertEqual([item["pool"]["name"] for item in rest.call("GET", "desktops")["items"]], ["listed"])
            self.admin.call("DELETE", "pools/listed/entitlements/user/lister")
            self.assertEqual(rest.call("GET", "desktops")["items"], [])
        self.refused(401, "not-signed-in", self.broker.rest("x" + rest.token), "GET", "desktops")
        second = self.broker.sign_in("lister", "lister has a long password")
        self.assertEqual(second.call("GET", "desktops")["items"], [])
        second.call("POST", "logout")
        self.refused(401, "not-signed-in", second, "GET", "desktops")
        self.assertEqual(rest.call("GET", "desktops")["items"], [])
        self.admin.call("PATCH", "users/lister", {"disabled": True})
        self.refused(401, "not-signed-in", rest, "GET", "desktops")

    def test_repeated_creations_get_the_first_answer(self):
        key = {"Idempotency-Key": random_id()}
        one = self.admin.call("POST", "groups", {"name": "twice"}, key)
        self.assertEqual(self.admin.call("POST", "groups", {"name": "twice"}, key), one)
        self.refused(409, "conflict", self.admin, "POST", "groups", {"name": "other"}, key)
        self.refused(409, "conflict", self.admin, "POST", "groups", {"name": "twice"})
        tokens = {self.admin.call("POST", "hosts/join-tokens", {"role": "portal"}, {"Idempotency-Key": "k"})["token"]
                  for _ in range(3)}
        self.assertEqual(len(tokens), 1)

    def test_lists_come_in_pages(self):
        for number in range(5):
            self.admin.call("POST", "groups", {"name": f"page{number}"})
        first = self.admin.call("GET", "groups?limit=2")
        self.assertEqual(len(first["items"]), 2)
        names = [group["name"] for group in first["items"]]
        cursor = first["next"]
        while cursor:
            page = self.admin.call("GET", f"groups?limit=2&cursor={cursor}")
            names += [group["name"] for group in page["items"]]
            cursor = page["next"]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({f"page{number}" for number in range(5)}, set(names))

    def test_names_are_found_as_they_are_written(self):
        self.refused(404, "not-found", self.admin, "GET", "users/%2e%2e")
        self.refused(409, "conflict", self.admin, "POST", "users", {"name": "demo", "password": "long enough for it"})

    def test_unknown_members_and_queries_are_refused(self):
        self.refused(400, "invalid-request", self.admin, "POST", "groups", {"name": "x", "nmae": "y"})
        self.refused(400, "invalid-request", self.admin, "GET", "groups?limt=1")
        self.refused(400, "invalid-request", self.admin, "GET", "groups?limit=1&limit=2")

    # sessions

    def test_refusals_to_connect(self):
        stranger = self.broker.user("stranger")
        self.refused(404, "unknown-pool", stranger, "POST", "pools/nowhere/connect", {})
        problem = self.refused(403, "not-entitled", stranger, "POST", "pools/office/connect", {})
        self.assertIsInstance(problem.reasons, list)

    def test_same_key_gives_the_same_session(self):
        wait_spare(self.broker)
        key = {"Idempotency-Key": random_id()}
        one = self.user.call("POST", "pools/office/connect", {}, key)
        two = self.user.call("POST", "pools/office/connect", {}, key)
        self.assertEqual(one["id"], two["id"])

    def test_console_of_a_native_client(self):
        session = self.session()
        console = self.user.call("POST", f"sessions/{session['id']}/grants", {"viewer": "native", "take_over": True})
        self.assertTrue(console["grant"].startswith("cwg1.b1-"))
        self.assertEqual([relay["site"] for relay in console["relays"]], ["host"])
        self.assertEqual(console["relays"][0]["identity"], "relay/kvm1")
        self.assertIn("BEGIN CERTIFICATE", console["relays"][0]["ca"])

    def test_connecting_opens_a_console_where_that_goes_at_once(self):
        session = self.session()
        self.assertNotIn("console", session)
        for viewer, secret in (("native", "grant"), ("browser", "password")):
            again = self.user.call("POST", "pools/office/connect", {"viewer": viewer, "take_over": True})
            self.assertEqual(again["id"], session["id"])
            self.assertTrue(again["console"][secret])
        self.refused(400, "invalid-request", self.user, "POST", "pools/office/connect", {"viewer": "vv"})

    def test_console_through_a_portal_names_the_portal(self):
        session = self.session()
        rest = self.portal.rest
        rest.token = self.user.token
        console = rest.call("POST", f"sessions/{session['id']}/grants", {"viewer": "native", "take_over": True},
                            {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "desk.example:8443"})
        self.assertEqual(console["relays"][0], {"site": "portal", "address": "desk.example", "port": 8443, "ca": "",
                                                "identity": ""})

    def test_forwarding_headers_of_others_are_not_believed(self):
        self.user.call("GET", "me", None, {"X-Forwarded-For": "203.0.113.9"})
        with self.assertRaises(Problem):
            self.broker.rest().call("POST", "login", {"user": "spoofer", "password": "x"},
                                    {"X-Forwarded-For": "203.0.113.9"})
        rest = self.portal.rest
        rest.token = None
        with self.assertRaises(Problem):
            rest.call("POST", "login", {"user": "spoofed", "password": "x"},
                      {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "desk.example"})
        entries = self.admin.call("GET", "audit?limit=50")["items"]
        self.assertFalse([entry for entry in entries if "spoof" in entry["object"]], "a password may be typed as a name")
        addresses = [entry["address"] for entry in entries
                     if (entry["action"], entry["object"]) == ("sign-in", "user/(unknown name)")]
        self.assertEqual(addresses[:2], ["203.0.113.9", "127.0.0.1"])

    def viewer_file(self, rest, session, headers):
        response = rest.open("POST", f"/api/v1/sessions/{session['id']}/console.vv", {"take_over": True}, headers)
        text = response.read().decode()
        self.assertEqual(response.status, 200, text)
        self.assertEqual(response.headers["Content-Type"], "application/x-virt-viewer")
        keys = configparser.RawConfigParser()
        keys.read_string(text)
        return keys["virt-viewer"]

    def test_viewer_file_points_at_the_relay(self):
        file = self.viewer_file(self.user, self.session(), {})
        self.assertEqual((file["host"], file["tls-port"], file["host-subject"]), ("127.0.0.1", "8444", "CN=kvm1"))
        self.assertEqual(file["delete-this-file"], "1")
        self.assertLessEqual(len(file["password"]), 60)
        with open(self.broker.ca) as ca:
            self.assertEqual(file["ca"].replace("\\n", "\n"), ca.read())

    def test_viewer_file_through_a_portal_points_at_it(self):
        rest = self.portal.rest
        rest.token = self.user.token
        session = self.session()
        headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "desk.example"}
        file = self.viewer_file(rest, session, headers)
        self.assertEqual((file["host"], file["tls-port"]), ("desk.example", "443"))
        self.assertEqual(file["host-subject"], "CN=edge1")  # its certificate is for 127.0.0.1 alone
        self.assertIn("ca", file)
        named = self.viewer_file(rest, session, {**headers, "X-Forwarded-Host": "127.0.0.1:8443"})
        self.assertEqual((named["host"], named["tls-port"]), ("127.0.0.1", "8443"))
        self.assertNotIn("host-subject", named)
        self.assertNotIn("ca", self.viewer_file(rest, session, {**headers, "Caraway-Portal-Certificate": "own"}))

    def test_password_is_redeemed_once_and_by_its_relay(self):
        session = self.session()
        password = self.viewer_file(self.user, session, {})["password"]
        self.refused(403, "identity-not-trusted", self.broker.rest(), "POST", "/internal/redeem",
                     {"password": password})
        self.refused(403, "identity-not-trusted", self.host.rest, "POST", "/internal/redeem", {"password": password})
        grant = self.host.relay_rest.call("POST", "/internal/redeem", {"password": password})["grant"]
        self.assertTrue(grant.startswith("cwg1."))
        self.refused(409, "grant-already-used", self.host.relay_rest, "POST", "/internal/redeem",
                     {"password": password})
        self.refused(403, "grant-invalid", self.host.relay_rest, "POST", "/internal/redeem", {"password": "guess"})

    def test_gateways_learn_the_grant_keys(self):
        keys = self.portal.rest.call("GET", "/internal/grant-keys")["grant_keys"]
        self.assertEqual([key["id"][:3] for key in keys], ["b1-"])

    def test_sessions_of_others_are_not_there(self):
        session = self.session()
        stranger = self.broker.user("curious")
        for method, path, body in (("GET", "", None), ("GET", "/events", None), ("POST", "/grants", {"viewer": "native"}),
                                   ("POST", "/console.vv", {}), ("POST", "/logoff", None)):
            self.refused(404, "not-found", stranger, method, f"sessions/{session['id']}{path}", body)
        self.assertEqual(stranger.call("GET", "sessions")["items"], [])
        self.refused(403, "not-permitted", stranger, "GET", "sessions?all=true")
        self.assertIn(session["id"], [item["id"] for item in self.admin.items("sessions?all=true")])

    def read_events(self, response, until):
        """Reads server-sent events till `until` is one of them; returns (name, data) pairs."""
        events, name = [], None
        for raw in response:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                events.append((name, json.loads(line[6:])))
                if until(*events[-1]):
                    return events
        self.fail(f"the stream ended early: {events}")

    def test_events_follow_a_session_to_its_end(self):
        session = self.session()
        response = self.user.open("GET", f"/api/v1/sessions/{session['id']}/events")
        self.assertEqual(response.headers["Content-Type"], "text/event-stream")
        self.read_events(response, lambda name, data: name == "session")
        self.host.console(session["id"], session["desktop"]["id"], "connected")
        self.read_events(response, lambda name, data: data.get("state") == "connected")
        threading.Thread(target=self.user.call, args=("POST", f"sessions/{session['id']}/logoff")).start()
        events = self.read_events(response, lambda name, data: name == "end")
        self.assertEqual(events[-2][1]["state"], "ended")
        self.assertEqual(response.read().strip(), b"")

    def test_boot_log_comes_from_the_host(self):
        wait_spare(self.broker)
        desktop = self.admin.items("admin/desktops")[0]
        self.assertEqual(self.admin.call("GET", f"admin/desktops/{desktop['name']}/boot-log"), "Linux version 6.1\n")

    def test_probes(self):
        rest = self.broker.rest()
        self.assertEqual(rest.call("GET", "/healthz"), "ok\n")
        metrics = rest.call("GET", "/metrics")
        self.assertIn("caraway_host_links 1\n", metrics)
        self.assertIn('caraway_desktops{condition="spare"}', metrics)


if __name__ == "__main__":
    unittest.main()
