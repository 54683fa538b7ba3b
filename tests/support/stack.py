# SPDX-License-Identifier: Apache-2.0
"""
A whole Caraway on loopback: broker, host, relay and portal with a fresh SQLite database and libvirt's embedded
driver (or the fake hypervisor, for tests that need no guest). Used by `./run demo` and by the tests.
"""
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile

from processes import SANITIZERS, Failed, Process, free_port, wait_until
from rest import Problem, Rest
from tiny_guest import assemble, define

NOBODY = 65534


class Stack:
    def __init__(self, build, store, fake=False, say=lambda text: None, database=None, machine=None, options=()):
        """machine: (name, UUID) of a tiny guest that is defined in the host's libvirt and is not Caraway's; options: more
        of the broker's."""
        self.options = options
        self.bin = os.path.join(build, "bin")
        self.machine = machine
        self.store, self.fake, self.say, self.database = store, fake, say, database
        # Short on purpose: the paths of the guests' sockets below it have to stay within 107 bytes.
        self.dir = tempfile.mkdtemp(prefix="caraway-", dir="/tmp")
        os.chmod(self.dir, 0o755)
        self.processes = {}
        self.admin_password = secrets.token_urlsafe(12)
        self.password = secrets.token_urlsafe(9)
        self.broker_port, self.relay_port, self.portal_port = free_port(), free_port(), free_port()
        self.broker_url = f"https://127.0.0.1:{self.broker_port}"
        self.portal_url = f"https://127.0.0.1:{self.portal_port}"
        self.ca = self.path("broker", "ca.pem")

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def program(self, name):
        return os.path.join(self.bin, name)

    # The command lines

    def broker_options(self):
        return [f"--broker-listen=127.0.0.1:{self.broker_port}", f"--broker-state-directory={self.path('broker')}",
                "--broker-public-address=127.0.0.1", "--broker-name=b1",
                *([f"--broker-database={self.database}"] if self.database else []),
                *self.options,
                *(["--broker-heartbeat-ms=2000"] if self.fake else [])]  # a silent host is noticed after three

    def host_options(self):
        return ["--host-name=kvm1", f"--host-broker={self.broker_url}", f"--host-state-directory={self.path('host')}",
                f"--host-image-directory={self.store}", f"--host-libvirt-uri=qemu:///embed?root={self.path('host', 'v')}",
                "--host-relay-address=127.0.0.1", f"--host-relay-port={self.relay_port}",
                f"--host-relay-socket={self.path('relay', 'control')}",
                f"--host-relay-state-directory={self.path('relay')}"]

    def relay_options(self):
        return [f"--relay-listen=127.0.0.1:{self.relay_port}", f"--relay-state-directory={self.path('relay')}",
                f"--relay-control-socket={self.path('relay', 'control')}"]

    def portal_options(self):
        web = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "portal", "web")
        return [f"--portal-listen=127.0.0.1:{self.portal_port}", f"--portal-state-directory={self.path('portal')}",
                f"--portal-broker={self.broker_url}", "--portal-name=edge1", "--portal-addresses=127.0.0.1",
                f"--portal-web-directory={os.path.normpath(web)}"]

    def host_program(self):
        return self.program("caraway-host-fake" if self.fake else "caraway-host")

    # Steps

    def once(self, argv, **options):
        """Runs a program to its end and returns what it printed."""
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, env={**SANITIZERS, **os.environ},
                              **options)
        if done.returncode != 0:
            raise Failed(f"{os.path.basename(argv[0])} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        return done.stdout.strip()

    def start(self, name, argv):
        self.processes[name] = Process(name, argv, self.path("logs", f"{name}.log")).start()

    def restart(self, name):
        if self.processes[name].is_alive():
            raise Failed(f"{name} still runs")
        self.processes[name].start()

    def restart_broker(self):
        """A broker that ended runs again, with an administrator signed in and its host back."""
        self.restart("broker")
        self.ready("broker", self.broker_url)
        self.sign_in_admin()
        self.host_up()

    def sign_in_admin(self):
        self.admin = Rest(self.broker_url, self.ca)
        self.admin.login("admin", self.admin_password)

    def sign_in(self):
        """The user of provision(), through the portal."""
        user = Rest(self.portal_url, self.ca)
        user.login("demo", self.password)
        return user

    def ready(self, name, url, path="/readyz", limit_s=60):
        rest = Rest(url, self.ca)

        def answers():
            if not self.processes[name].is_alive():
                raise Failed(f"{name} ended: {self.processes[name].log_tail(5)}")
            try:
                return rest.call("GET", path) is not None
            except (OSError, Problem):
                return False
        wait_until(answers, limit_s, f"waiting for {name}")

    def up(self):
        os.mkdir(self.path("logs"))
        for name in ("broker", "host", "relay", "portal"):
            os.mkdir(self.path(name), 0o700)
        self.say("starting the broker")
        self.once([self.program("caraway-broker"), *self.broker_options(), "--create-admin=admin"],
                  input=self.admin_password + "\n")
        self.start("broker", [self.program("caraway-broker"), *self.broker_options()])
        self.ready("broker", self.broker_url)
        self.sign_in_admin()
        self.say("joining the host and its relay")
        token = self.admin.call("POST", "hosts/join-tokens", {"role": "host"})["token"]
        self.once([self.host_program(), *self.host_options(), f"--join={token}"])
        self.start_relay()
        if self.machine:
            define(self.path("host", "v"), assemble(self.dir), *self.machine)
        self.start("host", [self.host_program(), *self.host_options()])
        self.say("joining the portal")
        token = self.admin.call("POST", "hosts/join-tokens", {"role": "portal"})["token"]
        self.once([self.program("caraway-portal"), *self.portal_options(), f"--join={token}"])
        self.start("portal", [self.program("caraway-portal"), *self.portal_options()])
        self.ready("portal", self.portal_url)
        self.host_up()

    def start_relay(self):
        """The relay runs as nobody where we are root: it has no business with anything but its own folder."""
        prefix = []
        if os.geteuid() == 0:
            prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            for folder, _, files in os.walk(self.path("relay")):
                for entry in (folder, *(os.path.join(folder, file) for file in files)):
                    os.chown(entry, NOBODY, NOBODY)
        self.start("relay", [*prefix, self.program("caraway-relay"), *self.relay_options()])

    def host(self):
        return next((host for host in self.admin.items("hosts") if host["name"] == "kvm1"), None)

    def host_up(self, limit_s=180):
        def is_up():
            if not self.processes["host"].is_alive():
                raise Failed(f"host ended: {self.processes['host'].log_tail(5)}")
            host = self.host()
            return host if host and host["state"] == "up" else None
        return wait_until(is_up, limit_s, "waiting for the host to come up")

    def provision(self, image, size, spares, memory_mib=768, vcpus=1):
        """Users, the pool and the entitlement that a person signs in to."""
        self.admin.call("POST", "users", {"name": "demo", "full_name": "Demo user", "password": self.password})
        self.admin.call("POST", "groups", {"name": "staff", "description": "Everybody who may open a desktop"})
        self.admin.call("PUT", "groups/staff/members/demo")
        self.admin.call("POST", "images", {"name": image})
        self.admin.call("POST", "pools", {"name": "office", "description": "Office desktop", "kind": "floating",
                                          "image": image, "size": size, "spares": spares, "vcpus": vcpus,
                                          "memory_mib": memory_mib})
        self.admin.call("PUT", "pools/office/entitlements/group/staff")

    def desktops(self):
        return self.admin.items("admin/desktops")

    def wait_spare(self, limit_s=600):
        """Until a desktop of the pool is warm; says each step on the way."""
        told = set()

        def warm():
            for desktop in self.desktops():
                step = (desktop["name"], desktop.get("step"), desktop.get("progress"))
                if step not in told:
                    told.add(step)
                    self.say(f"desktop {desktop['name']}: {desktop.get('step')} ({desktop.get('progress')} %)")
                if desktop["power"] == "failed":
                    raise Failed(f"desktop {desktop['name']} failed: {desktop}")
                if desktop["assignment"] == "spare" and desktop["power"] == "up":
                    return desktop
            return None
        return wait_until(warm, limit_s, "waiting for a warm desktop", 0.5)

    def describe(self):
        return {"portal": self.portal_url, "broker": self.broker_url, "ca": self.ca, "user": "demo",
                "password": self.password, "admin": "admin", "admin_password": self.admin_password, "pool": "office",
                "directory": self.dir, "relay_port": self.relay_port,
                "pids": {name: process.child.pid for name, process in self.processes.items() if process.child}}

    def write_description(self, path):
        with open(path + ".new", "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            json.dump(self.describe(), file, indent=1)
        os.rename(path + ".new", path)

    def down(self):
        """Ends everything, guests too, and removes the folder. Returns what did not end as it should."""
        complaints = []
        for name in ("client", "portal", "relay", "host", "broker"):
            process = self.processes.get(name)
            if process is None or process.child is None:
                continue
            try:
                status = process.stop()
                if process.has_crashed() and name != "client":  # a window ends by the signal, not by a status
                    complaints.append(f"{name} ended with {status}:\n{process.log_tail()}")
            except Failed as failure:
                complaints.append(str(failure))
            if name == "host":
                complaints += self.destroy_desktops()
        complaints += self.leftovers()
        if not complaints:
            shutil.rmtree(self.dir, ignore_errors=True)
        return complaints

    def destroy_desktops(self):
        try:
            self.once([self.host_program(), *self.host_options(), "--destroy-all"])
        except (Failed, subprocess.TimeoutExpired) as failure:
            return [f"destroying the desktops: {failure}"]
        return []

    def leftovers(self):
        """Processes and mounts that still have to do with this stack's folder."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().decode(errors="replace").replace("\0", " ")
            except OSError:
                continue
            if self.dir in words and int(pid) != os.getpid():
                found.append(f"still running: {pid} {words[:200]}")
        with open("/proc/mounts") as mounts:
            found += [f"still mounted: {line.strip()}" for line in mounts if self.dir in line]
        return found

    def logs(self):
        return "\n".join(f"--- {name}\n{process.log_tail()}" for name, process in self.processes.items())


def stop_on_signals(handler):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)
