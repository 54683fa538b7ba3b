# SPDX-License-Identifier: Apache-2.0
"""The part of the stack that administration needs: a broker and a host's agent. No console can be opened."""
import os

from stack import Stack


class BrokerAndHost(Stack):
    def up(self, ctl):
        """Starts both by hand of `ctl`, which is signed in as the administrator afterwards."""
        for name in ("logs", "broker", "host", "relay", "home"):
            os.mkdir(self.path(name), 0o700)
        self.once([self.program("caraway-broker"), *self.broker_options(), "--create-admin=admin"],
                  input=self.admin_password + "\n")
        self.start("broker", [self.program("caraway-broker"), *self.broker_options()])
        self.ready("broker", self.broker_url)
        ctl.login(self.broker_url, self.ca, "admin", self.admin_password)
        token = ctl.json("host", "join-token")["token"]
        self.once([self.host_program(), *self.host_options(), f"--join={token}"])
        self.start("host", [self.host_program(), *self.host_options()])
