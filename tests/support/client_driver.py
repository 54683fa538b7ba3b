# SPDX-License-Identifier: Apache-2.0
"""caraway-client in an X server of the test's own, driven by its keys and watched by its titles and pictures."""
import contextlib
import os
import shutil
import subprocess
import tempfile

from processes import Failed, wait_until
from screen import Screen, colour_share

# The middle of the button “Send keys” in the theme that the tests use.
KEYS_FROM_RIGHT, KEYS_FROM_TOP = 239, 26


class ClientDriver:
    """with ClientDriver(build, artefacts, "--server", url) as client: client.wait_title("Sign in") …"""

    def __init__(self, build, artefacts, *options, language="C.UTF-8", environment=None):
        self.program = os.path.join(build, "bin", "caraway-client")
        self.artefacts, self.options, self.language = artefacts, options, language
        self.environment = environment or {}

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            self.begin(undo)
            self.undo = undo.pop_all()
        return self

    def begin(self, undo):
        """Nothing stays behind of a beginning that fails halfway."""
        os.makedirs(self.artefacts, exist_ok=True)
        self.home = tempfile.mkdtemp(prefix="caraway-client-")
        undo.callback(shutil.rmtree, self.home, ignore_errors=True)
        os.mkdir(os.path.join(self.home, "gtk-3.0"))
        with open(os.path.join(self.home, "gtk-3.0", "settings.ini"), "w") as settings:
            settings.write("[Settings]\ngtk-enable-animations=0\n")  # pictures of states, not of ways between them
        self.screen = Screen()
        undo.callback(self.screen.close)
        # GTK and spice-gtk warn about what a bare X server lacks; such a warning is no failure of ours.
        env = {key: value for key, value in self.screen.env.items() if key != "G_DEBUG"}
        env.update({"XDG_CONFIG_HOME": self.home, "LC_ALL": self.language, "LANGUAGE": "", "GTK_THEME": "Adwaita",
                    **self.environment})
        self.log_path = os.path.join(self.artefacts, "client.log")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(["dbus-run-session", "--", self.program, *self.options], env=env,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        undo.callback(self.end)

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, 15)
            self.process.wait(20)

    def __exit__(self, kind, *_):
        with self.undo:
            if kind is not None:
                self.shot("failure")
                with open(self.log_path, errors="replace") as log:
                    print(log.read()[-4000:])

    def alive(self):
        if self.process.poll() is not None:
            raise Failed(f"caraway-client ended with {self.process.returncode}, see {self.log_path}")

    def titles(self):
        self.alive()
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", ".", "getwindowname", "%@"],
                               env=self.screen.env, capture_output=True, text=True)
        return found.stdout.splitlines()

    def wait_title(self, text, limit_s=60):
        """Until a window's title has `text` in it."""
        wait_until(lambda: any(text in title for title in self.titles()), limit_s, f"a window “{text}”")

    def shot(self, name):
        return self.screen.shot(os.path.join(self.artefacts, name + ".png"))

    def settled(self, name, limit_s=20):
        """Until the screen holds still; its last picture is kept as `name`.png."""
        last = []

        def holds_still():
            self.alive()
            last.append(self.shot(name).tobytes())
            return len(last) >= 3 and last[-1] == last[-2] == last[-3]
        wait_until(holds_still, limit_s, "a picture that holds still", 0.2)

    def wait_colour(self, rgb, share, limit_s, name, keys=()):
        """Until the colour covers this share of the screen; the last picture is kept as `name`.png either way. `keys` are
        pressed before each look: a desktop that is just being opened does not take any yet."""
        def covers():
            self.alive()
            if keys:
                self.screen.key(*keys)
            return colour_share(self.shot(name), rgb) >= share
        wait_until(covers, limit_s, f"a picture with {share:.0%} of the colour {rgb}", 0.5)

    def sign_in(self, password):
        """On the sign-in page, where the user name is known."""
        self.wait_title("Sign in")
        self.screen.type(password)
        self.screen.key("Return")

    def wait_desktop(self, name, limit_s=120):
        """Until the desktop itself is on the screen: a picture of more than a handful of colours that holds still."""
        last = []

        def is_still():
            self.alive()
            picture = self.shot(name)
            colours = picture.getcolors(1 << 20)
            rich = colours is None or len(colours) > 64
            small = picture.resize((64, 48)).tobytes()
            last.append(small)
            return rich and len(last) >= 3 and last[-1] == last[-2] == last[-3]
        wait_until(is_still, limit_s, "the desktop's picture", 1.0)

    def resize(self, title, width, height):
        window = self.screen.wait_window(title)
        self.screen.run("xdotool", "windowsize", window, str(width), str(height))

    def wait_filled(self, title, name, limit_s=90):
        """Until the desktop has the shape of its window: a picture of another shape leaves a bar of one colour at the left
        and right, while the wallpaper with the panel under it has several from top to bottom."""
        def is_filled():
            self.alive()
            window = self.screen.wait_window(title)
            place = dict(line.split("=") for line in self.screen.run("xdotool", "getwindowgeometry", "--shell", window).split())
            x, y, width, height = (int(place[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
            picture = self.shot(name)
            return all(len(picture.crop((column, y + height // 2, column + 1, y + height - 2)).getcolors()) > 4
                       for column in (x + 8, x + width - 9))
        wait_until(is_filled, limit_s, f"a desktop that fills the window “{title}”", 0.5)

    def open_terminal(self, name, limit_s=180):
        """Ctrl+Alt+T, until the picture has changed in a good part; pressed again when a busy guest lost it."""
        before = self.shot(name).resize((160, 112)).convert("L")

        def has_changed():
            self.alive()
            now = self.shot(name).resize((160, 112)).convert("L")
            changed = sum(abs(a - b) > 24 for a, b in zip(before.tobytes(), now.tobytes()))
            return changed > 0.05 * 160 * 112
        for attempt in range(3):
            self.screen.key("ctrl+alt+t")
            try:
                wait_until(has_changed, limit_s / 3, "a terminal after Ctrl+Alt+T", 0.5)
                break
            except Failed:
                if attempt == 2:
                    raise
        self.wait_desktop(name)

    def open_keys_menu(self, desktop):
        """Of the window with the desktop named so, by a click in its header bar."""
        geometry = dict(line.split("=") for line in self.screen.run(
            "xdotool", "search", "--onlyvisible", "--name", desktop, "getwindowgeometry", "--shell").split())
        x, y = int(geometry["X"]) + int(geometry["WIDTH"]) - KEYS_FROM_RIGHT, int(geometry["Y"]) + KEYS_FROM_TOP
        below = (x - 60, y + 40, x + 60, y + 200)
        before = self.shot("menu").crop(below).tobytes()
        self.screen.run("xdotool", "mousemove", str(x), str(y), "click", "1")
        wait_until(lambda: self.shot("menu").crop(below).tobytes() != before, 20, "the menu of keys")

    def paint(self, rgb, share, name, attempts=3):
        """Types a command that fills the guest's terminal with the colour, slowly: a busy guest loses keys that come fast,
        and then the line is thrown away and typed again."""
        red, green, blue = rgb
        command = f"printf '\\e[48;2;{red};{green};{blue}m\\e[2J'; read x"
        for attempt in range(attempts):
            self.screen.key("ctrl+c")
            self.screen.run("xdotool", "type", "--delay", "250", command)
            self.screen.key("Return")
            try:
                self.wait_colour(rgb, share, 40, name)
                return
            except Failed:
                if attempt == attempts - 1:
                    raise
