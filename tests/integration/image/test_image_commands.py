# SPDX-License-Identifier: Apache-2.0
"""caraway-image as an administrator meets it: each mistake gets a sentence with a stable code and an exit status."""
import os
import subprocess
import sys
import tempfile

TOOL = os.path.join(os.environ["CARAWAY_BUILD"], "bin/caraway-image")
RECIPE = os.path.join(os.environ["CARAWAY_SOURCE"], "host/image/recipes/debian12-desktop.recipe")


def run(*words, env=None):
    done = subprocess.run([TOOL, *words], capture_output=True, text=True, timeout=30, env=env)
    return done.returncode, done.stdout, done.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        store = ["--store", os.path.join(folder, "store"), "--cache", os.path.join(folder, "cache")]
        programs = os.path.join(folder, "programs")
        os.mkdir(programs)
        for name in ("rm", "tar", "apt-config"):
            os.symlink(os.path.join("/usr/bin", name), os.path.join(programs, name))
        bare = {**os.environ, "PATH": programs}
        sources = os.path.join(folder, "debian.sources")
        open(sources, "w").close()
        rows = [
            (["--version"], None, 0, "caraway-image "),
            ([], None, 2, "COMMAND"),
            (["frobnicate"], None, 2, "verify NAME"),
            (["show"], None, 2, "show NAME"),
            (["--no-such-option"], None, 2, "no-such-option"),
            (["list", *store], None, 0, "There are no images"),
            (["show", "office", *store], None, 1, "image-missing: There is no image “office”"),
            (["verify", "office", *store], None, 1, "image-missing:"),
            (["delete", "office", *store], None, 1, "image-missing:"),
            (["build", "/no/such.recipe", *store], None, 1, "configuration-wrong: The recipe /no/such.recipe"),
            (["build", RECIPE, "--guest", "/no/such", *store], None, 1, "not-found: The program caraway-guest"),
            (["build", RECIPE, "--guest", "/bin/true", "--sources", sources, *store], bare, 1,
             "not-found: The program mmdebstrap is not installed; install the Debian package mmdebstrap"),
        ]
        for words, env, status, said in rows:
            code, out, err = run(*words, env=env)
            if code != status or said not in out + err:
                print(f"caraway-image {' '.join(words)}: status {code}, wanted {status} and “{said}”\n{out}{err}")
                return 1
        left = [name for name in os.listdir(os.path.join(folder, "cache")) if name != ".lock"]
        if left:
            print(f"a failed build left {left} in its cache")
            return 1
    return 0


sys.exit(main())
