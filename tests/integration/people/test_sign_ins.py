# SPDX-License-Identifier: Apache-2.0
"""
Sign-ins as a browser and other clients have them, through a real portal: cookies, requests of foreign pages, tokens in
places where they do not belong, answers that must never be somebody else's, and the end of sign-ins. Broker, host, relay
and portal are real; the hypervisor is the fake.
"""
import http.client
import json
import os
import random
import re
import socket
import ssl
import threading
import unittest

from api_places import route_rows
from desktop import ready_session
from fake_stack import fake_stack
from rest import Problem, Rest

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
COOKIE = "__Host-caraway"
DEVICE = "__Host-caraway-device"
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
PASSWORD = "a long enough password"
ABSENT = "00000000-0000-4000-8000-000000000000"


class Peer:
    """A kept connection to the portal."""

    def __init__(self, url, ca):
        context = ssl.create_default_context(cafile=ca)
        host, port = url.removeprefix("https://").split(":")
        self.connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=120)
        self.origin = url

    def ask(self, method, path, body=None, headers=()):
        """Status, headers and the JSON of the answer; `headers` are pairs, so that one may come twice."""
        self.connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            self.connection.putheader(name, value)
        data = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            self.connection.putheader("Content-Type", "application/json")
        if body is not None or method in ("POST", "PUT", "PATCH"):
            self.connection.putheader("Content-Length", str(len(data)))
        self.connection.endheaders(data)
        answer = self.connection.getresponse()
        raw = answer.read()
        return answer.status, answer.headers, json.loads(raw) if raw[:1] == b"{" else {}

    def close(self):
        self.connection.close()


def setUpModule():
    SignInCase.stack = unittest.enterModuleContext(fake_stack(size=3, spares=1))
    SignInCase.stack.wait_spare(120)


class SignInCase(unittest.TestCase):
    stack = None

    def peer(self):
        peer = Peer(self.stack.portal_url, self.stack.ca)
        self.addCleanup(peer.close)
        return peer

    def person(self, name):
        try:
            self.stack.admin.call("POST", "users", {"name": name, "full_name": name, "password": PASSWORD})
            self.stack.admin.call("PUT", f"groups/staff/members/{name}")
        except Problem as problem:
            self.assertEqual(problem.code, "conflict")
        return name

    def rest(self, name):
        rest = Rest(self.stack.portal_url, self.stack.ca)
        rest.login(self.person(name), PASSWORD)
        return rest

    def cookie_of(self, peer, user, password, headers=()):
        """The value of the cookie that signing in gives a browser."""
        status, answered, body = peer.ask("POST", "/api/v1/login", {"user": user, "password": password, "cookie": True},
                                          [("Origin", peer.origin), ("X-Caraway-Request", "1"), *headers])
        self.assertEqual(status, 200, body)
        self.assertNotIn("token", body)
        cookies = [cookie for cookie in answered.get_all("Set-Cookie") if cookie.startswith(COOKIE + "=")]
        self.assertEqual(len(cookies), 1)
        parts = [part.strip() for part in cookies[0].split(";")]
        self.assertLessEqual({"Path=/", "Secure", "HttpOnly", "SameSite=Strict"}, set(parts))
        self.assertFalse([part for part in parts if part.lower().startswith("domain")])
        self.assertTrue([part for part in parts if re.fullmatch(r"Max-Age=\d+", part)])
        return parts[0].partition("=")[2]

    def browser(self, token):
        return [("Cookie", f"{COOKIE}={token}"), ("X-Caraway-Request", "1"), ("Origin", self.stack.portal_url)]


class CookieTest(SignInCase):
    def test_cookie_fixation(self):
        """A cookie that somebody planted before is not taken over: it stays worthless, and a new one is given."""
        peer = self.peer()
        planted = "A" * 43
        token = self.cookie_of(peer, self.person("fay"), PASSWORD, [("Cookie", f"{COOKIE}={planted}")])
        self.assertNotEqual(token, planted)
        self.assertGreaterEqual(len(token), 43)  # 256 bits
        self.assertEqual(peer.ask("GET", "/api/v1/me", headers=self.browser(planted))[0], 401)
        again = self.cookie_of(peer, "fay", PASSWORD, [("Cookie", f"{COOKIE}={token}")])
        self.assertNotEqual(again, token)
        self.assertEqual(peer.ask("GET", "/api/v1/me", headers=self.browser(again))[2]["name"], "fay")

    def test_the_device_is_known_by_a_cookie_of_its_own(self):
        """It outlives the sign-in, is another one each time, and opens nothing."""
        peer, found = self.peer(), []
        for _ in range(2):
            before = [("Cookie", f"{DEVICE}={found[-1]}")] if found else []
            body = {"user": self.person("fay"), "password": PASSWORD, "cookie": True}
            status, headers, _ = peer.ask("POST", "/api/v1/login", body, [("Origin", peer.origin), *before])
            self.assertEqual(status, 200)
            cookie = next(cookie for cookie in headers.get_all("Set-Cookie") if cookie.startswith(DEVICE + "="))
            for part in ("Path=/", "Secure", "HttpOnly", "SameSite=Strict"):
                self.assertIn(part, cookie)
            found.append(cookie.split(";")[0].partition("=")[2])
        self.assertNotEqual(*found)
        for cookie in (f"{DEVICE}={found[1]}", f"{COOKIE}={found[1]}"):
            self.assertEqual(peer.ask("GET", "/api/v1/me", headers=[("Cookie", cookie)])[0], 401)

    def test_signing_out_takes_the_cookie_back(self):
        peer = self.peer()
        token = self.cookie_of(peer, self.person("fay"), PASSWORD)
        status, headers, _ = peer.ask("POST", "/api/v1/logout", headers=self.browser(token))
        self.assertEqual(status, 204)
        self.assertRegex(headers["Set-Cookie"], rf"^{COOKIE}=; .*Max-Age=0")
        self.assertEqual(peer.ask("GET", "/api/v1/me", headers=self.browser(token))[0], 401)

    def test_other_spellings_of_the_cookie_do_not_count(self):
        peer = self.peer()
        token = self.cookie_of(peer, self.person("fay"), PASSWORD)
        for cookie in (f"caraway={token}", f"__host-caraway={token}", f"x{COOKIE}={token}", f"{COOKIE}={token}x",
                       f"{COOKIE}=\"{token}\"", f"{COOKIE}={'A' * 300}; {COOKIE}={token}", f"{COOKIE}x={token}", ""):
            with self.subTest(cookie=cookie[:40]):
                self.assertEqual(peer.ask("GET", "/api/v1/me", headers=[("Cookie", cookie)])[0], 401)

    def test_tokens_are_not_stored_as_they_are(self):
        token = self.cookie_of(self.peer(), self.person("fay"), PASSWORD)
        for name in os.listdir(self.stack.path("broker")):
            path = self.stack.path("broker", name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    self.assertNotIn(token.encode(), file.read(), name)


class ForeignPageTest(SignInCase):
    """Every route that changes something × every way in which a foreign page could have a browser ask for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = [(method, re.sub(r"\{[a-z]+\}", ABSENT, pattern), permission)
                    for method, pattern, permission, _ in route_rows()
                    if method in CHANGING and pattern.startswith("/api/v1/")]

    def test_csrf_matrix(self):
        peer = self.peer()
        token = self.cookie_of(peer, "admin", self.stack.admin_password)
        cookie, marked = ("Cookie", f"{COOKIE}={token}"), ("X-Caraway-Request", "1")
        own, foreign = ("Origin", self.stack.portal_url), ("Origin", "https://evil.example")
        bearer = ("Authorization", f"Bearer {token}")
        ways = {"no header": [cookie, own], "no header, no origin": [cookie], "foreign": [cookie, marked, foreign],
                "null": [cookie, marked, ("Origin", "null")], "two origins": [cookie, marked, own, foreign],
                "two origins, turned": [cookie, marked, foreign, own], "twice ours": [cookie, marked, own, own],
                "by plain http": [cookie, marked, ("Origin", self.stack.portal_url.replace("https", "http"))],
                "header of another value": [cookie, own, ("X-Caraway-Request", "0")], "token, foreign": [bearer, foreign]}
        self.assertGreater(len(self.rows), 30)
        for method, path, permission in self.rows:
            for way, headers in ways.items():
                if permission == "public" and headers[0] == cookie and foreign not in headers:
                    continue  # nobody has to be signed in for it
                with self.subTest(method=method, path=path, way=way):
                    status, _, body = peer.ask(method, path, None if method == "DELETE" else {"no-such-member": 1}, headers)
                    self.assertIn((status, body.get("code")), ((403, "not-permitted"), (400, "invalid-request")))
                    self.assertNotIn("no-such-member", body["detail"])  # refused before anybody looked at the body
        self.assertEqual(peer.ask("GET", "/api/v1/me", headers=[cookie])[0], 200)  # and nothing happened

    def test_ones_own_page_may(self):
        """The control: what the matrix refuses is not refused to the portal's own page."""
        peer = self.peer()
        token = self.cookie_of(peer, "admin", self.stack.admin_password)
        for method, path, _ in self.rows:
            if path.endswith(("/logout", "/me/sign-ins")):
                continue  # they would happen
            with self.subTest(method=method, path=path):
                status, _, body = peer.ask(method, path, None if method == "DELETE" else {"no-such-member": 1},
                                           self.browser(token))
                self.assertNotEqual((status, body.get("code")), (403, "not-permitted"))
                self.assertNotEqual(status, 401)


class MixUpTest(SignInCase):
    """CitrixBleed and its like: what is in a connection or a buffer belongs to one person alone."""

    ROUNDS = 60
    PEOPLE = 8

    def test_answers_never_cross_on_shared_connections(self):
        people = {name: self.rest(name).token for name in (f"mix{number}" for number in range(self.PEOPLE))}
        wrong, asked = [], []

        def walk(seed):
            chance = random.Random(seed)
            peer = Peer(self.stack.portal_url, self.stack.ca)
            for _ in range(self.ROUNDS):
                name = chance.choice(list(people))
                by = [("Authorization", f"Bearer {people[name]}")] if chance.random() < 0.5 else \
                    [("Cookie", f"{COOKIE}={people[name]}")]
                status, headers, body = peer.ask("GET", "/api/v1/me", headers=by)
                asked.append(name)
                if status != 200 or body.get("name") != name or headers["Cache-Control"] != "no-store":
                    wrong.append((name, status, body))
                self.disturb(chance, peer)
            peer.close()
        threads = [threading.Thread(target=walk, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])
        self.assertEqual(len(asked), 6 * self.ROUNDS)

    def disturb(self, chance, peer):
        """What could leave something behind on the portal's connections to the broker."""
        kind = chance.randrange(4)
        if kind == 0:
            status, _, body = peer.ask("GET", "/api/v1/me")  # nobody, right after somebody
            self.assertEqual((status, "name" in body), (401, False))
        elif kind == 1:
            self.leave_in_the_middle()
        elif kind == 2:
            status, _, body = peer.ask("POST", "/api/v1/me/password", {"old": "x" * 900},
                                       [("Authorization", "Bearer " + "A" * 200)])
            self.assertEqual((status, "name" in body), (401, False))

    def leave_in_the_middle(self):
        context = ssl.create_default_context(cafile=self.stack.ca)
        port = self.stack.portal_port
        with socket.create_connection(("127.0.0.1", port), 60) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as stream:
                stream.sendall(b"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                               b"Content-Length: 400\r\n\r\n{\"user\":")

    def test_malformed_credentials_get_nothing(self):
        """Over-long and broken headers: refused, with nothing of anybody in the answer."""
        token = self.rest("mia").token
        for name, value in (("Authorization", "Bearer " + "A" * 7000), ("Authorization", f"Bearer {token}{'A' * 300}"),
                            ("Authorization", "Bearer"), ("Authorization", f"Basic {token}"), ("Authorization", token),
                            ("Authorization", f"Bearer {token} {token}"), ("Authorization", f"Bearer \t{token}"),
                            ("Cookie", f"{COOKIE}=" + "A" * 7000), ("Cookie", f"{COOKIE}={token[:-1]}"),
                            ("Cookie", "; ".join(f"c{number}=x" for number in range(400)))):
            with self.subTest(name=name, value=value[:30]):
                peer = self.peer()
                status, _, body = peer.ask("GET", "/api/v1/me", headers=[(name, value)])
                self.assertIn(status, (400, 401, 431))
                self.assertNotIn("mia", json.dumps(body))
                self.assertNotIn(token, json.dumps(body))

    def test_a_header_goes_before_a_cookie(self):
        """Two identities in one request: never a mixture, and a bad header is not mended by a good cookie."""
        one, other = self.rest("mix0").token, self.rest("mix1").token
        peer = self.peer()
        both = [("Authorization", f"Bearer {one}"), ("Cookie", f"{COOKIE}={other}")]
        self.assertEqual(peer.ask("GET", "/api/v1/me", headers=both)[2]["name"], "mix0")
        bad = [("Authorization", "Bearer wrong"), ("Cookie", f"{COOKIE}={other}")]
        self.assertEqual(peer.ask("GET", "/api/v1/me", headers=bad)[0], 401)
        twice = [("Authorization", f"Bearer {one}"), ("Authorization", f"Bearer {other}")]
        self.assertIn(self.peer().ask("GET", "/api/v1/me", headers=twice)[0], (400, 401))


class ListTest(SignInCase):
    def test_seen_and_ended(self):
        peer = self.peer()
        token = self.cookie_of(peer, self.person("lea"), PASSWORD, [("User-Agent", FIREFOX)])
        here = self.rest("lea")
        rows = here.call("GET", "me/sign-ins")["items"]
        self.assertEqual([row["current"] for row in rows].count(True), 1)
        elsewhere = next(row for row in rows if not row["current"])
        self.assertEqual((elsewhere["client"], elsewhere["method"], elsewhere["address"]),
                         ("Firefox on Linux", "password", "127.0.0.1"))
        self.assertNotIn(token, json.dumps(rows))
        self.assertEqual(len(self.stack.admin.call("GET", "users/lea/sign-ins")["items"]), len(rows))
        with self.assertRaises(Problem) as caught:
            self.rest("max").call("DELETE", f"me/sign-ins/{elsewhere['id']}")
        self.assertEqual(caught.exception.status, 404)
        here.call("DELETE", f"me/sign-ins/{elsewhere['id']}")
        self.assertEqual(peer.ask("GET", "/api/v1/me", headers=self.browser(token))[0], 401)
        self.assertTrue(any(row["action"] == "sign-in.end" for row in self.stack.admin.call("GET", "audit?limit=50")["items"]))

    def test_ending_cuts_event_streams(self):
        there, here = self.rest("lea"), self.rest("lea")
        session = ready_session(there, "office", 120)
        stream = there.open("GET", f"/api/v1/sessions/{session['id']}/events")
        self.assertEqual(stream.status, 200)
        self.assertIn(b"event: session", stream.readline())
        here.call("DELETE", "me/sign-ins")
        try:
            while stream.read1(4096):  # to its end; the time limit of the connection is the test's
                pass
        except (http.client.IncompleteRead, ConnectionError):
            pass  # cut, not ended in peace
        stream.connection.close()
        with self.assertRaises(Problem) as caught:
            there.call("GET", "me")
        self.assertEqual(caught.exception.status, 401)
        self.assertEqual(here.call("GET", f"sessions/{session['id']}")["id"], session["id"])

    def test_an_administrator_signs_somebody_out(self):
        lea = self.rest("lea")
        self.stack.admin.call("DELETE", "users/lea/sign-ins")
        with self.assertRaises(Problem) as caught:
            lea.call("GET", "me")
        self.assertEqual(caught.exception.status, 401)
        self.assertEqual(self.stack.admin.call("GET", "me")["name"], "admin")


class TokenTest(SignInCase):
    """Access tokens of programs."""

    def make(self, rest, name, scopes, **members):
        return rest.call("POST", "me/tokens", {"name": name, "scopes": scopes, **members})

    def by(self, token):
        return Rest(self.stack.portal_url, self.stack.ca, token)

    def refused(self, status, code, call):
        with self.assertRaises(Problem) as caught:
            call()
        self.assertEqual((caught.exception.status, caught.exception.code), (status, code))
        return caught.exception

    def test_a_token_has_its_scopes_and_no_more(self):
        admin = self.stack.admin
        made = self.make(admin, "reader", ["user.read", "own"])
        self.assertRegex(made["token"], r"^caraway_pat_[A-Za-z0-9_-]{43}[0-9a-f]{8}$")
        by = self.by(made["token"])
        self.assertEqual(by.call("GET", "me")["name"], "admin")
        self.assertTrue(by.items("users"))
        self.refused(403, "not-permitted", lambda: by.call("POST", "users", {"name": "nia", "password": PASSWORD}))
        self.refused(403, "not-permitted", lambda: by.items("pools"))
        rows = admin.items("me/tokens")
        row = next(row for row in rows if row["name"] == "reader")
        self.assertEqual((row["address"], row["scopes"]), ("127.0.0.1", ["own", "user.read"]))
        self.assertIsNotNone(row["last_used"])
        self.assertNotIn(made["token"], json.dumps(rows))

    def test_a_token_never_touches_the_account(self):
        """Every route of the permission "account" is refused to a token of all scopes."""
        everything = ["own", "console.open", *(permission for _, _, permission, _ in route_rows() if "." in permission)]
        made = self.make(self.stack.admin, "everything", sorted(set(everything)))
        peer = self.peer()
        routes = [(method, pattern) for method, pattern, permission, _ in route_rows() if permission == "account"]
        self.assertGreater(len(routes), 6)
        for method, pattern in routes:
            with self.subTest(method=method, path=pattern):
                path = re.sub(r"\{[a-z]+\}", ABSENT, pattern)
                status, _, body = peer.ask(method, path, {} if method == "POST" else None,
                                           [("Authorization", f"Bearer {made['token']}")])
                self.assertEqual((status, body["code"]), (403, "not-permitted"))
        self.assertEqual(self.by(made["token"]).call("GET", "me")["name"], "admin")

    def test_a_token_follows_the_rights_of_its_owner(self):
        self.person("tia")
        self.stack.admin.call("PATCH", "users/tia", {"roles": ["administrator"]})
        tia = self.rest("tia")
        by = self.by(self.make(tia, "users", ["user.read"])["token"])
        self.assertTrue(by.items("users"))
        self.stack.admin.call("PATCH", "users/tia", {"roles": ["user"]})
        self.refused(403, "not-permitted", lambda: by.items("users"))
        self.stack.admin.call("PATCH", "users/tia", {"disabled": True})
        self.refused(401, "not-signed-in", lambda: by.items("users"))

    def test_consoles_need_their_scope(self):
        lea = self.rest("lea")
        session = ready_session(lea, "office", 120)
        plain = self.by(self.make(lea, "plain", ["own"])["token"])
        self.assertEqual(plain.call("GET", f"sessions/{session['id']}")["id"], session["id"])
        path = f"sessions/{session['id']}/grants"
        self.refused(403, "not-permitted", lambda: plain.call("POST", path, {"viewer": "native", "take_over": True}))
        self.refused(403, "not-permitted", lambda: plain.connect("office", viewer="native", take_over=True))
        opener = self.by(self.make(lea, "opener", ["own", "console.open"])["token"])
        opener.connect("office", take_over=True)
        self.assertTrue(opener.call("POST", path, {"viewer": "native", "take_over": True})["grant"])

    def test_revoked_tokens_are_worth_nothing(self):
        lea = self.rest("lea")
        one, two = (self.make(lea, name, ["own"])["token"] for name in ("one", "two"))
        self.refused(409, "conflict", lambda: self.make(lea, "one", ["own"]))
        self.refused(404, "not-found", lambda: self.rest("max").call("DELETE", "me/tokens/one"))
        lea.call("DELETE", "me/tokens/one")
        self.refused(401, "not-signed-in", lambda: self.by(one).call("GET", "me"))
        self.assertEqual(self.by(two).call("GET", "me")["name"], "lea")
        self.assertEqual(len(self.stack.admin.items("users/lea/tokens")), len(lea.items("me/tokens")))
        self.stack.admin.call("DELETE", "users/lea/tokens")
        self.refused(401, "not-signed-in", lambda: self.by(two).call("GET", "me"))
        self.assertEqual(lea.items("me/tokens"), [])

    def test_what_a_token_may_be(self):
        lea = self.rest("lea")
        for body in ({"name": "a", "scopes": []}, {"name": "", "scopes": ["own"]}, {"name": "a", "scopes": ["account"]},
                     {"name": "a", "scopes": ["everything"]}, {"name": "a", "scopes": ["own"], "lifetime_s": 31622401},
                     {"name": "a", "scopes": ["own"], "lifetime_s": 59}, {"name": "a", "scopes": [1]},
                     {"name": "a", "scopes": ["public"]}, {"name": "a", "scopes": ["gateway"]}):
            with self.subTest(body=body):
                self.refused(400, "invalid-request", lambda: lea.call("POST", "me/tokens", body))

    def test_tokens_in_urls_are_refused_and_not_logged(self):
        """Nova's console tokens leaked by URLs: nothing takes one from there, and nobody writes it down."""
        token = self.make(self.rest("lea"), "leaky", ["own"])["token"]
        sign_in = self.rest("lea").token
        peer = self.peer()
        for path in (f"/api/v1/me?token={token}", f"/api/v1/me?access_token={sign_in}", f"/api/v1/me?x={token}",
                     f"/api/v1/me?Authorization=Bearer%20{sign_in}", f"/api/v1/sessions/{token}", f"/api/v1/{token}",
                     f"/api/v1/login?password={sign_in}", f"/api/v1/me?x={token.replace('_', '%5F')}"):
            with self.subTest(path=path[:40]):
                status, _, body = peer.ask("GET", path)
                self.assertEqual((status, body["code"]), (400, "invalid-request"))
                self.assertNotIn(token, json.dumps(body))
        for name in ("broker", "portal"):
            with open(self.stack.path("logs", f"{name}.log")) as log:
                text = log.read()
            self.assertNotIn(token, text, name)
            self.assertNotIn(sign_in, text, name)


if __name__ == "__main__":
    unittest.main()
