# SPDX-License-Identifier: Apache-2.0
"""The real host agent (on the fake hypervisor) and the real portal beside two brokers, of which they are told one."""
import os
import shutil
import subprocess
import tempfile
import unittest

from cluster import Cluster
from host_machines import make_image
from processes import Failed, Process, free_port, wait_until
from rest import Problem, Rest


class RealMachines(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="caraway-m-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.bin = os.path.join(os.environ["CARAWAY_BUILD"], "bin")

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def join(self, cluster, role, argv):
        token = cluster.brokers[0].admin.call("POST", "hosts/join-tokens", {"role": role})["token"]
        done = subprocess.run([*argv, f"--join={token}"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        process = Process(role, argv, self.path(f"{role}.log")).start()
        self.addCleanup(process.stop)
        return process

    def host(self, cluster):
        os.makedirs(self.path("images"))
        make_image(self.path("images"), "tiny")
        return self.join(cluster, "host", [
            os.path.join(self.bin, "caraway-host-fake"), "--host-name=kvm1",
            f"--host-broker={cluster.brokers[0].url}", f"--host-state-directory={self.path('host')}",
            f"--host-image-directory={self.path('images')}",
            f"--host-libvirt-uri=qemu:///embed?root={self.path('host', 'v')}", "--host-relay-address=127.0.0.1",
            f"--host-relay-port={free_port()}", f"--host-relay-socket={self.path('control')}",
            f"--host-relay-state-directory={self.path('relay')}"])

    def test_host_goes_on_with_the_next_broker(self):
        with Cluster(2) as cluster:
            first, second = cluster.brokers
            process = self.host(cluster)
            try:
                wait_until(lambda: cluster.link_of("kvm1") == "b1", 30, "waiting for the host")
                second.admin.call("POST", "images", {"name": "tiny"})
                second.admin.call("POST", "pools", {"name": "office", "image": "tiny", "size": 3, "spares": 1})
                self.wait_spare(second)
                first.kill()
                wait_until(lambda: cluster.link_of("kvm1") == "b2", 60, "waiting for the host at the other broker")
                wait_until(lambda: cluster.keeper() == "b2", 60, "waiting for the other broker to keep the pools")
                second.admin.call("PATCH", "pools/office", {"spares": 2})
                self.wait_spare(second, 2)
                # It starts anew, its own broker is still away, and it remembers the other one.
                process.stop()
                wait_until(lambda: cluster.sql("SELECT state FROM host") == "silent", 30, "waiting for the host to end")
                process.start()
                wait_until(lambda: cluster.sql("SELECT state FROM host") == "up", 60, "waiting for the host to come back")
                self.assertEqual(cluster.link_of("kvm1"), "b2")
            except Failed:
                print(process.log_tail(40), flush=True)
                raise

    def wait_spare(self, broker, count=1):
        wait_until(lambda: sum(item["assignment"] == "spare" for item in broker.admin.items("admin/desktops")) >= count, 60,
                   f"waiting for {count} spare desktops")

    def test_portal_goes_on_with_the_next_broker(self):
        with Cluster(2) as cluster:
            first, second = cluster.brokers
            port = free_port()
            web = os.path.join(os.environ["CARAWAY_SOURCE"], "portal", "web")
            portal = self.join(cluster, "portal", [
                os.path.join(self.bin, "caraway-portal"), f"--portal-listen=127.0.0.1:{port}", "--portal-name=edge",
                f"--portal-broker={first.url}", f"--portal-state-directory={self.path('portal')}",
                f"--portal-web-directory={web}", "--portal-addresses=127.0.0.1"])
            through = Rest(f"https://127.0.0.1:{port}", first.ca, first.admin.token)

            def answers():
                try:
                    return through.call("GET", "me")["name"] == "admin"
                except (OSError, Problem):
                    return False
            wait_until(answers, 60, "waiting for the portal")
            first.kill()
            self.assertTrue(wait_until(answers, 30, "waiting for the portal to ask the other broker"))
            # Nothing was lost on the way to a broker that is not there.
            made = through.call("POST", "groups", {"name": "staff", "description": ""})
            self.assertEqual(second.admin.call("GET", f"groups/{made['id']}")["name"], "staff")
            # It starts anew, the broker of its configuration is still away, and it remembers the other one.
            portal.stop()
            portal.start()
            self.assertTrue(wait_until(answers, 60, "waiting for the portal to remember the other broker"))


if __name__ == "__main__":
    unittest.main()
