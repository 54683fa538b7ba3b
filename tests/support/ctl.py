# SPDX-License-Identifier: Apache-2.0
"""Runs carawayctl with a configuration folder of its own, with or without a terminal."""
import json
import os
import pty
import select
import subprocess
import time

from processes import Failed


class Ctl:
    def __init__(self, build, folder):
        self.program = os.path.join(build, "bin", "carawayctl")
        self.env = {**os.environ, "XDG_CONFIG_HOME": os.path.join(folder, "config"), "TZ": "UTC", "LC_ALL": "C.UTF-8"}

    def run(self, *words, stdin=""):
        """The finished process, with its output as text."""
        return subprocess.run([self.program, *words], input=stdin, capture_output=True, text=True, env=self.env,
                              timeout=60)

    def ok(self, *words, stdin=""):
        """What a command that must succeed writes to standard output."""
        done = self.run(*words, stdin=stdin)
        if done.returncode != 0 or done.stderr:
            raise Failed(f"carawayctl {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *words, stdin=""):
        return json.loads(self.ok(*words, "--json", stdin=stdin))

    def refused(self, *words, stdin="", code=None, status=1):
        """Standard error of a command that must fail with exit status `status` and the stable code `code`."""
        done = self.run(*words, stdin=stdin)
        if done.returncode != status or (code and f"({code})" not in done.stderr) or done.stdout:
            raise Failed(f"carawayctl {' '.join(words)}: exit {done.returncode}, expected {status} {code}\n"
                         f"{done.stdout}{done.stderr}")
        return done.stderr

    def login(self, server, ca_file, user, password):
        return self.ok("login", "--server", server, "--ca-file", ca_file, "--user", user, stdin=password + "\n")

    def at_terminal(self, *words, answers=(), limit_s=30):
        """(exit status, all that the terminal showed). `answers`: (prompt to wait for, what is typed then)."""
        child, terminal = pty.fork()
        if child == 0:
            os.execve(self.program, [self.program, *words], self.env)
        shown, typed, end = "", list(answers), time.monotonic() + limit_s
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 0.2)[0]:
                continue
            try:
                shown += os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # the terminal's other end was closed
                break
            if typed and typed[0][0] in shown.rsplit("\n", 1)[-1]:
                os.write(terminal, typed.pop(0)[1].encode() + b"\n")
        else:
            os.kill(child, 9)
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown
