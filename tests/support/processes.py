# SPDX-License-Identifier: Apache-2.0
"""Child processes with a log file each, ended by their id and never by name."""
import os
import random
import signal
import socket
import subprocess
import threading
import time


# As in cmake/CarawayTargets.cmake, for a stack that is started by hand from a sanitized build.
SANITIZERS = {"ASAN_OPTIONS": "intercept_tls_get_addr=0"}


LOADED_S = 60


class Failed(Exception):
    """Something did not come about; the text says what and where to look."""


# Below the range that the kernel gives to outgoing connections: a server that is restarted finds its port free.
PORTS = range(15000, 32000)
given_ports = set()


def free_port():
    """A port of the loopback that nobody listens on now, and that this process did not get before."""
    while True:
        port = random.choice(PORTS)
        if port in given_ports:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        given_ports.add(port)
        return port


def wait_until(condition, limit_s, what, every_s=0.1):
    """The first true value of condition(); Failed after limit_s, and what a loaded machine may add."""
    limit_s += min(2 * limit_s, LOADED_S)
    end = time.monotonic() + limit_s
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"{what}: nothing came within {limit_s:.0f} s")
        pause.wait(every_s)


class Process:
    def __init__(self, name, argv, log_path, env=None):
        self.name, self.argv, self.log_path = name, argv, log_path
        self.env = {**SANITIZERS, **os.environ, **(env or {})}
        self.child, self.was_killed = None, False

    def start(self):
        with open(self.log_path, "ab") as log:
            self.was_killed = False
            self.child = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env,
                                          start_new_session=True)
        return self

    def is_alive(self):
        return self.child is not None and self.child.poll() is None

    def kill(self, signal_number=signal.SIGKILL):
        if self.is_alive():
            self.was_killed |= signal_number == signal.SIGKILL
            self.child.send_signal(signal_number)

    def has_crashed(self):
        """Ended by itself, and not well."""
        return self.child is not None and self.child.poll() not in (None, 0) and not self.was_killed

    def stop(self, limit_s=60):
        """SIGTERM and wait; returns the exit status, or raises Failed when it had to be killed."""
        if self.child is None:
            return None
        self.kill(signal.SIGTERM)
        try:
            return self.child.wait(limit_s)
        except subprocess.TimeoutExpired:
            self.kill()
            self.child.wait()
            raise Failed(f"{self.name} did not end within {limit_s} s of SIGTERM; its log: {self.log_path}") from None

    def log_tail(self, lines=25):
        try:
            with open(self.log_path, errors="replace") as log:
                return "".join(log.readlines()[-lines:])
        except OSError:
            return ""
