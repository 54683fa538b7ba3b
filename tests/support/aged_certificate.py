# SPDX-License-Identifier: Apache-2.0
"""Makes the certificate of a joined machine older than it is, as a clock that is turned would: its serial and names stay, and
of its life less than a third is left."""
import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

LIVED, LEFT = datetime.timedelta(days=80), datetime.timedelta(days=10)


def read(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def certificate_in(folder):
    return x509.load_pem_x509_certificate(read(folder, "identity.pem"))


def age(folder, authority_folder):
    """The certificate in `folder` was issued a while ago by the authority whose key is in `authority_folder`."""
    young, authority = certificate_in(folder), x509.load_pem_x509_certificate(read(authority_folder, "ca.pem"))
    key = serialization.load_pem_private_key(read(authority_folder, "ca.key"), None)
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(issuer_name=young.issuer, subject_name=young.subject, public_key=young.public_key(),
                                      serial_number=young.serial_number, not_valid_before=now - LIVED,
                                      not_valid_after=now + LEFT)
    for extension in young.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    text = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    with open(os.path.join(folder, "identity.pem"), "wb") as file:
        file.write(text + authority.public_bytes(serialization.Encoding.PEM))
