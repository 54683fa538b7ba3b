# SPDX-License-Identifier: Apache-2.0
"""The LDAP authenticator against a real OpenLDAP server: TLS, binds, searches, groups, accounts that are closed."""
import datetime
import os
import socket
import subprocess
import unittest

from directory_server import (PASSWORD, SEARCHER_PASSWORD, SUFFIX, AuthenticatorFolder, DirectoryAuthority,
                              DirectoryServer, group, person)
from processes import free_port

PROBE = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "directory_probe")
MANY = 450  # groups, beyond a page and the server's own idea of a page


def long_ago():
    return (datetime.date.today() - datetime.date(1970, 1, 1)).days - 10


def alias(name, target):
    return (f"dn: uid={name},ou=people,{SUFFIX}\nobjectClass: alias\nobjectClass: extensibleObject\nuid: {name}\n"
            f"aliasedObjectName: {target},{SUFFIX}")


def entries():
    people = [person("anna"), person("bert"), person("loop"), person("many"),
              person("disabled", userAccountControl="514"), person("must-change", pwdLastSet="0"),
              person("expired", shadowExpire=str(long_ago())), person("moved"),
              person("guid", objectGUID="0123456789abcdef"), person("brace", description="(uid=*)"),
              person("beside").replace("ou=people", "ou=elsewhere"), alias("pointer", "uid=beside,ou=elsewhere")]
    groups = [group("staff", "uid=anna,ou=people", "uid=moved,ou=people"), group("all", "cn=staff,ou=groups"),
              group("everything", "cn=all,ou=groups"), group("ring-a", "uid=loop,ou=people", "cn=ring-b,ou=groups"),
              group("ring-b", "cn=ring-a,ou=groups"), group("beside", "uid=anna,ou=people", where="ou=elsewhere"),
              *(group(f"many-{i:03}", "uid=many,ou=people") for i in range(MANY))]
    return people + groups


class DirectoryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = DirectoryServer(*entries()).start()
        cls.addClassCleanup(cls.server.remove)
        cls.tls = f"ldaps://127.0.0.1:{cls.server.tls_port}"
        cls.start_tls = f"ldap://127.0.0.1:{cls.server.port}"

    def setUp(self):
        self.folder = AuthenticatorFolder()
        self.addCleanup(self.folder.remove)

    def configure(self, **keys):
        self.folder.add("corp", **{"servers": self.tls, "ca_file": self.server.ca, **keys})

    def ask(self, what, text, password=PASSWORD):
        """The lines that the probe prints; libldap is told by its own configuration to trust anybody."""
        done = subprocess.run([PROBE, self.folder.path, "corp", what, text], input=password + "\n", capture_output=True,
                              text=True, timeout=120, env={**os.environ, "LDAPTLS_REQCERT": "never"}, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(SEARCHER_PASSWORD, done.stdout + done.stderr)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        return done.stdout.splitlines()

    def groups(self, user):
        lines = self.ask("check", user)
        self.assertTrue(lines[0].startswith("accepted "), lines)
        return lines[1:]

    def assert_away(self, **keys):
        self.configure(**keys)
        self.assertTrue(self.ask("check", "anna")[0].startswith("error directory-away:"))

    # TLS

    def test_ldaps_and_start_tls(self):
        for servers in (self.tls, self.start_tls):
            self.configure(servers=servers)
            first = self.ask("check", "anna")[0].split()
            self.assertEqual((first[0], first[2]), ("accepted", "anna"))
            self.assertEqual(self.ask("check", "anna", "wrong"), ["refused"])
            self.assertEqual(self.ask("check", "nobody"), ["refused"])

    def test_certificate_of_another_authority(self):
        os.mkdir(os.path.join(self.folder.path, "other"))
        other = DirectoryAuthority(os.path.join(self.folder.path, "other"))
        for servers in (self.tls, self.start_tls):
            self.assert_away(servers=servers, ca_file=other.path("ca.pem"))

    def test_certificate_of_another_name(self):
        # The certificate is for 127.0.0.1; these names are the same machine.
        for name in ("localhost", socket.gethostname(), "127.0.0.2"):
            self.assert_away(servers=f"ldaps://{name}:{self.server.tls_port}")
            self.assert_away(servers=f"ldap://{name}:{self.server.port}")

    def test_no_way_without_tls(self):
        for servers in ("ldapi://%2Frun%2Fldapi", "http://localhost", "localhost", "ldap://u:p@localhost", "ldap://localhost/dc=x"):
            self.configure(servers=servers)
            self.assertIn("[ldap] servers must be", self.ask("check", "anna")[0])

    # Binds

    def test_empty_password_is_no_password(self):
        self.configure()
        self.assertEqual(self.ask("check", "anna", ""), ["refused"])

    def test_wrong_password_of_the_searcher(self):
        with open(self.folder.secret, "w", encoding="utf-8") as file:
            file.write("another\n")
        self.assert_away()
        self.assertIn("bind no bind: the directory refuses", self.ask("steps", "anna")[1])

    def test_secret_that_others_can_read(self):
        os.chmod(self.folder.secret, 0o644)
        self.configure()
        self.assertIn("configuration-wrong", self.ask("check", "anna")[0])

    # Searches

    def test_filter_injection(self):
        self.configure()
        for name in ("*", "*)(uid=*", "anna)(|(uid=*", "a*", "*)(|(objectClass=*", "anna\\2a", "(uid=*)", ")", "\\", "an\x01na"):
            self.assertEqual(self.ask("check", name), ["refused"], name)

    def test_a_filter_that_finds_several(self):
        self.configure(filter="(|(uid={user})(uid=bert))")
        self.assertEqual(self.ask("check", "anna"), ["refused"])
        self.assertTrue(self.ask("check", "bert")[0].startswith("accepted "))

    def test_an_alias_makes_nobody_of_an_entry_beside_the_base(self):
        self.configure()
        for name in ("beside", "pointer"):
            self.assertEqual(self.ask("check", name), ["refused"])
        self.configure(base=f"ou=elsewhere,{SUFFIX}")
        self.assertTrue(self.ask("check", "beside")[0].startswith("accepted "))

    def test_by_mail(self):
        self.configure(filter="(|(uid={user})(mail={user}))")
        self.assertEqual(self.ask("check", "anna@example.org")[0].split()[2], "anna")

    def test_attributes(self):
        self.configure(id_attribute="objectGUID", full_name_attribute="mail", name_attribute="sn")
        self.assertEqual(self.ask("check", "guid")[0], "accepted 33323130-3534-3736-3839-616263646566 guid [guid@example.org]")
        self.assertIn("objectGUID", self.ask("steps", "anna")[-2])

    # Groups

    def test_nested_groups(self):
        expected = [f"cn={name},ou=groups,{SUFFIX}" for name in ("all", "everything", "staff")]
        for way in ("member-of", "member"):
            self.configure(groups=way)
            self.assertEqual(self.groups("anna"), expected, way)
            self.configure(groups=way, group_depth=1)
            self.assertEqual(self.groups("anna"), expected[-1:], way)
            self.configure(groups=way, group_name_attribute="cn")
            self.assertEqual(self.groups("anna"), sorted(["all", "everything", "staff", *expected]), way)
        self.configure(groups="none")
        self.assertEqual(self.groups("anna"), [])

    def test_groups_in_a_ring(self):
        for way in ("member-of", "member"):
            self.configure(groups=way)
            self.assertEqual(self.groups("loop"), [f"cn=ring-{name},ou=groups,{SUFFIX}" for name in "ab"])

    def test_many_groups_come_by_pages(self):
        self.configure(groups="member", page_size=50, group_depth=1)
        self.assertEqual(len(self.groups("many")), MANY)
        self.configure(groups="member", page_size=50, group_depth=1, group_limit=120)
        self.assertEqual(len(self.groups("many")), 120)

    def test_in_chain_is_asked_with_its_rule(self):
        self.configure(groups="in-chain")  # a rule that OpenLDAP does not have finds nothing
        self.assertEqual(self.groups("anna"), [])

    def test_names_of_groups(self):
        self.configure()
        self.assertEqual(self.ask("group", f"CN=Staff, OU=groups,{SUFFIX}"), [f"cn=staff,ou=groups,{SUFFIX}"])
        for name in ("staff", f"cn=staff,ou=elsewhere,{SUFFIX}", "a=b=c,,"):
            self.assertTrue(self.ask("group", name)[0].startswith("error invalid-request"), name)
        self.configure(group_name_attribute="cn")
        self.assertEqual(self.ask("group", "Staff"), ["staff"])

    # Accounts that are closed

    def test_closed_accounts_tell_only_who_knows_the_password(self):
        self.configure()
        for name, code in (("disabled", "account-closed"), ("expired", "account-closed"),
                           ("must-change", "directory-password-expired")):
            self.assertTrue(self.ask("check", name)[0].startswith(f"error {code}: "), name)
            self.assertEqual(self.ask("check", name, "wrong"), ["refused"])

    def test_looked_up_again(self):
        self.configure()
        ids = {name: self.ask("check", name)[0].split()[1] for name in ("anna", "moved")}
        self.assertEqual(self.ask("find", ids["anna"])[1:], self.groups("anna"))
        self.server.modify(f"dn: uid=moved,ou=people,{SUFFIX}\nchangetype: modrdn\nnewrdn: uid=renamed\ndeleteoldrdn: 1\n")
        self.assertEqual(self.ask("find", ids["moved"])[0].split()[1:3], [ids["moved"], "renamed"])
        self.server.modify(f"dn: uid=renamed,ou=people,{SUFFIX}\nchangetype: modify\nadd: objectClass\nobjectClass: shadowAccount\n"
                           f"-\nadd: shadowExpire\nshadowExpire: {long_ago()}\n")
        self.assertEqual(self.ask("find", ids["moved"]), ["closed"])
        self.server.modify(f"dn: uid=renamed,ou=people,{SUFFIX}\nchangetype: delete\n")
        self.assertEqual(self.ask("find", ids["moved"]), ["gone"])
        for name in ("*", "", "a)(uid=*"):
            self.assertEqual(self.ask("find", name), ["gone"])

    # Servers

    def test_the_next_server_is_asked(self):
        dead = f"ldaps://127.0.0.1:{free_port()}"
        with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and says nothing
            mute = f"ldaps://127.0.0.1:{silent.getsockname()[1]}"
            self.configure(servers=f"{dead}, {mute},{self.tls}", operation_timeout_ms=1500, timeout_ms=60000)
            self.assertTrue(self.ask("check", "anna")[0].startswith("accepted "))

    def test_steps_are_explained(self):
        self.configure()
        steps = self.ask("steps", "anna")
        self.assertEqual([line.split()[:2] for line in steps],
                         [[name, "yes"] for name in ("connect", "bind", "search", "password", "account", "groups")])
        self.assertIn(["search", "no"], [line.split()[:2] for line in self.ask("steps", "nobody")])
        self.assertIn(["password", "no"], [line.split()[:2] for line in self.ask("steps", "anna", "wrong")])


if __name__ == "__main__":
    unittest.main()
