# SPDX-License-Identifier: Apache-2.0
"""An X server of the test's own, its pictures, and what is to be seen in them."""
import os
import subprocess

from PIL import Image

from processes import Failed, wait_until


class Screen:
    """Xvfb with a window manager; `env` is for the programs under test."""

    def __init__(self, width=1280, height=900):
        reader, writer = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24", "-nolisten",
                                        "tcp"], pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        self.manager = None
        try:
            self.begin(reader)
        except BaseException:
            self.close()
            raise

    def begin(self, reader):
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise Failed("Xvfb did not start")
        self.display = f":{number}"
        self.env = {**os.environ, "DISPLAY": self.display, "NO_AT_BRIDGE": "1"}
        self.manager = subprocess.Popen(["openbox"], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # A window that comes before its manager gets no place, no focus and no full screen.
        wait_until(self.is_managed, 20, "the window manager")

    def is_managed(self):
        return subprocess.run(["xdotool", "get_num_desktops"], env=self.env, capture_output=True).returncode == 0

    def close(self):
        for process in (self.manager, self.server):
            if process is not None:
                process.terminate()
                process.wait()

    def run(self, *argv):
        return subprocess.run(argv, env=self.env, check=True, capture_output=True, text=True, timeout=60).stdout

    def shot(self, path):
        """A picture of the whole screen at `path` (PNG); returns it opened."""
        subprocess.run(["import", "-window", "root", path], env=self.env, check=True, timeout=60)
        with Image.open(path) as picture:
            return picture.convert("RGB")

    def wait_window(self, title, limit_s=60):
        def found():
            done = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], env=self.env,
                                  capture_output=True, text=True)
            return done.stdout.split()
        return wait_until(found, limit_s, f"a window “{title}”")[0]

    def key(self, *keys):
        self.run("xdotool", "key", "--delay", "60", *keys)

    def type(self, text):
        self.run("xdotool", "type", "--delay", "60", text)


def near_colour(picture, rgb, tolerance):
    import numpy
    pixels = numpy.asarray(picture).astype(int)
    return (abs(pixels - numpy.array(rgb)) <= tolerance).all(axis=2)


def colour_share(picture, rgb, tolerance=12):
    """The share (0 … 1) of the pixels that have this colour."""
    return float(near_colour(picture, rgb, tolerance).mean())


def colour_box(picture, rgb, tolerance=12):
    """The smallest box with all pixels of this colour in it: left, top, right, bottom."""
    rows, columns = near_colour(picture, rgb, tolerance).nonzero()
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


def paint_command(rgb):
    """A line for the guest's shell that fills its terminal with the colour, and nothing else."""
    red, green, blue = rgb
    return f"printf '\\e[48;2;{red};{green};{blue}m\\e[2J\\e[?25l'; read x"
