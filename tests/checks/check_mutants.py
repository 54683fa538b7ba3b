# SPDX-License-Identifier: Apache-2.0
"""Every security mutant can still be made: its old text stands where it says, and the tests that it names are there."""
import os
import subprocess
import sys

TOP = os.environ["CARAWAY_SOURCE"]
sys.exit(subprocess.run([sys.executable, os.path.join(TOP, "tests", "mutants", "mutants.py"), "--check",
                         os.environ["CARAWAY_BUILD"]]).returncode)
