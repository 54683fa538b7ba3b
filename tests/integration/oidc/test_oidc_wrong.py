# SPDX-License-Identifier: Apache-2.0
"""
Faults 18 and 20 with a provider that misbehaves: wrong tokens, keys that change, and answers that are slow, missing, huge or
senseless. Local accounts go on, nobody is let in, and the audit log says why.
"""
import json
import sys
import threading
import time
import unittest

from oidc_case import OidcCase
from processes import wait_until
from scripted_provider import Key, hmac_of_public_key, unsigned

WRONG = "provider-answer-wrong"


class WrongTest(OidcCase):
    def assert_walk_is_refused(self, code=WRONG):
        browser, where = self.walk()
        self.assert_refused(browser, where, code)
        self.assert_refusal_is_told(browser, code)

    def assert_walk_is_good(self):
        browser, where = self.walk()
        self.assert_signed_in(browser, where)

    # Fault 20

    def test_algorithm_none(self):
        self.scripted.make_token = unsigned
        self.assert_walk_is_refused()

    def test_algorithm_confusion(self):
        self.scripted.make_token = hmac_of_public_key
        self.assert_walk_is_refused()

    def test_swapped_keys(self):
        self.scripted.signer = Key(self.scripted.keys[0].kid)
        self.assert_walk_is_refused()

    def test_wrong_claims(self):
        for claims in ({"aud": "another-client"}, {"aud": ["caraway", "another"]}, {"azp": "another"},
                       {"iss": "https://evil.example"}, {"nonce": "another"}, {"exp": 1000}, {"iat": 1000},
                       {"iat": int(time.time()) + 3600}, {"at_hash": "another"}, {"sub": ""},
                       {"preferred_username": None}, {"groups": {"staff": 1}}):
            with self.subTest(claims=claims):
                self.scripted.claims = claims
                self.assert_walk_is_refused()

    def test_a_name_that_cannot_be_one(self):
        for name in ("../etc", "*)(uid=*", "pau la", "admin\u0430", "x" * 64):
            with self.subTest(name=name):
                self.scripted.claims = {"preferred_username": name, "sub": f"person-{name}"}
                self.assert_walk_is_refused("invalid-request")

    def test_a_local_account_is_not_taken_over(self):
        self.scripted.claims = {"preferred_username": "admin", "sub": "person-evil"}
        self.assert_walk_is_refused("conflict")

    def test_rotation_and_stale_key_set(self):
        self.assert_walk_is_good()
        old, new = self.scripted.keys[0], Key("second")
        self.scripted.signer = new
        self.assert_walk_is_refused()  # not shown yet
        self.scripted.keys, self.scripted.signer = [new], None
        self.assert_walk_is_good()
        self.scripted.signer = old
        self.assert_walk_is_refused()  # withdrawn
        self.scripted.signer = None
        self.assert_walk_is_good()

    # Fault 18

    def sign_in_locally(self):
        rest = self.stack.rest()
        rest.login("admin", self.stack.admin_password)

    def test_slow_provider_delays_nobody_else(self):
        browsers = [self.stack.browser() for _ in range(6)]
        backs = [self.scripted.sign_in(browser, self.stack.begin(browser, "lab")) for browser in browsers]
        self.scripted.is_stuck = True
        results = []
        threads = [threading.Thread(target=lambda b=browser, a=back: results.append(self.stack.come_back(b, a)))
                   for browser, back in zip(browsers, backs)]
        for thread in threads:
            thread.start()
        wait_until(lambda: self.scripted.asked[-1:] == ["/token"], 60, "the provider to be asked")
        for _ in range(5):
            self.sign_in_locally()
        self.assertLess(len(results), len(browsers), "local sign-ins waited for the provider")
        for thread in threads:
            thread.join(120)
        self.assertEqual(set(results), {"/#/sign-in-failed/provider-away"})
        self.scripted.released.set()
        self.addCleanup(self.scripted.released.clear)

    def test_huge_and_senseless_answers(self):
        for status, body in ((200, b"{" + b" " * 400000 + b"}"), (200, b""), (200, b"<html>"), (200, b"{}"), (200, b"[" * 100000),
                             (200, b'{"id_token": 7}'), (302, b"")):
            with self.subTest(size=len(body), status=status):
                self.scripted.answers["/token"] = (status, body)
                self.assert_walk_is_refused()
        self.scripted.answers["/token"] = (503, b"")
        self.assert_walk_is_refused("provider-away")

    def test_provider_down(self):
        self.scripted.answers["/token"] = (500, b"")
        self.assert_walk_is_refused("provider-away")
        self.sign_in_locally()
        self.scripted.reset()
        self.assert_walk_is_good()

    def test_no_secret_was_told(self):
        self.assert_walk_is_good()
        self.assertTrue(self.scripted.secrets)
        self.assert_no_secret_is_told(self.scripted.secrets)
        self.assertNotIn("id_token", json.dumps(self.audit()))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2, warnings="ignore"))
