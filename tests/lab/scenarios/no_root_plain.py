# SPDX-License-Identifier: GPL-2.0-or-later
"""The same without systemd in the initramfs: the root device never appears, and the dump is saved before the boot gives up."""

from harness import dumps
from harness.vm import EMERGENCY


def run(lab):
    disk = lab.Disk("dumps", "512M")
    with lab.vm(disks=[disk], files={dumps.CONF: dumps.target("dumps")}, initrd="106-plain") as vm:
        vm.boot()
        vm.run("echo root=LABEL=gone rd.retry=20 >/sys/kernel/fadump/bootargs_append")
        vm.expect_emergency = True
        start = vm.wait_capture(vm.crash())
        vm.wait_for(EMERGENCY, 300, start)
        vm.kill()
        names = [name for name in disk.list("/") if name.startswith("guest-")]
        lab.equal(len(names), 1, f"dumps on the disk: {names}")
        log = disk.read(f"/{names[0]}/capture.log").decode()
        lab.contains(log, "saving to", "capture.log")
        dumps.backtrace(lab, vm, disk, f"/{names[0]}")
