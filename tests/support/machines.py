# SPDX-License-Identifier: Apache-2.0
"""
A broker on loopback, and machines that join it without our programs: a portal or relay that sends requests with its
certificate, and a scripted host that speaks the host link and runs desktops which exist only in its tables.
"""
import json
import os
import queue
import shutil
import ssl
import subprocess
import tempfile
import threading
import uuid

import websocket
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from processes import Failed, Process, free_port, wait_until
from rest import Problem, Rest

ADMIN_PASSWORD = "correct horse battery"
GIB = 1024


class Broker:
    """caraway-broker with a fresh database; `admin` is signed in."""

    def __init__(self, *options):
        self.program = os.path.join(os.environ["CARAWAY_BUILD"], "bin", "caraway-broker")
        self.folder = tempfile.mkdtemp(prefix="caraway-broker-")
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.ca = os.path.join(self.folder, "state", "ca.pem")
        self.argv = [self.program, f"--broker-listen=127.0.0.1:{self.port}",
                     f"--broker-state-directory={self.folder}/state", "--broker-public-address=127.0.0.1",
                     "--broker-name=b1", *options]
        self.process = Process("broker", self.argv, os.path.join(self.folder, "broker.log"))

    def once(self, *options, text=None):
        return subprocess.run([*self.argv, *options], input=text, capture_output=True, text=True, timeout=60)

    def start(self):
        self.process.start()
        wait_until(self.answers, 60, "waiting for the broker")
        return self

    def answers(self):
        if not self.process.is_alive():
            raise Failed(f"the broker ended: {self.process.log_tail()}")
        try:
            return Rest(self.url, self.ca).call("GET", "/readyz") == "ready\n"
        except (OSError, Problem):
            return False

    def up(self):
        made = self.once("--create-admin=admin", text=ADMIN_PASSWORD + "\n")
        if made.returncode != 0:
            raise Failed(made.stderr)
        self.start()
        self.admin = self.sign_in("admin", ADMIN_PASSWORD)
        return self

    def rest(self, token=None):
        return Rest(self.url, self.ca, token)

    def sign_in(self, user, password):
        rest = self.rest()
        rest.login(user, password)
        return rest

    def user(self, name, **members):
        password = f"{name} has a long password"
        self.admin.call("POST", "users", {"name": name, "password": password, **members})
        return self.sign_in(name, password)

    def down(self):
        status = self.process.stop()
        log = self.process.log_tail(40)
        shutil.rmtree(self.folder, ignore_errors=True)
        if status not in (0, None):
            raise Failed(f"the broker ended with {status}:\n{log}")


def make_request(name):
    """A P-256 key and a certificate request, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = (x509.CertificateSigningRequestBuilder()
               .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])).sign(key, hashes.SHA256()))
    pem = serialization.Encoding.PEM
    return (key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
            request.public_bytes(pem).decode())


class Machine:
    """Joined by a token of its role; `rest` presents its certificate, `relay_rest` that of its relay (hosts)."""

    def __init__(self, broker, role, name):
        self.broker, self.role, self.name = broker, role, name
        token = broker.admin.call("POST", "hosts/join-tokens", {"role": role})["token"]
        key, request = make_request(name)
        body = {"token": token, "name": name, "csr": request, "addresses": ["127.0.0.1"]}
        if role == "host":
            relay_key, relay_request = make_request(name)
            body |= {"relay_csr": relay_request, "relay_address": "127.0.0.1", "relay_port": 8444}
        self.token = token
        self.answer = broker.rest().call("POST", "/internal/join", body)
        self.rest = self.with_certificate("own", self.answer["certificate"], key)
        if role == "host":
            self.relay_rest = self.with_certificate("relay", self.answer["relay_certificate"], relay_key)

    def with_certificate(self, what, certificate, key):
        path = os.path.join(self.broker.folder, f"{self.role}-{self.name}-{what}.pem")
        with open(path, "w") as file:
            file.write(key + certificate)
        rest = Rest(self.broker.url, self.broker.ca)
        rest.context.load_cert_chain(path)
        rest.certificate_file = path
        return rest


class ScriptedHost(Machine):
    """Dials in and makes every desktop that it is told to make, at once. `answer_create` may be set to False."""

    def __init__(self, broker, name="kvm1", images=("debian-12",)):
        super().__init__(broker, "host", name)
        self.images = [{"name": image, "hash": "ab" * 32, "size_mib": 900} for image in images]
        self.desktops, self.commands = {}, []
        self.seen = queue.Queue()
        self.socket = None
        self.answer_create = True
        self.boot_log = "Linux version 6.1\n"
        self.hello_members = {}
        self.beats = True  # as long as it is linked
        self.lock = threading.Lock()

    def dial(self, certificate=None):
        options = {"ca_certs": self.broker.ca, "certfile": certificate or self.rest.certificate_file,
                   "cert_reqs": ssl.CERT_REQUIRED}
        return websocket.create_connection(f"wss://127.0.0.1:{self.broker.port}/internal/hostlink", timeout=30,
                                           subprotocols=["caraway.host.v1"], sslopt=options)

    def capacity(self):
        return {"cpus": 8, "memory_mib": 16 * GIB, "memory_free_mib": 12 * GIB, "disk_free_mib": 100 * GIB}

    def hello(self, **changes):
        return {"type": "hello", "versions": [1], "host": self.name, "boot_id": "boot-1", "agent_version": "0.1.0",
                "accelerator": "tcg", "accelerator_reason": "scripted", "capacity": self.capacity(),
                "images": self.images, "relay": {"address": "127.0.0.1", "port": 8444},
                "desktops": list(self.desktops.values()), "consoles": [], "quarantined": [], **changes}

    def connect(self):
        link = self.dial()
        link.send(json.dumps(self.hello(**self.hello_members)))
        text = link.recv()
        self.welcome = json.loads(text) if text else {"type": "the end of the link"}
        if self.welcome["type"] != "welcome":
            link.close(timeout=2)
            raise Failed(f"no welcome: {self.welcome}")
        link.settimeout(None)  # a quiet broker is none that is gone
        self.socket = link
        threading.Thread(target=self.serve, args=(link,), daemon=True).start()
        if self.beats:
            threading.Thread(target=self.beat, args=(link,), daemon=True).start()
        return self

    def send(self, message):
        with self.lock:
            self.socket.send(json.dumps(message))

    def beat(self, link):
        """Heartbeats until the link ends."""
        pause = threading.Event()
        try:
            while link is self.socket and self.beats:
                self.send({"type": "heartbeat", "capacity": self.capacity()})
                pause.wait(self.welcome["heartbeat_ms"] / 2000)
        except (OSError, AttributeError, websocket.WebSocketException):
            return

    def serve(self, link):
        try:
            while True:
                text = link.recv()
                if not text:
                    return
                message = json.loads(text)
                self.seen.put(message)
                if message["type"] == "command":
                    self.commands.append(message)
                    self.obey(message)
                elif message["type"] == "boot-log?":
                    self.send({"type": "boot-log", "request": message["request"], "text": self.boot_log})
        except (OSError, websocket.WebSocketException):
            return

    def report(self, desktop):
        self.desktops[desktop["id"]] = desktop
        self.send({"type": "desktop", **desktop})

    def obey(self, command):
        desktop, kind = command["desktop"], command["kind"]
        if kind == "create" and not self.answer_create:
            return
        self.send({"type": "result", "command": command["id"], "ok": True, "code": None, "detail": None})
        if kind == "create":
            self.report({"id": desktop, "name": command["name"], "pool": command["pool"], "epoch": command["epoch"],
                         "power": "up", "step": "ready", "progress": 100, "since_ms": 0,
                         "guest": {"ready": True, "user": "user", "idle_ms": 0, "locked": False}})
        elif kind == "destroy":
            self.desktops.pop(desktop, None)
            self.send({"type": "desktop-gone", "id": desktop, "epoch": command["epoch"], "reason": "destroyed"})
        elif kind == "epoch" and desktop in self.desktops:
            self.desktops[desktop]["epoch"] = command["epoch"]

    def console(self, session, desktop, state, client="127.0.0.1", viewer="native"):
        self.send({"type": "console", "session": session, "desktop": desktop, "state": state, "client": client,
                   "viewer": viewer, "reason": None})

    def hang_up(self):
        if self.socket is not None:
            self.socket.close(timeout=2)
            self.socket = None


def provision(broker, user="demo", size=3, spares=1):
    """A user entitled to the pool `office`; returns the user's Rest."""
    rest = broker.user(user)
    broker.admin.call("POST", "images", {"name": "debian-12"})
    broker.admin.call("POST", "pools", {"name": "office", "description": "Office", "image": "debian-12", "size": size,
                                        "spares": spares})
    broker.admin.call("PUT", f"pools/office/entitlements/user/{user}")
    return rest


def wait_spare(broker, count=1):
    def spares():
        items = broker.admin.items("admin/desktops")
        return sum(item["assignment"] == "spare" for item in items) >= count
    wait_until(spares, 60, f"waiting for {count} spare desktops")


def random_id():
    return str(uuid.uuid4())
