# SPDX-License-Identifier: Apache-2.0
"""A device that enrols and signs in, written from docs/protocols.md alone: it shares no code with the broker or the client."""
import base64
import hashlib
import struct

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rest import Rest

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def to_text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def transcript(*texts):
    return b"".join(struct.pack(">I", len(text)) + text for text in (t.encode() for t in ("caraway-device-v1", *texts)))


class Device:
    def __init__(self, broker, key=None):
        self.broker = broker
        self.rest = Rest(broker.url, broker.ca)
        self.key = key or Ed25519PrivateKey.generate()
        raw = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.raw, self.public_key = raw, to_text(raw)
        self.id = self.secret = None

    def at(self, broker):
        """The same device at another broker."""
        other = Device(broker, self.key)
        other.id, other.secret = self.id, self.secret
        return other

    def challenge(self):
        return self.rest.call("POST", "devices/challenge", {})

    def sign(self, *texts):
        return to_text(self.key.sign(transcript(*texts)))

    def enrolment(self, **changes):
        """The body of a request to join; `changes` spoil it."""
        asked = self.challenge()
        nonce, installation = changes.pop("nonce", asked["nonce"]), changes.pop("installation", asked["installation"])
        signature = self.sign("enrol", installation, self.public_key, nonce)
        return {"public_key": self.public_key, "nonce": nonce, "signature": signature, "model": "Thin 3000",
                "hostname": "ward3-01", "version": "0.1.0", **changes}

    def enrol(self, body=None, **changes):
        answer = self.rest.call("POST", "devices/enrol", body or self.enrolment(**changes))
        self.id, self.secret = answer["id"], answer["secret"]
        return answer

    def state(self):
        return Rest(self.broker.url, self.broker.ca, self.secret).call("GET", f"devices/enrolment/{self.id}")

    def proof(self, **changes):
        """The body of a sign-in; `changes` spoil it."""
        asked = self.challenge()
        nonce, installation = changes.pop("nonce", asked["nonce"]), changes.pop("installation", asked["installation"])
        purpose, subject = changes.pop("purpose", "sign-in"), changes.pop("subject", self.id)
        return {"device": self.id, "nonce": nonce, "version": "0.1.0",
                "signature": self.sign(purpose, installation, subject, nonce), **changes}

    def sign_in(self, body=None, **changes):
        """Who is signed in then."""
        answer = self.rest.call("POST", "devices/sign-in", body or self.proof(**changes))
        signed_in = Rest(self.broker.url, self.broker.ca, answer["token"])
        signed_in.answer = answer
        return signed_in

    def code(self):
        salt = ("caraway-device-code-v1" + self.challenge()["installation"]).encode()
        bits = int.from_bytes(hashlib.scrypt(self.raw, salt=salt, n=1 << 14, r=8, p=1, dklen=5), "big")
        letters = "".join(LETTERS[bits >> shift & 31] for shift in range(35, -5, -5))
        return f"{letters[:4]}-{letters[4:]}"

    def fingerprint(self):
        digits = hashlib.sha256(self.raw).hexdigest()[:32]
        return " ".join(digits[i:i + 4] for i in range(0, 32, 4))
