# SPDX-License-Identifier: Apache-2.0
"""The supervisor of a shared stack, asked over a Unix socket by the tests that kill and restart its daemons."""
import json
import os
import socket

from processes import Failed


class StackControl:
    """A test's side: StackControl.of_environment().kill("relay")."""

    def __init__(self, path):
        self.path = path

    @classmethod
    def of_environment(cls):
        return cls(os.path.join(os.path.dirname(os.environ["CARAWAY_STACK"]), "control"))

    def ask(self, what, **members):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(60)
            peer.connect(self.path)
            peer.sendall(json.dumps({"do": what, **members}).encode() + b"\n")
            answer = json.loads(peer.makefile().readline())
        if not answer["ok"]:
            raise Failed(answer["detail"])
        return answer

    def kill(self, name):
        """kill -9; returns once the process is gone."""
        self.ask("kill", name=name)

    def start(self, name):
        self.ask("start", name=name)

    def pid(self, name):
        return self.ask("pid", name=name)["pid"]


def read_description():
    with open(os.environ["CARAWAY_STACK"]) as file:
        return json.load(file)


def obey(stack, request):
    name = request.get("name")
    if request["do"] == "kill":
        stack.processes[name].kill()
        stack.processes[name].child.wait()
    elif request["do"] == "start":
        stack.restart(name)
    elif request["do"] == "pid":
        return {"ok": True, "pid": stack.processes[name].child.pid}
    elif request["do"] != "down":
        return {"ok": False, "detail": f"unknown: {request['do']}"}
    return {"ok": True}


def serve(stack, path):
    """Obeys until `down` comes."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(4)
        while True:
            peer, _ = listener.accept()
            with peer:
                request = json.loads(peer.makefile().readline())
                try:
                    answer = obey(stack, request)
                except Exception as failure:
                    answer = {"ok": False, "detail": f"{type(failure).__name__}: {failure}"}
                peer.sendall(json.dumps(answer).encode() + b"\n")
                if request["do"] == "down":
                    break
    os.unlink(path)
