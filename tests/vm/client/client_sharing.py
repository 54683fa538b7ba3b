# SPDX-License-Identifier: Apache-2.0
"""
What caraway-client shares with a real guest: text goes both ways over the clipboard, the guest's sound is heard here, and
the menu of keys reaches the guest. Works on the running stack that CARAWAY_STACK describes.
"""
import os
import random
import subprocess
import sys
import tempfile

from client_driver import ClientDriver
from processes import Failed, wait_until
from screen import colour_box, colour_share
from sound_server import SoundServer
from stack_control import read_description

# Of this run only: the terminal of another one may still be on the desktop.
PASTED, WAITING, HANDLED = [(red, random.randrange(20, 236), random.randrange(20, 236)) for red in (60, 130, 200)]
SHARE = 0.10
TONE_HZ = 587
BUILD = os.environ["CARAWAY_BUILD"]
ARTEFACTS = os.path.join(os.path.dirname(BUILD), "artefacts", "client-sharing")
# lxsession-logout is what the desktop answers Ctrl+Alt+Del with; its name in /proc is cut after 15 characters.
LOG_OFF_DIALOG = "lxsession-logou"


def paint(rgb):
    red, green, blue = rgb
    return f"printf '\\e[48;2;{red};{green};{blue}m\\e[2J'"


def copy(client, text):
    """To the clipboard of the client's display, as any program there would."""
    subprocess.run(["xclip", "-selection", "clipboard"], input=text, text=True, env=client.screen.env, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def clipboard(client):
    done = subprocess.run(["timeout", "5", "xclip", "-selection", "clipboard", "-out"], env=client.screen.env,
                          capture_output=True, text=True)
    return done.stdout


def press_and_see(client, *keys):
    """Until the picture answers: a key that comes before the guest is done with the last one may be lost on it."""
    before = client.shot("seen").tobytes()
    client.screen.key(*keys)
    wait_until(lambda: client.shot("seen").tobytes() != before, 10, f"the guest's answer to {keys}")


def run_in_guest(client, command, has_happened, what, limit_s=15):
    """By the clipboard, in the terminal that has the keyboard; what ran there before is interrupted. Once more when a
    busy guest lost a key."""
    for attempt in range(3):
        copy(client, command)
        try:
            press_and_see(client, "ctrl+c")
            press_and_see(client, "ctrl+shift+v")
            client.screen.key("Return")
            wait_until(has_happened, limit_s, what, 0.3)
            return
        except Failed:
            if attempt == 2:
                raise


def is_painted(client, rgb, name):
    client.alive()
    return colour_share(client.shot(name), rgb) >= SHARE


def pastes_here(client):
    """The colour comes only of the pasted command."""
    run_in_guest(client, paint(PASTED) + "; read x", lambda: is_painted(client, PASTED, "3-pasted"), "the pasted colour")


def copies_there(client):
    """A word that only the guest's shell can have put together, selected and copied in its terminal."""
    left, top, right, bottom = colour_box(client.shot("3-pasted"), PASTED)

    def has_come():
        client.screen.run("xdotool", "mousemove", str(left + 20), str((top + bottom) // 2), "click", "--repeat", "2",
                          "--delay", "80", "1")
        client.screen.key("ctrl+shift+c")
        client.shot("4-selected")
        return clipboard(client) == "caraway-42"
    run_in_guest(client, "clear; yes caraway-$((6*7)) | head -n 40; read x", has_come, "the guest's word on the clipboard")


def plays_here(client, sound):
    level, _ = sound.tone(0.2)
    assert level == 0, level

    def is_heard():
        client.alive()
        level, frequency = sound.tone()
        print(f"level {level:.3f}, {frequency:.0f} Hz", flush=True)
        return level > 0.01 and abs(frequency - TONE_HZ) < 10
    run_in_guest(client, f"speaker-test -t sine -f {TONE_HZ} >/dev/null", is_heard, "the guest's tone", 30)


def sends_keys(client, desktop):
    """The guest waits for the dialog that answers Ctrl+Alt+Del, ends it, and paints."""
    run_in_guest(client, f"{paint(WAITING)}; until f=$(grep -ls {LOG_OFF_DIALOG} /proc/[0-9]*/comm); do sleep 1; done; "
                 f"f=${{f%/comm}}; kill ${{f#/proc/}}; {paint(HANDLED)}; read x",
                 lambda: is_painted(client, WAITING, "5-waiting"), "a terminal that waits for Ctrl+Alt+Del")
    client.open_keys_menu(desktop)
    client.shot("6-keys")
    client.screen.key("Down", "Return")
    client.wait_colour(HANDLED, SHARE, 40, "7-handled")


def main():
    stack = read_description()
    with tempfile.TemporaryDirectory() as folder, SoundServer(folder) as sound, \
            ClientDriver(BUILD, ARTEFACTS, "--server", stack["portal"], "--ca-file", stack["ca"], "--user", stack["user"],
                         "--pool", stack["pool"], environment=sound.client_env) as client:
        client.sign_in(stack["password"])
        client.wait_title(stack["pool"] + "-", 300)
        client.wait_desktop("1-desktop")
        client.open_terminal("2-terminal")
        for act, more in ((pastes_here, ()), (copies_there, ()), (plays_here, (sound,)), (sends_keys, (stack["pool"],))):
            act(client, *more)
            print(f"{act.__name__}: good", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
