# SPDX-License-Identifier: Apache-2.0
"""Joining: what a machine gets, and every way in which a token does not work."""
import os
import subprocess
import tempfile
import unittest

from cryptography import x509

from machines import Broker, Machine, ScriptedHost, make_request
from rest import Problem


class JoinTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = Broker().up()
        cls.addClassCleanup(cls.broker.down)

    def body(self, token, **changes):
        return {"token": token, "name": "edge9", "csr": make_request("edge9")[1], "addresses": ["127.0.0.1"], **changes}

    def token(self, role="portal"):
        return self.broker.admin.call("POST", "hosts/join-tokens", {"role": role})["token"]

    def refused(self, status, code, body):
        with self.assertRaises(Problem) as caught:
            self.broker.rest().call("POST", "/internal/join", body)
        self.assertEqual((caught.exception.status, caught.exception.code), (status, code))

    def uris(self, pem):
        leaf = x509.load_pem_x509_certificate(pem.encode())
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.UniformResourceIdentifier)

    def test_a_host_gets_two_identities(self):
        machine = Machine(self.broker, "host", "kvm7")
        installation = machine.answer["installation"]
        self.assertEqual(self.uris(machine.answer["certificate"]), [f"caraway://{installation}/host/kvm7"])
        self.assertEqual(self.uris(machine.answer["relay_certificate"]), [f"caraway://{installation}/relay/kvm7"])
        self.assertEqual(machine.answer["broker_identity"], "broker/b1")
        self.assertEqual(self.broker.admin.call("GET", "hosts/kvm7")["relay"], {"address": "127.0.0.1", "port": 8444})

    def test_a_token_works_once(self):
        machine = Machine(self.broker, "portal", "edge2")
        self.refused(403, "join-token-invalid", self.body(machine.token))

    def test_wrong_tokens(self):
        good = self.token().split(".")
        for wrong in ("", "cwj1", "x" * 200, ".".join(["cwj1", "admin", *good[2:]]), ".".join(["cwj1", "host", *good[2:]]),
                      ".".join([good[0], good[1], "A" * 22, good[3]])):
            with self.subTest(token=wrong):
                body = self.body(wrong)
                if ".host." in wrong:
                    body |= {"relay_csr": body["csr"], "relay_address": "127.0.0.1", "relay_port": 1}
                self.refused(403, "join-token-invalid", body)

    def test_a_bad_request_does_not_cost_the_token(self):
        token = self.token()
        for changes in ({"csr": "no request"}, {"name": "UPPER"}, {"name": "../x"}, {"addresses": ["a b"]},
                        {"addresses": ["10.0.0.1,URI:caraway://x"]}, {"addresses": ["127.0.0.1"] * 17}, {"extra": 1}):
            with self.subTest(changes=changes):
                self.refused(400, "invalid-request", self.body(token, **changes))
        self.broker.rest().call("POST", "/internal/join", self.body(token))

    def test_a_key_of_another_kind_is_refused(self):
        pem = subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", os.devnull, "-subj",
                              "/CN=x"], capture_output=True, text=True, check=True).stdout
        self.refused(400, "invalid-request", self.body(self.token(), csr=pem))

    def test_a_taken_host_name_is_refused(self):
        host = ScriptedHost(self.broker, "kvm8").connect()
        self.addCleanup(host.hang_up)
        with self.assertRaises(Problem) as caught:
            Machine(self.broker, "host", "kvm8")
        self.assertEqual(caught.exception.code, "conflict")

    def join_program(self, url, token, name="edge5"):
        folder = tempfile.mkdtemp(dir=self.broker.folder)
        program = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "join_machine")
        done = subprocess.run([program, url, token, name, folder], capture_output=True, text=True, timeout=60)
        return done, folder

    def test_our_own_client_joins_and_holds_its_files(self):
        done, folder = self.join_program(self.broker.url, self.token())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("portal/edge5", done.stdout)
        for name in ("ca.pem", "identity.pem", "identity.key", "join.json"):
            self.assertEqual(os.stat(os.path.join(folder, name)).st_mode & 0o777, 0o600)

    def test_our_own_client_does_not_trust_another_broker(self):
        other = Broker().up()
        try:
            done, folder = self.join_program(other.url, self.token())
            self.assertEqual(done.returncode, 1)
            self.assertIn("join-token-invalid", done.stderr)
            self.assertEqual(os.listdir(folder), [])
        finally:
            other.down()

    def test_our_own_client_says_that_nobody_answers(self):
        done, _ = self.join_program("https://127.0.0.1:1", self.token())
        self.assertEqual(done.returncode, 1)
        self.assertIn("unreachable", done.stderr)

    def test_our_own_client_tells_the_brokers_refusal(self):
        token = self.token()
        self.join_program(self.broker.url, token)
        done, _ = self.join_program(self.broker.url, token)
        self.assertIn("join-token-invalid", done.stderr)


if __name__ == "__main__":
    unittest.main()
