# SPDX-License-Identifier: Apache-2.0
"""The host's side of a console for tests of the portal alone: grants signed with a key of the test's own, and a relay that
takes them by CONNECT over mTLS and passes the bytes on to one SPICE port."""
import base64
import json
import os
import socket
import ssl
import subprocess
import threading
import time
import uuid

CHANNELS = ["main", "display", "inputs", "cursor", "playback"]


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class GrantMaker:
    """Signs grants as a broker does (docs/protocols.md section 2)."""

    def __init__(self, folder, key_id="b1-1"):
        self.folder, self.key_id = folder, key_id
        self.key = os.path.join(folder, f"{key_id}.pem")
        self.openssl("genpkey", "-algorithm", "ed25519", "-out", self.key)
        self.public = self.openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")[-32:]

    def openssl(self, *argv):
        return subprocess.run(["openssl", *argv], check=True, capture_output=True, timeout=60).stdout

    def public_keys(self):
        return [{"id": self.key_id, "public_key": base64url(self.public)}]

    def make(self, relay_port, **changed):
        now = int(time.time())
        payload = {"id": str(uuid.uuid4()), "session": str(uuid.uuid4()), "desktop": str(uuid.uuid4()), "epoch": "1.1",
                   "host": "kvm1", "address": "127.0.0.1", "port": relay_port, "identity": "relay/kvm1", "user": "alice",
                   "channels": CHANNELS, "issued": now, "expires": now + 30, "viewer": "browser", **changed}
        signed = f"cwg1.{self.key_id}.{base64url(json.dumps(payload, separators=(',', ':')).encode())}"
        path = os.path.join(self.folder, f"{uuid.uuid4()}.signed")
        with open(path, "w") as file:
            file.write(signed)
        signature = self.openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.key, "-in", path)
        return f"{signed}.{base64url(signature)}"


class StubRelay:
    def __init__(self, credentials_folder, ca_file, spice_port):
        self.spice_port = spice_port
        self.requests = []  # the heads that came, as text
        self.consoles = set()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(f"{credentials_folder}/identity.pem", f"{credentials_folder}/identity.key")
        self.context.load_verify_locations(ca_file)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def cut(self):
        """Ends every console."""
        for peer in list(self.consoles):
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[peer], daemon=True).start()

    def serve(self, peer):
        try:
            with self.context.wrap_socket(peer, server_side=True) as client:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = client.recv(4096)
                    if not piece:
                        return
                    head += piece
                head, rest = head.split(b"\r\n\r\n", 1)
                self.requests.append(head.decode())
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                self.splice(client, rest)
        except (OSError, ssl.SSLError):
            pass

    def splice(self, client, rest):
        with socket.create_connection(("127.0.0.1", self.spice_port)) as server:
            self.consoles |= {server}
            server.sendall(rest)
            back = threading.Thread(target=self.copy, args=[server, client], daemon=True)
            back.start()
            self.copy(client, server)
            back.join()
            self.consoles -= {server}

    def copy(self, source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except (OSError, ssl.SSLError, ValueError):
            pass
        for peer in (source, target):
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
