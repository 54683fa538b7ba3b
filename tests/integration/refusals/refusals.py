# SPDX-License-Identifier: Apache-2.0
"""
Every way to be refused that a person meets: each gives a sentence, a stable code, and loses nothing. Broker, host,
relay and portal are real; the hypervisor is the fake. With --postgres the broker's database is on a server.
"""
import os
import signal
import subprocess
import sys

from desktop import ready_session
from fake_stack import fake_stack
from postgres_server import PostgresServer
from processes import Failed, wait_until
from rest import Problem, Rest


def refused(code, status, call):
    try:
        answer = call()
    except Problem as problem:
        assert (problem.code, problem.status) == (code, status), problem
        assert problem.detail and problem.detail.endswith("."), problem
        return problem
    raise AssertionError(f"not refused with {code}: {answer}")


def add_user(stack, name, entitled=True):
    stack.admin.call("POST", "users", {"name": name, "full_name": name, "password": "a long enough password"})
    if entitled:
        stack.admin.call("PUT", f"groups/staff/members/{name}")
    user = Rest(stack.portal_url, stack.ca)
    user.login(name, "a long enough password")
    return user


def sign_in(stack):
    anonymous = Rest(stack.portal_url, stack.ca)
    refused("wrong-name-or-password", 401, lambda: anonymous.login("demo", "wrong"))
    refused("wrong-name-or-password", 401, lambda: anonymous.login("nobody-of-that-name", "wrong"))
    refused("not-signed-in", 401, lambda: anonymous.call("GET", "desktops"))


def pools(stack):
    outsider = add_user(stack, "outsider", entitled=False)
    assert outsider.items("desktops") == []
    refused("unknown-pool", 404, lambda: outsider.connect("nowhere"))
    problem = refused("not-entitled", 403, lambda: outsider.connect("office"))
    assert problem.reasons, "no reasons were given"
    refused("not-permitted", 403, lambda: outsider.items("users"))
    refused("image-missing", 409, lambda: stack.admin.call("POST", "images", {"name": "no-such-image"}))
    refused("image-missing", 409, lambda: stack.admin.call(
        "POST", "pools", {"name": "other", "kind": "floating", "image": "no-such-image", "size": 1, "spares": 0, "vcpus": 1,
                          "memory_mib": 512}))


def full(stack):
    """Two desktops, three users: the third is told why; the second's is given back and the third gets one."""
    first, second, third = (add_user(stack, name) for name in ("first", "second", "third"))
    mine = ready_session(first, "office", 60)
    yours = ready_session(second, "office", 60)
    assert mine["desktop"]["id"] != yours["desktop"]["id"]
    assert refused("no-free-desktop", 409, lambda: third.connect("office")).reasons
    assert ready_session(first, "office", 60)["id"] == mine["id"], "one's own desktop was not resumed"
    refused("not-found", 404, lambda: third.call("GET", f"sessions/{mine['id']}"))
    second.call("POST", f"sessions/{yours['id']}/logoff")

    def gets_one():
        try:
            return ready_session(third, "office", 60)
        except Problem as problem:
            assert problem.code == "no-free-desktop", problem
            return None
    theirs = wait_until(gets_one, 60, "a desktop made anew")
    assert theirs["desktop"]["id"] != yours["desktop"]["id"], "a used desktop was handed on"
    return first, mine


def host_silent(stack, first, mine):
    """The host is cut off, its desktops are not: nothing is lost when it is back."""
    stack.processes["host"].kill(signal.SIGSTOP)
    try:
        wait_until(lambda: stack.host()["state"] != "up", 60, "the host being noticed as gone")
        refused("host-gone", 503, lambda: first.call("POST", f"sessions/{mine['id']}/grants", {"viewer": "native"}))
    finally:
        stack.processes["host"].kill(signal.SIGCONT)
    stack.host_up()
    assert first.call("GET", f"sessions/{mine['id']}")["desktop"]["id"] == mine["desktop"]["id"]
    assert first.call("POST", f"sessions/{mine['id']}/grants", {"viewer": "native"})["grant"]


def desktops_lost(stack, first, mine):
    """The host comes back without its guests (the fake's end with it): the user is told, and gets another desktop."""
    stack.processes["host"].kill()
    stack.processes["host"].child.wait()
    stack.restart("host")

    def is_told():
        try:
            first.call("POST", f"sessions/{mine['id']}/grants", {"viewer": "native"})
        except Problem as problem:
            assert problem.code in ("host-gone", "session-ended"), problem
            return problem.code == "session-ended"
    wait_until(is_told, 60, "the end of the session on a lost desktop")
    stack.host_up()

    def gets_another():
        try:
            return ready_session(first, "office", 60)
        except Problem as problem:
            assert problem.code in ("no-free-desktop", "host-gone"), problem
    assert wait_until(gets_another, 60, "another desktop")["id"] != mine["id"]


def disk_full(stack):
    """A desktop cannot be made: the pool and the refusal say that the disk is full, and it heals by itself."""
    faults = stack.path("host", "faults")
    os.makedirs(faults, exist_ok=True)
    with open(os.path.join(faults, "no-space"), "w"):
        pass
    stack.admin.call("POST", "pools", {"name": "crowded", "description": "", "kind": "floating", "image": "tiny", "size": 1,
                                       "spares": 1, "vcpus": 1, "memory_mib": 256})
    stack.admin.call("PUT", "pools/crowded/entitlements/user/demo")
    user = Rest(stack.portal_url, stack.ca)
    user.login("demo", stack.password)

    def is_told():
        problems = stack.admin.call("GET", "pools/crowded")["problems"]
        return problems if any("no-disk-space" in str(problem) or "disk" in str(problem) for problem in problems) else None
    print(wait_until(is_told, 60, "the pool saying that the disk is full"))
    try:
        session = user.connect("crowded")
        wait_until(lambda: any("disk" in reason for reason in user.call("GET", f"sessions/{session['id']}")["reasons"]),
                   60, "the session saying that the disk is full")
    except Problem as problem:
        assert problem.code in ("no-disk-space", "no-capacity", "no-free-desktop"), problem
        assert "disk" in " ".join([problem.detail, *problem.reasons]), (problem, problem.reasons)
    os.unlink(os.path.join(faults, "no-space"))
    wait_until(lambda: ready_or_none(user, "crowded"), 90, "a desktop once there is space")


def ready_or_none(user, pool):
    try:
        return ready_session(user, pool, 5)
    except (Problem, Failed):
        return None


def ports_taken(stack):
    """Another daemon of each kind on a port that is taken; the one that has it goes on."""
    other = os.path.join(stack.dir, "other")
    os.mkdir(other, 0o700)
    for name in ("broker", "relay", "portal"):
        process = stack.processes[name]
        argv = list(process.argv)
        if name == "broker":  # a second one on the same state is refused for that
            argv += [f"--broker-state-directory={other}", f"--broker-database={other}/caraway.db"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, (name, done.returncode, done.stderr)
        assert "port-in-use" in done.stderr, (name, done.stderr)
        assert process.is_alive()


def broker_away(stack):
    stack.processes["broker"].kill()
    stack.processes["broker"].child.wait()
    refused("unreachable", 502, lambda: Rest(stack.portal_url, stack.ca).login("demo", stack.password))
    stack.restart("broker")
    stack.ready("broker", stack.broker_url)
    stack.host_up()
    Rest(stack.portal_url, stack.ca).login("demo", stack.password)


def main(arguments):
    os.environ.setdefault("CARAWAY_SOURCE", ".")
    database = None
    if "--postgres" in arguments:
        database = PostgresServer(os.environ["CARAWAY_POSTGRES"]).new_database(f"refusals-{os.getpid()}")
    with fake_stack(database=database) as stack:
        stack.wait_spare(60)
        sign_in(stack)
        pools(stack)
        first, mine = full(stack)
        host_silent(stack, first, mine)
        desktops_lost(stack, first, mine)
        disk_full(stack)
        ports_taken(stack)
        broker_away(stack)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
