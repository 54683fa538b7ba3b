# SPDX-License-Identifier: Apache-2.0
"""
A guest of 512 bytes behind QEMU's SPICE (tiny_guest.S): shows what is typed, and paints the screen green at Ctrl+Alt+T.
It is there in a second, where a desktop takes a minute.
"""
import os
import socket
import subprocess

from processes import Failed, free_port, wait_until

GREEN = (0, 170, 0)  # colour 2 of VGA


def assemble(folder):
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tiny_guest.S")
    subprocess.run(["as", "--32", "-o", "guest.o", source], cwd=folder, check=True)
    subprocess.run(["ld", "-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary", "-o", "guest.img", "guest.o"],
                   cwd=folder, check=True)
    image = os.path.join(folder, "guest.img")
    os.truncate(image, 1 << 20)  # SeaBIOS does not boot from a disk of one sector
    return image


DOMAIN = """<domain type='qemu'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os><on_poweroff>destroy</on_poweroff>
<devices>{display}<video><model type='qxl'/></video><input type='tablet' bus='usb'/>
<controller type='usb' model='qemu-xhci'/>
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{image}'/>
<target dev='sda' bus='sata'/></disk></devices></domain>
"""


def define(root, image, name, uuid, display="<graphics type='spice'><listen type='none'/></graphics>"):
    """Defines it for libvirt's embedded driver at `root`, which reads it when it starts."""
    folder = os.path.join(root, "etc", "qemu")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{name}.xml"), "w") as file:
        file.write(DOMAIN.format(name=name, uuid=uuid, display=display, image=image))


class TinyGuest:
    """with TinyGuest(folder) as guest: … guest.port is SPICE without a ticket on loopback."""

    def __init__(self, folder):
        self.image = assemble(folder)
        self.port = free_port()

    def __enter__(self):
        self.qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-machine", "q35,accel=tcg", "-m", "32", "-nodefaults", "-vga", "qxl", "-display", "none",
             "-drive", f"if=ide,format=raw,snapshot=on,file={self.image}", "-spice",
             f"port={self.port},addr=127.0.0.1,disable-ticketing=on"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

        def listens():
            if self.qemu.poll() is not None:
                raise Failed(f"QEMU ended with {self.qemu.returncode}")
            with socket.socket() as peer:
                return peer.connect_ex(("127.0.0.1", self.port)) == 0
        wait_until(listens, 30, "waiting for the guest's display")
        return self

    def __exit__(self, *_):
        self.qemu.terminate()
        self.qemu.wait()
