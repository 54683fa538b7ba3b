# SPDX-License-Identifier: Apache-2.0
"""What the tests of OpenID sign-ins share: one stack for all of a class, ended with its logs looked at for secrets."""
import json
import os
import unittest

from oidc_stack import OidcStack, query_of
from processes import wait_until

COOKIE, TRANSACTION = "__Host-caraway", "__Host-caraway-oidc"


class OidcCase(unittest.TestCase):
    stack = None

    @classmethod
    def setUpClass(cls):
        if OidcCase.stack is None:
            OidcCase.stack = OidcStack(os.environ["CARAWAY_BUILD"])
            unittest.addModuleCleanup(OidcCase.stack.down)
            OidcCase.stack.up()
        cls.scripted, cls.real = cls.stack.scripted, cls.stack.real

    def setUp(self):
        self.scripted.reset()

    def walk(self, name="lab", browser=None):
        """(browser, where it was sent at the end) of a whole sign-in."""
        browser = browser or self.stack.browser()
        provider = self.real if name == "corp" else self.scripted
        address = provider.sign_in(browser, self.stack.begin(browser, name))
        return browser, self.stack.come_back(browser, address)

    def assert_signed_in(self, browser, where, user="laura"):
        self.assertEqual(where, "/")
        self.assertEqual(json.loads(self.stack.me(browser))["name"], user)

    def assert_refused(self, browser, where, code):
        self.assertEqual(where, f"/#/sign-in-failed/{code}")
        self.assertIsNone(self.stack.me(browser))
        self.assertIsNone(browser.cookie(COOKIE))

    def audit(self):
        return self.stack.admin.items("audit")

    def assert_refusal_is_told(self, browser, code):
        """Like ones of one address are one row; each browser has an address of its own."""
        told = ("sign-in", "refused", code, browser.address)
        wait_until(lambda: any((row["action"], row["result"], row["code"], row["address"]) == told
                               for row in self.audit()), 60, f"the refusal {code} in the audit log")

    def assert_no_secret_is_told(self, secrets):
        told = self.stack.logs() + json.dumps(self.audit())
        for secret in secrets:
            self.assertNotIn(secret, told)

    @staticmethod
    def secrets_of(address):
        return [value for name, value in query_of(address).items() if name in ("code", "state", "nonce")]
