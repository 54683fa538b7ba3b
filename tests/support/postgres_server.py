# SPDX-License-Identifier: Apache-2.0
"""
A real PostgreSQL of Debian for tests: a cluster of its own in a folder below /tmp, durable (fsync on), reached over a
Unix socket in that folder and over loopback with a password. PostgreSQL refuses to run as root, so root runs it as the
user that Debian's package makes.

As a program: postgres_server.py start|stop NAME (what ctest's fixture calls).
"""
import glob
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile

USER = "caraway"
PASSWORD = "not a secret 1"  # of the loopback port; tests look for it where it must not be
SETTINGS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "200",
            "shared_buffers": "'64MB'", "log_min_messages": "warning", "log_destination": "'stderr'"}


def programs():
    """Where Debian keeps the server's programs: the newest version."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"), key=lambda path: int(path.split("/")[4]))
    if not found:
        raise RuntimeError("PostgreSQL is missing: apt-get install postgresql-15")
    return os.path.dirname(found[-1])


def folder_of(name):
    """Short, because the path of a Unix socket is; the same for the same name."""
    return os.path.join("/tmp", "caraway-pg-" + hashlib.sha256(name.encode()).hexdigest()[:10])


class PostgresServer:
    """One cluster in `folder` (a new one when none is given)."""

    def __init__(self, folder=None, port=5432, loopback=False):
        self.folder = folder or tempfile.mkdtemp(prefix="caraway-pg-", dir="/tmp")
        self.port, self.loopback = port, loopback
        self.data = os.path.join(self.folder, "data")

    def run(self, program, *args, check=True, stdin=None):
        """A program of the server, as a user that it accepts."""
        prefix = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            prefix = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        done = subprocess.run([*prefix, os.path.join(programs(), program), *args], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, cwd="/",
                              env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{program} ended with {done.returncode}: {done.stdout}{self.log_tail()}")
        return done

    def create(self):
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o755)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        password = os.path.join(self.folder, "password")
        with open(password, "w", encoding="utf-8") as file:
            file.write(PASSWORD + "\n")
        os.chmod(password, 0o644)
        self.run("initdb", "-D", self.data, "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust",
                 "--auth-host=scram-sha-256", f"--pwfile={password}", "--no-instructions")
        return self

    def start(self):
        listen = "127.0.0.1" if self.loopback else ""
        settings = {**SETTINGS, "port": str(self.port), "unix_socket_directories": f"'{self.folder}'",
                    "listen_addresses": f"'{listen}'"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self.run("pg_ctl", "-D", self.data, "-l", os.path.join(self.folder, "log"), "-w", "-t", "60", "-o", options,
                 "start")
        return self

    def pid(self):
        try:
            with open(os.path.join(self.data, "postmaster.pid"), encoding="utf-8") as file:
                return int(file.readline())
        except (OSError, ValueError):
            return None

    def backends(self):
        """The processes of the server, its first one included."""
        first = self.pid()
        with open(f"/proc/{first}/task/{first}/children", encoding="utf-8") as file:
            return [first, *map(int, file.read().split())]

    def kill(self):
        """As a power cut would end it: every process at once, nothing written."""
        for pid in self.backends():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        # Where nobody collects the dead, pg_ctl would take their first process for a server that runs.
        for lock in (os.path.join(self.data, "postmaster.pid"), os.path.join(self.folder, f".s.PGSQL.{self.port}.lock")):
            os.unlink(lock)

    def pause(self):
        for pid in self.backends():
            os.kill(pid, signal.SIGSTOP)

    def resume(self):
        for pid in self.backends():
            os.kill(pid, signal.SIGCONT)

    def stop(self, mode="fast"):
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", "60", "stop", check=False)

    def remove(self):
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_tail(self):
        try:
            with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
                return file.read()[-2000:]
        except OSError:
            return ""

    def sql(self, statement, database="postgres"):
        """What psql prints for the statement: rows of columns parted by |."""
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p",
                        str(self.port), "-U", USER, "-d", database, "-c", statement).stdout.strip()

    def new_database(self, name):
        """A database whose text sorts as people expect, which must not matter to us; returns its address."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING \'UTF8\' LOCALE_PROVIDER icu'
                 " ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'")
        return self.address(name)

    def address(self, name):
        return f"postgresql://{USER}@/{name}?host={self.folder}&port={self.port}"

    def __enter__(self):
        return self.create().start()

    def __exit__(self, *_):
        self.remove()


def main(command, name):
    server = PostgresServer(folder_of(name))
    server.remove()  # what an earlier run left, too
    if command == "start":
        server.create().start()
        print(server.folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
