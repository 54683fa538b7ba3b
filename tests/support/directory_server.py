# SPDX-License-Identifier: Apache-2.0
"""
A real OpenLDAP server of Debian for tests: people and groups in a temporary folder, on loopback with ldaps and StartTLS by
a certificate of an authority of its own. Attributes of Active Directory are there as OpenLDAP lets one have them.
"""
import os
import shutil
import socket
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import datetime
import ipaddress

from processes import Process, free_port, wait_until

SLAPD = "/usr/sbin/slapd"
SUFFIX = "dc=example,dc=org"
ROOT_DN, ROOT_PASSWORD = f"cn=root,{SUFFIX}", "the root of the directory 1"
SEARCHER, SEARCHER_PASSWORD = f"cn=caraway,{SUFFIX}", "who searches has this 2"
PASSWORD = "a password of the directory 3"

CONFIGURATION = """
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.3.6.1.4.1.99999.1 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.2 NAME 'accountExpires' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.3 NAME 'pwdLastSet' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.99999.4 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.99999.9 NAME 'windowsPerson' AUXILIARY MAY ( userAccountControl $ accountExpires $ pwdLastSet $ objectGUID ) )
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
security simple_bind=128
disallow bind_anon
database mdb
suffix "{suffix}"
rootdn "{root}"
rootpw "{password}"
directory {folder}/data
maxsize 67108864
sizelimit size.soft=500 size.hard=2000 size.prtotal=unlimited
overlay memberof
memberof-group-oc groupOfNames
memberof-member-ad member
memberof-memberof-ad memberOf
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{searcher}" read by anonymous auth by * none
"""


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def build(subject, issuer, key, days):
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return (x509.CertificateBuilder().subject_name(name_of(subject)).issuer_name(name_of(issuer)).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=30))
            .not_valid_after(now + datetime.timedelta(days=days)))


class DirectoryAuthority:
    """Signs certificates of servers: ca.pem, NAME.pem, NAME.key in `folder`."""

    def __init__(self, folder, name="directory authority"):
        self.folder, self.name, self.key = folder, name, new_key()
        certificate = (build(name, name, self.key, 2).add_extension(x509.BasicConstraints(True, None), True)
                       .sign(self.key, hashes.SHA256()))
        self.write("ca.pem", certificate.public_bytes(serialization.Encoding.PEM))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(content)

    def server(self, name="server", hosts=("directory.example",), addresses=("127.0.0.1",), days=1):
        """The paths of a certificate and its key."""
        key = new_key()
        names = [*map(x509.DNSName, hosts), *(x509.IPAddress(ipaddress.ip_address(a)) for a in addresses)]
        certificate = (build(name, self.name, key, days).add_extension(x509.SubjectAlternativeName(names), False)
                       .sign(self.key, hashes.SHA256()))
        self.write(f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))
        self.write(f"{name}.key", key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                    serialization.NoEncryption()))
        return self.path(f"{name}.pem"), self.path(f"{name}.key")


def person(name, **attributes):
    """The lines of an entry of a person below ou=people."""
    windows = [key for key in attributes if key in ("userAccountControl", "accountExpires", "pwdLastSet", "objectGUID")]
    classes = ["inetOrgPerson", *(["windowsPerson"] if windows else []), *(["shadowAccount"] if "shadowExpire" in attributes else [])]
    lines = [f"dn: uid={name},ou=people,{SUFFIX}", *(f"objectClass: {known}" for known in classes), f"uid: {name}", f"cn: {name.title()} Example",
             f"sn: {name}", f"mail: {name}@example.org", f"userPassword: {attributes.pop('userPassword', PASSWORD)}"]
    return "\n".join(lines + [f"{key}: {value}" for key, value in attributes.items()])


def group(name, *members, where="ou=groups"):
    """The same of a group; members are `uid=NAME,ou=people` or `cn=NAME,ou=groups`, without the suffix."""
    lines = [f"dn: cn={name},{where},{SUFFIX}", "objectClass: groupOfNames", f"cn: {name}"]
    return "\n".join(lines + [f"member: {member},{SUFFIX}" for member in members or ("cn=nobody",)])


def base():
    lines = [f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example",
             f"dn: {SEARCHER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: caraway\n"
             f"userPassword: {SEARCHER_PASSWORD}"]
    return lines + [f"dn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}"
                    for name in ("people", "groups", "elsewhere")]


class DirectoryServer:
    def __init__(self, *entries):
        self.folder = tempfile.mkdtemp(prefix="caraway-ldap-")
        self.authority = DirectoryAuthority(self.folder)
        self.authority.server()
        self.ca = self.authority.path("ca.pem")
        self.port, self.tls_port = free_port(), free_port()
        os.mkdir(os.path.join(self.folder, "data"))
        with open(self.path("slapd.conf"), "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=self.folder, suffix=SUFFIX, root=ROOT_DN, password=ROOT_PASSWORD,
                                            searcher=SEARCHER))
        self.entries = [*base(), *entries]
        self.argv = [SLAPD, "-d", "0", "-f", self.path("slapd.conf"), "-h",
                     f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port} "
                     f"ldap://127.0.0.2:{self.port} ldaps://127.0.0.2:{self.tls_port}"]
        self.process = Process("slapd", self.argv, self.path("slapd.log"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self):
        self.process.start()

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.tls_port)) == 0 and self.process.is_alive()
        wait_until(listens, 60, "waiting for slapd")
        if self.entries:
            self.modify("\n\n".join(self.entries) + "\n", "-a")
            self.entries = []
        return self

    def modify(self, ldif, *options):
        """Changes entries of the running server, as its root."""
        done = subprocess.run(["ldapmodify", *options, "-x", "-ZZ", "-H", f"ldap://127.0.0.1:{self.port}", "-D", ROOT_DN, "-w",
                               ROOT_PASSWORD], input=ldif, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "LDAPTLS_CACERT": self.ca})
        if done.returncode != 0:
            raise RuntimeError(f"ldapmodify: {done.stderr}")

    def stop(self):
        self.process.stop()

    def remove(self):
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class AuthenticatorFolder:
    """A folder of authenticators for a broker, with the password of who searches in a file."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="caraway-authenticators-")
        self.secret = os.path.join(self.path, "password")
        with open(self.secret, "w", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            file.write(SEARCHER_PASSWORD + "\n")

    def add(self, name, **keys):
        """Writes NAME.conf; `keys` are those of [ldap], with _ for -, None to leave one out."""
        values = {"bind-dn": SEARCHER, "bind-password": self.secret, "base": f"ou=people,{SUFFIX}",
                  "group-base": f"ou=groups,{SUFFIX}"}
        values.update({key.replace("_", "-"): value for key, value in keys.items()})
        with open(os.path.join(self.path, f"{name}.conf"), "w", encoding="utf-8") as file:
            file.write(f"[authenticator]\ntype=ldap\nlabel={name} directory\n[ldap]\n")
            file.writelines(f"{key}={value}\n" for key, value in values.items() if value is not None)
        return self

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)
