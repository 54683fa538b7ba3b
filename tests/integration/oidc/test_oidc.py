# SPDX-License-Identifier: Apache-2.0
"""
Signing in by OpenID providers through the real portal. What is good is walked on Debian's glewlwyd and on the scripted
provider alike, so that the scripted one, which test_oidc_wrong.py has misbehave, is known to be like a real one. Bug classes: tokens
in addresses (Nova), session mix-up.
"""
import base64
import hashlib
import json
import secrets
import sys
import unittest
import urllib.parse

from oidc_case import COOKIE, TRANSACTION, OidcCase
from oidc_stack import query_of, with_query
from openid_provider import CLIENT_SECRET
from rest import Problem

PROVIDERS = ("corp", "lab")


def challenge_of(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class GoodTest(OidcCase):
    def test_methods_are_listed(self):
        methods = {row["name"]: row for row in self.stack.rest().call("GET", "sign-in-methods")["items"]}
        self.assertEqual((methods["corp"]["kind"], methods["corp"]["label"]), ("redirect", "Example Organisation"))

    def test_sign_in(self):
        for name in PROVIDERS:
            with self.subTest(provider=name):
                browser, where = self.walk(name)
                self.assert_signed_in(browser, where, "paula" if name == "corp" else "laura")
                self.assertEqual(json.loads(self.stack.me(browser))["source"], name)
                row = next(row for row in self.audit() if row["action"] == "sign-in" and row["result"] == "ok")
                self.assertIn(f"oidc {name}", json.dumps(row))

    def test_lists_say_by_what_and_with_which_program(self):
        browser, _ = self.walk()
        _, _, text = browser.ask("GET", f"{self.stack.portal_url}/api/v1/me/sign-ins",
                                 headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"})
        row = next(row for row in json.loads(text)["items"] if row["current"])
        self.assertEqual((row["method"], row["client"]), ("oidc lab", "Python-urllib"))

    def test_cookies(self):
        for name in PROVIDERS:
            with self.subTest(provider=name):
                browser = self.stack.browser()
                _, headers, _ = browser.ask("GET", f"{self.stack.portal_url}/api/v1/oidc/{name}/begin")
                cookie = headers["Set-Cookie"]
                self.assertTrue(cookie.startswith(f"{TRANSACTION}="), cookie)
                for attribute in ("Path=/", "Max-Age=600", "Secure", "HttpOnly", "SameSite=Lax"):
                    self.assertIn(attribute, cookie.split("; "))
                self.assertNotIn("Domain", cookie)

    def test_asks_with_pkce_state_and_nonce(self):
        for name in PROVIDERS:
            with self.subTest(provider=name):
                browser = self.stack.browser()
                asked = query_of(self.stack.begin(browser, name))
                again = query_of(self.stack.begin(browser, name))
                self.assertEqual((asked["response_type"], asked["code_challenge_method"]), ("code", "S256"))
                self.assertEqual(asked["redirect_uri"], self.stack.callback(name))
                for member in ("state", "nonce", "code_challenge"):
                    self.assertGreaterEqual(len(asked[member]), 43)
                    self.assertNotEqual(asked[member], again[member])

    def test_the_same_person_is_the_same_account(self):
        first, _ = self.walk()
        again, _ = self.walk()
        one, other = (json.loads(self.stack.me(browser))["id"] for browser in (first, again))
        self.assertEqual(one, other)

    def test_tokens_are_in_no_address_and_no_log(self):
        """Bug class: tokens in addresses. No token of ours is in one; the provider's code and our state are in no log."""
        for name in PROVIDERS:
            with self.subTest(provider=name):
                browser = self.stack.browser()
                provider = self.real if name == "corp" else self.scripted
                begun = self.stack.begin(browser, name)
                secret = browser.cookie(TRANSACTION).value
                back = provider.sign_in(browser, begun)
                where = self.stack.come_back(browser, back)
                self.assertEqual(where, "/")
                tokens = [secret, CLIENT_SECRET, browser.cookie(COOKIE).value]
                for address in (begun, back, where):
                    for token in tokens:
                        self.assertNotIn(token, address)
                self.assert_no_secret_is_told(tokens + self.secrets_of(begun) + self.secrets_of(back) + self.scripted.secrets)

    def test_another_authenticator_takes_no_account_over(self):
        """Two providers may both know a “paula”: who came first keeps the name."""
        browser, where = self.walk("corp")
        self.assert_signed_in(browser, where, "paula")
        self.scripted.person.update(sub="person-other", preferred_username="paula")
        second, where = self.walk("lab")
        self.assert_refused(second, where, "conflict")


class SecondFactorTest(OidcCase):
    """A group asks for one. The provider's counts where the signed token says by a configured value that there was one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stack.admin.call("POST", "groups", {"name": "strict", "authenticator": "lab", "external_name": "strict"})
        cls.stack.admin.call("PATCH", "groups/strict", {"second_factor_required": True})

    def setUp(self):
        super().setUp()
        self.scripted.person.update(sub="person-strict", preferred_username="strict", groups=["strict"])

    def standing(self, browser):
        return json.loads(self.stack.me(browser))["second_factor"]

    def desktops(self, browser):
        return browser.ask("GET", f"{self.stack.portal_url}/api/v1/desktops")[0]

    def test_of_the_provider(self):
        for claims in ({"amr": ["pwd", "otp"]}, {"acr": "mfa"}):
            with self.subTest(claims):
                self.scripted.claims = claims
                browser, where = self.walk()
                self.assert_signed_in(browser, where, "strict")
                self.assertEqual((self.standing(browser), self.desktops(browser)), ("proven", 200))
        row = next(row for row in self.audit() if row["action"] == "sign-in" and row["result"] == "ok")
        self.assertEqual((row["object"], row["detail"]), ("user/strict", "by oidc lab and its second factor"))

    def test_of_nobody(self):
        for claims in ({}, {"amr": ["pwd"]}, {"amr": "otp"}, {"acr": "1"}, {"amr": ["mfa2"]}):
            with self.subTest(claims):
                self.scripted.claims = claims
                browser, _ = self.walk()
                self.assertEqual((self.standing(browser), self.desktops(browser)), ("enrolment-required", 403))

    def test_of_the_provider_in_a_native_client(self):
        for claims, standing in (({"amr": ["mfa"]}, "proven"), ({}, "enrolment-required")):
            with self.subTest(claims):
                self.scripted.claims = claims
                browser, verifier = self.stack.browser(), secrets.token_urlsafe(32)
                query = f"?client_port=40123&client_challenge={challenge_of(verifier)}"
                back = self.scripted.sign_in(browser, self.stack.begin(browser, "lab", query))
                code = query_of(self.stack.come_back(browser, back))["code"]
                answer = self.stack.rest().call("POST", "oidc/redeem", {"code": code, "verifier": verifier})
                self.assertEqual(answer["user"]["second_factor"], standing)


class MixUpTest(OidcCase):
    """What came back counts in the browser that began, once, and for the provider that was asked."""

    def setUp(self):
        super().setUp()
        self.browser = self.stack.browser()
        self.back = self.scripted.sign_in(self.browser, self.stack.begin(self.browser, "lab"))

    def test_log_in_csrf(self):
        """Somebody's answer in a browser that began nothing."""
        victim = self.stack.browser()
        self.assert_refused(victim, self.stack.come_back(victim, self.back), "sign-in-expired")
        self.assert_refusal_is_told(victim, "sign-in-expired")
        self.assert_signed_in(self.browser, self.stack.come_back(self.browser, self.back))

    def test_code_injected_into_anothers_session(self):
        """A code that was given to one browser, with the state of another."""
        other = self.stack.browser()
        theirs = self.scripted.sign_in(other, self.stack.begin(other, "lab"))
        stolen = with_query(theirs, code=query_of(self.back)["code"])
        self.assert_refused(other, self.stack.come_back(other, stolen), "sign-in-expired")

    def test_session_mix_up(self):
        """Bug class: the answer of one browser in another one that also began."""
        other = self.stack.browser()
        self.stack.begin(other, "lab")
        self.assert_refused(other, self.stack.come_back(other, self.back), "sign-in-expired")

    def test_state_replay(self):
        self.assert_signed_in(self.browser, self.stack.come_back(self.browser, self.back))
        asked = self.scripted.asked.count("/token")
        self.assertEqual(self.stack.come_back(self.browser, self.back), "/#/sign-in-failed/sign-in-expired")
        self.assertEqual(self.scripted.asked.count("/token"), asked, "it was taken twice")

    def test_a_wrong_state_takes_nothing_away(self):
        state = query_of(self.back)["state"]
        for wrong in ("", "x", state[:-1] + ("0" if state[-1] != "0" else "4"), None):
            where = self.stack.come_back(self.browser, with_query(self.back, state=wrong))
            self.assert_refused(self.browser, where, "sign-in-expired")
        self.assert_signed_in(self.browser, self.stack.come_back(self.browser, self.back))

    def test_mix_up_of_providers(self):
        """RFC 9207: an answer that names another issuer, or none where one is promised; and one at another's address."""
        asked = len(self.scripted.asked)
        where = self.stack.come_back(self.browser, with_query(self.back, iss=self.real.issuer))
        self.assert_refused(self.browser, where, "provider-answer-wrong")
        self.assertNotIn("/token", self.scripted.asked[asked:])
        second, where = self.stack.browser(), None
        back = self.scripted.sign_in(second, self.stack.begin(second, "lab"))
        where = self.stack.come_back(second, with_query(back, iss=None))
        self.assert_refused(second, where, "provider-answer-wrong")
        third = self.stack.browser()
        back = self.scripted.sign_in(third, self.stack.begin(third, "lab")).replace("/oidc/lab/", "/oidc/corp/")
        self.assert_refused(third, self.stack.come_back(third, back), "sign-in-expired")

    def test_the_provider_refuses(self):
        where = self.stack.come_back(self.browser, with_query(self.back, code=None, error="access_denied"))
        self.assert_refused(self.browser, where, "provider-denied")
        self.assert_refusal_is_told(self.browser, "provider-denied")


class NativeClientTest(OidcCase):
    """RFC 8252 with a port of the loopback; the code is worth nothing without the verifier."""

    def walk_client(self, verifier, port=40123):
        browser = self.stack.browser()
        query = f"?client_port={port}&client_challenge={challenge_of(verifier)}"
        back = self.scripted.sign_in(browser, self.stack.begin(browser, "lab", query))
        return browser, self.stack.come_back(browser, back)

    def redeem(self, code, verifier):
        return self.stack.rest().call("POST", "oidc/redeem", {"code": code, "verifier": verifier})

    def refused(self, code, verifier):
        with self.assertRaises(Problem) as caught:
            self.redeem(code, verifier)
        self.assertEqual(caught.exception.code, "sign-in-expired")

    def test_sign_in(self):
        verifier = secrets.token_urlsafe(32)
        browser, where = self.walk_client(verifier)
        parts = urllib.parse.urlsplit(where)
        self.assertEqual((parts.scheme, parts.netloc, parts.path), ("http", "127.0.0.1:40123", "/"))
        answer = query_of(where)
        self.assertEqual(set(answer), {"state", "code"})
        self.assertEqual(answer["state"], challenge_of(verifier))
        self.assertIsNone(browser.cookie(COOKIE))
        signed_in = self.redeem(answer["code"], verifier)
        self.assertNotIn(signed_in["token"], where)
        client = self.stack.rest()
        client.token = signed_in["token"]
        self.assertEqual(client.call("GET", "me")["name"], signed_in["user"]["name"])
        self.refused(answer["code"], verifier)
        self.assert_no_secret_is_told([answer["code"], verifier, signed_in["token"]])

    def test_another_verifier_gets_nothing_and_spends_the_code(self):
        verifier = secrets.token_urlsafe(32)
        code = query_of(self.walk_client(verifier)[1])["code"]
        self.refused(code, secrets.token_urlsafe(32))
        self.refused(code, verifier)

    def test_refusals_come_to_the_client(self):
        self.scripted.claims = {"aud": "another"}
        where = self.walk_client("v" * 43)[1]
        self.assertTrue(where.startswith("http://127.0.0.1:40123/?state="), where)
        self.assertEqual(query_of(where)["error"], "provider-answer-wrong")

    def test_only_ports_of_the_loopback(self):
        for query in ("?client_port=80&client_challenge=" + "c" * 43, "?client_port=40123", "?client_port=40123@evil.example",
                      "?client_port=40123&client_challenge=short", "?client_challenge=" + "c" * 43, "?next=https://evil.example"):
            status, headers, _ = self.stack.browser().ask("GET", f"{self.stack.portal_url}/api/v1/oidc/lab/begin{query}")
            self.assertEqual((status, headers["Location"]), (400, None), query)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2, warnings="ignore"))
