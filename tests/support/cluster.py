# SPDX-License-Identifier: Apache-2.0
"""
Several brokers on one real PostgreSQL: each with a state folder of its own and the authority of the first, and a
scripted host that dials the next broker when its link ends, as caraway-host does.
"""
import os
import shutil
import signal
import tempfile
import threading
import uuid

import websocket

from machines import ADMIN_PASSWORD, GIB, Broker, ScriptedHost
from postgres_server import PostgresServer
from processes import Failed, Process, free_port, wait_until
from rest import Problem


class ClusterBroker(Broker):
    """One of them: `name`, on `database`."""

    def __init__(self, name, database, *options):
        super().__init__()
        self.name = name
        self.argv = [self.program, f"--broker-listen=127.0.0.1:{self.port}",
                     f"--broker-state-directory={self.folder}/state", "--broker-public-address=127.0.0.1",
                     f"--broker-name={name}", f"--broker-database={database}", "--broker-heartbeat-ms=2000", *options]
        self.process = Process(f"broker {name}", self.argv, os.path.join(self.folder, "broker.log"))

    def share_authority(self, other):
        os.makedirs(os.path.join(self.folder, "state"), mode=0o700, exist_ok=True)
        for file in ("ca.pem", "ca.key"):
            shutil.copy(os.path.join(other.folder, "state", file), os.path.join(self.folder, "state", file))

    def kill(self):
        self.process.kill(signal.SIGKILL)
        self.process.child.wait()

    def pause(self):
        self.process.kill(signal.SIGSTOP)

    def resume(self):
        self.process.kill(signal.SIGCONT)

    def down(self):
        self.resume()
        try:
            return super().down()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


class Cluster:
    """`count` brokers that run; `brokers[0]` made the authority. Each has `admin`, signed in there."""

    def __init__(self, count=2, *options):
        self.server = PostgresServer(os.environ["CARAWAY_POSTGRES"])
        self.database = f"cluster-{uuid.uuid4().hex[:12]}"
        address = self.server.new_database(self.database)
        self.brokers = [ClusterBroker(f"b{i + 1}", address, *options) for i in range(count)]

    def up(self):
        first, *others = self.brokers
        first.up()
        for broker in others:
            broker.share_authority(first)
            broker.process.start()
        for broker in others:
            wait_until(broker.answers, 60, f"waiting for the broker {broker.name}")
            broker.admin = broker.sign_in("admin", ADMIN_PASSWORD)
        return self

    def sql(self, statement):
        return self.server.sql(statement, self.database)

    def keeper(self):
        """The name of the broker that holds the lease."""
        return self.sql("SELECT b.name FROM lease l JOIN broker b ON b.instance = l.holder WHERE l.name = 'keeper'")

    def link_of(self, host):
        """The name of the broker that the database says holds the link of `host`."""
        return self.sql(f"SELECT b.name FROM host h JOIN broker b ON b.instance = h.link_broker WHERE h.name = '{host}'")

    def named(self, name):
        return next(broker for broker in self.brokers if broker.name == name)

    def down(self):
        complaints = []
        for broker in self.brokers:
            try:
                if broker.process.is_alive():
                    broker.down()
                else:
                    shutil.rmtree(broker.folder, ignore_errors=True)
            except Failed as error:
                complaints.append(str(error))
        self.server.sql(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        if complaints:
            raise Failed("\n".join(complaints))

    def __enter__(self):
        try:
            return self.up()
        except BaseException:
            self.print_logs()
            self.down()
            raise

    def __exit__(self, kind, *_):
        if kind is not None:
            self.print_logs()
        self.down()

    def print_logs(self):
        for broker in self.brokers:
            print(f"--- {broker.name}\n{broker.process.log_tail(40)}", flush=True)


class RoamingHost(ScriptedHost):
    """Dials `brokers` in turn whenever its link ends; `roams` may be set to False. It obeys only commands of the
    highest term that it has seen, as a real host does; others are kept in `refused`."""

    def __init__(self, brokers, name="kvm1", **options):
        super().__init__(brokers[0], name, **options)
        self.brokers = list(brokers)
        self.roams, self.closed = True, threading.Event()
        self.term, self.refused, self.ended = 0, [], []

    def capacity(self):
        return {"cpus": 64, "memory_mib": 256 * GIB, "memory_free_mib": 200 * GIB, "disk_free_mib": 1000 * GIB}

    def connect(self):
        super().connect()
        self.term = max(self.term, self.welcome["term"])
        return self

    def obey(self, command):
        if command["term"] < self.term:
            self.refused.append(command)
            return
        super().obey(command)

    def serve(self, link):
        super().serve(link)
        self.ended.append(link)
        while self.roams and link is self.socket and not self.closed.wait(0.1):
            self.brokers.append(self.brokers.pop(0))
            self.broker = self.brokers[0]
            try:
                self.connect()
                return
            except (OSError, Failed, ValueError, Problem, websocket.WebSocketException):
                continue

    def hang_up(self):
        self.closed.set()
        super().hang_up()
