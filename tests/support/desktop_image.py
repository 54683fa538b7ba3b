# SPDX-License-Identifier: Apache-2.0
"""The desktop image for tests: taken from the cache, or built when it is not there."""
import os
import subprocess

SOURCE = os.environ["CARAWAY_SOURCE"]
BUILD = os.environ["CARAWAY_BUILD"]
RECIPE = os.path.join(SOURCE, "host/image/recipes/debian12-desktop.recipe")
NAME = "debian12-desktop"


def cache_folder():
    root = os.environ.get("CARAWAY_CACHE") or os.path.expanduser("~/.cache/caraway")
    return os.path.join(root, "images")


def guest_program():
    """A caraway-guest without sanitizers: the image has no run-time library for them."""
    given = os.environ.get("CARAWAY_GUEST")
    if given:
        return given
    subprocess.run(["cmake", "--preset", "release"], cwd=SOURCE, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", "caraway-guest"], cwd=SOURCE, check=True,
                   stdout=subprocess.DEVNULL)
    return os.path.join(SOURCE, "build/release/bin/caraway-guest")


def image_tool(store, *words):
    return subprocess.run([os.path.join(BUILD, "bin/caraway-image"), *words, "--store", store], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def provide(store):
    """Makes the image be in the folder `store`; returns the path of its qcow2 file."""
    image_tool(store, "build", RECIPE, "--guest", guest_program(), "--cache", cache_folder())
    return os.path.join(store, NAME + ".qcow2")
