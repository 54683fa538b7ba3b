# SPDX-License-Identifier: Apache-2.0
"""A small installation for tests of the portal alone: a CA, the credentials of a broker, a relay and a portal, made
with the openssl command, in the form of docs/protocols.md section 1."""
import json
import os
import subprocess
import uuid


class Installation:
    def __init__(self, folder):
        self.folder = folder
        self.id = str(uuid.uuid4())
        self.ca, self.ca_key = self.path("ca.pem"), self.path("ca.key")
        self.new_key(self.ca_key)
        self.openssl("req", "-x509", "-new", "-key", self.ca_key, "-subj", "/CN=Caraway test CA", "-days", "2", "-out", self.ca,
                     "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def openssl(self, *argv):
        subprocess.run(["openssl", *argv], check=True, capture_output=True, timeout=60)

    def new_key(self, path):
        self.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)

    def machine(self, role, name, broker_url=None, grant_keys=()):
        """The folder with the credentials of ROLE/NAME."""
        folder = self.path(f"{role}-{name}")
        os.mkdir(folder, 0o700)
        key, request, leaf, extensions = (os.path.join(folder, file) for file in
                                          ("identity.key", "request.pem", "leaf.pem", "extensions"))
        self.new_key(key)
        self.openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        with open(extensions, "w") as file:
            file.write(f"subjectAltName=URI:caraway://{self.id}/{role}/{name},IP:127.0.0.1\n"
                       "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n")
        self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key, "-days", "1", "-extfile", extensions,
                     "-set_serial", str(uuid.uuid4().int >> 8), "-out", leaf)
        self.join_files(folder, leaf, name, broker_url, grant_keys)
        return folder

    def join_files(self, folder, leaf, name, broker_url, grant_keys):
        with open(self.ca) as file:
            ca = file.read()
        with open(leaf) as file:
            chain = file.read() + ca
        files = {"ca.pem": ca, "identity.pem": chain}
        if broker_url:
            files["join.json"] = json.dumps({"installation": self.id, "name": name, "broker": broker_url,
                                             "grant_keys": list(grant_keys)})
        for file_name, text in files.items():
            with open(os.path.join(folder, file_name), "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
                file.write(text)
