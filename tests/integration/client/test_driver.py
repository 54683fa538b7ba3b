# SPDX-License-Identifier: Apache-2.0
"""What drives the client leaves nothing behind, also when it fails halfway."""
import os
import subprocess
import tempfile
import unittest
from unittest import mock

import client_driver
import screen


def children():
    """Names of this process's children."""
    listed = subprocess.run(["ps", "-o", "comm=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return set(listed.stdout.split()) - {"ps"}


class DriverTest(unittest.TestCase):
    def test_client_that_cannot_be_started(self):
        with tempfile.TemporaryDirectory() as folder:
            driver = client_driver.ClientDriver("/nowhere", folder, environment={"NO_TEXT": None})
            with self.assertRaises(TypeError):
                driver.__enter__()
            self.assertFalse(os.path.exists(driver.home))
        self.assertEqual(children(), set())

    def test_window_manager_that_does_not_come(self):
        with mock.patch.object(screen, "wait_until", side_effect=screen.Failed("never")):
            with self.assertRaises(screen.Failed):
                screen.Screen()
        self.assertEqual(children(), set())


if __name__ == "__main__":
    unittest.main()
