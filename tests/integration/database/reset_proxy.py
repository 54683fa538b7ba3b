# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy in front of a PostgreSQL server that breaks connections around their commits: before the server is sent
COMMIT, or between the server's doing it and the broker's hearing of it."""
import selectors
import socket
import threading

from processes import free_port

BEFORE, AFTER = "before", "after"


class ResetProxy:
    """Breaks every commit that `chooses` (called with a number that counts up) names BEFORE or AFTER."""

    def __init__(self, target, chooses=lambda number: None):
        self.target, self.chooses = target, chooses
        self.commits, self.resets = 0, 0
        self.lock = threading.Lock()
        self.port = free_port()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def choose(self, data):
        if b"COMMIT" not in data:
            return None
        with self.lock:
            self.commits += 1
            choice = self.chooses(self.commits)
            self.resets += choice is not None
            return choice

    def carry(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.target), 10)
            with client, server, selectors.DefaultSelector() as waits:
                waits.register(client, selectors.EVENT_READ, server)
                waits.register(server, selectors.EVENT_READ, client)
                while self.pass_on(client, waits):
                    pass
        except OSError:
            return

    def pass_on(self, client, waits):
        for key, _ in waits.select():
            data = key.fileobj.recv(65536)
            choice = self.choose(data) if key.fileobj is client else None
            if not data or choice == BEFORE:
                return False
            key.data.sendall(data)
            if choice == AFTER:  # the server's answer says that it is done; nobody else gets to read it
                key.data.recv(1)
                return False
        return True

    def close(self):
        self.listener.close()
