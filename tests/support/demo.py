# SPDX-License-Identifier: Apache-2.0
"""`./run demo`: everything on this machine, for a person to try or, with --smoke, checked without one."""
import argparse
import json
import os
import subprocess
import sys
import threading
import time

from processes import Failed
from stack import Stack, stop_on_signals

IMAGE = "debian12-desktop"


def say(text):
    print(f"    {text}", file=sys.stderr, flush=True)


class Interrupted(Exception):
    pass


def interrupt(*_):
    raise Interrupted


def accelerator(stack):
    host = stack.host()
    say(f"accelerator: {host['accelerator']} ({host['accelerator_reason']})")
    return host["accelerator"]


def smoke(stack, arguments, chosen, started):
    top = os.path.dirname(os.path.dirname(os.path.abspath(arguments.build)))
    screenshot = os.path.join(top, "build", "smoke.png")
    total_setup_s = round(time.time() - started, 1)
    say("signing in through the portal, opening the console, typing")
    probe = subprocess.run(
        [stack.program("caraway-probe"), "--server", stack.portal_url, "--ca-file", stack.ca, "--user", "demo",
         "--pool", "office", "--screenshot", screenshot, "--type", "echo Caraway smoke test", "--json"],
        env={**os.environ, "CARAWAY_PASSWORD": stack.password}, capture_output=True, text=True, timeout=300)
    sys.stderr.write(probe.stderr)
    if probe.returncode != 0:
        raise Failed(f"the probe ended with {probe.returncode}: {probe.stderr.strip()[-500:]}")
    measured = json.loads(probe.stdout.strip().splitlines()[-1])
    return {**measured, "total_setup_s": total_setup_s, "accelerator": chosen, "screenshot": screenshot}


def show(stack):
    print(f"""
  Caraway is up.
    Open      {stack.portal_url}   (its certificate is signed by {stack.ca})
    Sign in   demo / {stack.password}            administrator: admin / {stack.admin_password}
    Client    {stack.program('caraway-client')} --server {stack.portal_url} --ca-file {stack.ca} --user demo
    Command   {stack.program('carawayctl')} login --server {stack.portal_url} --ca-file {stack.ca} --user admin
    Logs      {stack.path('logs')}
  Ctrl-C ends everything and leaves nothing running.
""", flush=True)
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        stack.start("client", [stack.program("caraway-client"), "--server", stack.portal_url, "--ca-file", stack.ca,
                               "--user", "demo"])
    threading.Event().wait()


def run(arguments):
    started = float(arguments.started or time.time())
    stack = Stack(arguments.build, arguments.store, say=say)
    stop_on_signals(interrupt)
    result, status = None, 0
    try:
        stack.up()
        chosen = accelerator(stack)
        stack.provision(IMAGE, *((1, 1) if arguments.smoke else (4, 2)))
        stack.wait_spare()
        if arguments.smoke:
            result = smoke(stack, arguments, chosen, started)
        else:
            show(stack)
    except Interrupted:
        say("ending")
        status = 1 if arguments.smoke else 0
    except Exception as failure:  # whatever it was, the guests have to end
        print(f"demo: {failure}\n{stack.logs()}", file=sys.stderr)
        status = 1
    stop_on_signals(lambda *_: None)
    complaints = stack.down()
    for complaint in complaints:
        print(f"demo: {complaint}", file=sys.stderr)
    if result:
        print(json.dumps(result), flush=True)
    return status or (1 if complaints else 0)


def main():
    parser = argparse.ArgumentParser(prog="./run demo")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--store", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--started", help=argparse.SUPPRESS)
    parser.add_argument("--smoke", action="store_true", help="without a person: check one desktop and end")
    sys.exit(run(parser.parse_args()))


if __name__ == "__main__":
    main()
