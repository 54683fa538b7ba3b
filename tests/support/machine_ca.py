# SPDX-License-Identifier: Apache-2.0
"""A certificate authority and machine identities as the broker's join gives them, for tests without a broker."""
import base64
import datetime
import itertools
import json
import os
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_grant_key(key_id, key):
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"id": key_id, "public_key": base64url(raw)}


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


class MachineCa:
    """Signs identities and grants of one installation."""

    def __init__(self):
        self.installation = str(uuid.uuid4())
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Caraway test CA")])
        self.certificate = self._build(self.name, self.key.public_key(), [
            (x509.BasicConstraints(ca=True, path_length=0), True)])
        self.grant_key = ed25519.Ed25519PrivateKey.generate()
        self.lists = itertools.count(1)

    def _build(self, subject, public_key, extensions):
        now = datetime.datetime.utcnow()
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public_key)
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
                   .not_valid_after(now + datetime.timedelta(days=1)))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, hashes.SHA256())

    def ca_pem(self):
        return _pem(self.certificate)

    def grant_keys(self):
        return [public_grant_key("test-1", self.grant_key)]

    def write_identity(self, folder, role, name, broker="https://127.0.0.1:1"):
        """Fills `folder` as joining does."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        uri = f"caraway://{self.installation}/{role}/{name}"
        leaf = self._build(subject, key.public_key(), [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), False)])
        os.makedirs(folder, exist_ok=True)
        files = {
            "ca.pem": self.ca_pem(),
            "identity.pem": _pem(leaf) + self.ca_pem(),
            "identity.key": key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                              serialization.NoEncryption()),
            "join.json": json.dumps({"installation": self.installation, "name": name, "broker": broker,
                                     "grant_keys": self.grant_keys()}).encode(),
        }
        for file, content in files.items():
            with open(os.path.join(folder, file), "wb", opener=lambda p, f: os.open(p, f, 0o600)) as out:
                out.write(content)

    def revocations(self, serials):
        """The next signed list of what was revoked, in PEM."""
        now = datetime.datetime.utcnow()
        builder = (x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(now)
                   .next_update(now + datetime.timedelta(days=1))
                   .add_extension(x509.CRLNumber(next(self.lists)), False))
        for serial in serials:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build())
        return _pem(builder.sign(self.key, hashes.SHA256())).decode()

    def grant(self, **claims):
        """The text of a grant signed with the broker's key; `key` signs instead of it, in the name of `key_id`."""
        key = claims.pop("key", self.grant_key)
        key_id = claims.pop("key_id", "test-1")
        head = f"cwg1.{key_id}." + base64url(json.dumps(claims, separators=(",", ":")).encode())
        return head + "." + base64url(key.sign(head.encode()))
