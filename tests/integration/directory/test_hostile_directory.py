# SPDX-License-Identifier: Apache-2.0
"""A directory server that lies, babbles or falls silent: nobody is let in by it, and everybody is answered in time
(faults 18 and 19)."""
import os
import subprocess
import tempfile
import unittest

from directory_server import PASSWORD, SEARCHER_PASSWORD, AuthenticatorFolder, DirectoryAuthority
from hostile_directory import HostileDirectory, ber, bind_answer, entry, message, reference, result, search_end

PROBE = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "directory_probe")
BIND, SEARCH, UNBIND, EXTENDED = 0x60, 0x63, 0x42, 0x77
DN = "uid=anna,ou=people,dc=example,dc=org"
LIMIT_MS = 3000
PATIENT_MS = 30000  # where it is not the limit that ends a sign-in
PATIENCE_S = 60  # what a loaded machine may add; a server that is waited for without a limit takes for ever


class HostileDirectoryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="caraway-hostile-")
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.authority = DirectoryAuthority(cls.temporary.name)
        cls.certificate = cls.authority.server()

    def serve(self, on_bind=None, on_search=None, limit_ms=LIMIT_MS, **keys):
        """A server that accepts every bind and knows anna, but for what is given."""
        def answer(session, identifier, tag, content):
            if tag == BIND:
                (on_bind or self.accept)(session, identifier, content)
            elif tag == SEARCH:
                (on_search or self.know_anna)(session, identifier, content)
        self.server = HostileDirectory(*self.certificate, answer)
        self.addCleanup(self.server.close)
        self.folder = AuthenticatorFolder()
        self.addCleanup(self.folder.remove)
        self.folder.add("corp", **{"servers": f"ldaps://127.0.0.1:{self.server.port}", "ca_file": self.authority.path("ca.pem"),
                                   "operation_timeout_ms": limit_ms, "timeout_ms": limit_ms, "groups": "none", **keys})

    @staticmethod
    def accept(session, identifier, _content):
        session.sendall(message(identifier, bind_answer()))

    @staticmethod
    def know_anna(session, identifier, _content):
        session.sendall(message(identifier, entry(DN, uid=["anna"], cn=["Anna"], entryUUID=["id-1"])))
        session.sendall(message(identifier, search_end()))

    def ask(self, user="anna", password=PASSWORD, what="check"):
        return self.ask_all(user, password, what)[0]

    def ask_all(self, user, password=PASSWORD, what="each"):
        done = subprocess.run([PROBE, self.folder.path, "corp", what, user], input=password + "\n", capture_output=True,
                              text=True, timeout=PATIENT_MS / 1000 + PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        for secret in (PASSWORD, SEARCHER_PASSWORD):
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done.stdout.splitlines()

    def assert_away(self):
        self.assertTrue(self.ask().startswith("error directory-away:"))

    def test_one_that_behaves_lets_in(self):
        self.serve(limit_ms=PATIENT_MS)
        self.assertTrue(self.ask().startswith("accepted id-1 anna"))

    def test_nothing_is_sent_for_an_empty_password(self):
        self.serve(limit_ms=PATIENT_MS)
        self.assertEqual(self.ask(password=""), "refused")
        binds = [content for tag, content in self.server.asked if tag == BIND]
        self.assertFalse(any(DN.encode() in content for content in binds))
        self.assertFalse(any(content.endswith(b"\x80\x00") for content in binds))  # a simple bind without a password

    def test_without_start_tls_nothing_is_said(self):
        """Whoever stands in between says that there is no TLS here, and would like the passwords."""
        def answer(session, identifier, tag, content):
            if tag == EXTENDED:
                session.sendall(message(identifier, result(0x78, code)))
            else:
                (self.accept if tag == BIND else self.know_anna)(session, identifier, content)
        for code in (1, 2, 12, 52, 53):
            server = HostileDirectory(*self.certificate, answer, by_tls=False)
            self.addCleanup(server.close)
            self.serve(servers=f"ldap://127.0.0.1:{server.port}")
            self.assert_away()
            self.assertLessEqual({tag for tag, _ in server.asked}, {EXTENDED, UNBIND})
            self.assertIn(EXTENDED, {tag for tag, _ in server.asked})

    def test_wrong_message_ids(self):
        self.serve(on_bind=lambda session, identifier, _: session.sendall(message(identifier + 1, bind_answer())))
        self.assert_away()
        self.serve(on_search=lambda session, identifier, _: session.sendall(message(identifier - 1, search_end())))
        self.assert_away()

    def test_referrals_are_not_followed(self):
        other = HostileDirectory(*self.certificate, lambda *_: None)
        self.addCleanup(other.close)
        url = f"ldaps://127.0.0.1:{other.port}/{DN}"

        def refer(session, identifier, _content):
            session.sendall(message(identifier, search_end(10, [url])))

        def mention(session, identifier, _content):
            session.sendall(message(identifier, reference(url)) + message(identifier, search_end()))
        self.serve(on_bind=lambda session, identifier, _: session.sendall(message(identifier, bind_answer(10, "", [url]))))
        self.assert_away()
        self.serve(on_search=refer)
        self.assert_away()
        self.serve(on_search=mention, limit_ms=PATIENT_MS)
        self.assertEqual(self.ask(), "refused")
        self.assertEqual(other.connections, 0)

    def test_half_answers_and_silence(self):
        whole = message(2, entry(DN, uid=["anna"]))
        self.serve(on_search=lambda session, identifier, _: session.sendall(whole[:-3]))
        self.assert_away()
        self.serve(on_bind=lambda *_: None)
        self.assert_away()
        self.serve(on_search=lambda session, *_: session.close())
        self.assert_away()

    def test_a_search_that_fails_finds_nobody_gone(self):
        """Who is looked up again is gone only when the directory says that it has looked everywhere."""
        self.serve()
        self.assertTrue(self.ask("id-1", what="find").startswith("accepted id-1 anna"))
        self.serve(on_search=lambda session, identifier, _: session.sendall(message(identifier, search_end())))
        self.assertEqual(self.ask("id-1", what="find"), "gone")
        for code in (1, 3, 10, 11, 32, 50, 51, 52, 53, 80):  # errors, limits, referral, no such base, no right, busy, …
            self.serve(on_search=lambda session, identifier, _, code=code: session.sendall(message(identifier, search_end(code))))
            self.assertTrue(self.ask("id-1", what="find").startswith("error directory-away:"), code)

    def test_a_byte_now_and_then(self):
        def trickle(session, identifier, _content):
            while not self.server.ended.wait(0.2):
                session.sendall(b"\x30")
        self.serve(on_search=trickle)
        self.assert_away()

    def test_what_is_no_ber(self):
        for noise in (b"\x00" * 100, b"\x30\x84\xff\xff\xff\xff", b"\x30\x80" + b"\xff" * 50, b"HTTP/1.1 200 OK\r\n\r\n",
                      ber(0x30, b"\x02\x01"), b"\x30\x88" + b"\x7f" * 8):
            self.serve(on_search=lambda session, *_, noise=noise: session.sendall(noise))
            self.assert_away()

    def test_huge_answers(self):
        def long_value(session, identifier, _content):
            session.sendall(message(identifier, entry(DN, uid=["anna"], cn=["x" * (4 << 20)], entryUUID=["id-1"])) +
                            message(identifier, search_end()))

        def many_entries(session, identifier, _content):
            for _ in range(20000):
                session.sendall(message(identifier, entry(DN, uid=["anna"], entryUUID=["id-1"])))

        def many_references(session, identifier, _content):
            while not self.server.ended.is_set():
                session.sendall(message(identifier, reference("ldap://elsewhere.example/")) * 100)
        self.serve(on_search=long_value)
        self.assert_away()
        self.serve(on_search=many_entries, limit_ms=PATIENT_MS)
        self.assertEqual(self.ask(), "refused")  # there are two, whatever else is sent
        self.serve(on_search=many_references)
        self.assert_away()

    def test_one_account_makes_no_server_bad(self):
        def huge(session, identifier, _content):
            session.sendall(message(identifier, entry(DN, uid=["huge"], cn=["x" * (4 << 20)], entryUUID=["id-2"])))

        def half(session, identifier, _content):  # and no end
            session.sendall(message(identifier, entry(DN, uid=["half"], entryUUID=["id-3"])))
            session.close()

        def answer(session, identifier, content):
            if b"huge" in content:
                huge(session, identifier, content)
            elif b"half" in content:
                half(session, identifier, content)
            else:
                self.know_anna(session, identifier, content)
        self.serve(on_search=answer, limit_ms=PATIENT_MS)
        answers = self.ask_all("huge,anna,half,anna")
        for place in (0, 2):
            self.assertTrue(answers[place].startswith("error directory-away:"), answers)
            self.assertTrue(answers[place + 1].startswith("accepted id-1 anna"), answers)

    def test_silence_makes_a_server_bad(self):
        self.serve(on_search=lambda *_: None)
        self.assertEqual(len(self.ask_all("anna,anna")), 2)
        self.assertEqual(self.server.connections, 1)

    def test_entries_that_are_nobody(self):
        nobody = [{"uid": [b"an\x00na"], "entryUUID": ["id-1"]}, {"uid": [b"\xff"], "entryUUID": ["id-1"]}, {"uid": ["anna"]},
                  {"uid": ["anna"], "entryUUID": ["id-1", "id-2"]}, {"uid": ["anna"], "entryUUID": [""]}, {"entryUUID": ["id-1"]}]
        for attributes in nobody:
            self.serve(on_search=lambda session, identifier, _, a=attributes:
                       session.sendall(message(identifier, entry(DN, **a)) + message(identifier, search_end())),
                       limit_ms=PATIENT_MS)
            self.assertTrue(self.ask().startswith("error invalid-request:"), attributes)

    def test_groups_without_end(self):
        made = iter(range(10 ** 9))

        def answer(session, identifier, content):
            if b"entryUUID" in content:
                self.know_anna(session, identifier, content)
                return
            group = f"cn=g{next(made)},ou=groups,dc=example,dc=org"
            session.sendall(message(identifier, entry(DN, memberOf=[group, group + "x", DN])) + message(identifier, search_end()))
        self.serve(on_search=answer, limit_ms=PATIENT_MS, groups="member-of", group_depth=32, group_limit=40)
        self.assertTrue(self.ask().startswith("accepted id-1 anna"))
        self.assertLessEqual(len(self.server.asked), 60)

    def test_active_directory_says_that_the_password_must_change(self):
        codes = iter([0, 49])

        def answer(session, identifier, _content):
            code = next(codes)
            why = "80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data 773, v4563" if code else ""
            session.sendall(message(identifier, bind_answer(code, why)))
        self.serve(on_bind=answer, limit_ms=PATIENT_MS)
        self.assertTrue(self.ask().startswith("error directory-password-expired:"))

    def test_in_chain_asks_by_the_rule_of_active_directory(self):
        self.serve(limit_ms=PATIENT_MS, groups="in-chain")
        self.ask()
        searches = [content for tag, content in self.server.asked if tag == SEARCH]
        self.assertTrue(any(b"1.2.840.113556.1.4.1941" in content and b"uid=anna" in content for content in searches))


if __name__ == "__main__":
    unittest.main()
