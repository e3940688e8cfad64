# SPDX-License-Identifier: GPL-2.0-or-later
"""Without systemd in the initramfs: crash, capture, login in one boot; then without a root, saved before the boot gives up."""

from harness import dumps
from harness.vm import EMERGENCY


def run(lab):
    disk = lab.Disk("dumps", "512M")
    with lab.vm(disks=[disk], files={dumps.CONF: dumps.target("dumps")}, initrd="106-plain") as vm:
        vm.boot()
        fresh = vm.memtotal()
        start = vm.crash_and_return()
        lab.require(not vm.console.search(r"systemd\[1\]: Running in initrd", start), "systemd is in the initramfs")
        dumps.released(lab, vm, fresh)
        vm.run("mkdir -p /mnt/d && mount LABEL=dumps /mnt/d")
        first = dumps.the_dump(lab, vm, "/mnt/d")
        vm.run("umount /mnt/d")

        vm.run("echo root=LABEL=gone rd.retry=20 >/sys/kernel/fadump/bootargs_append")
        vm.expect_emergency = True
        start = vm.wait_capture(vm.crash())
        vm.wait_for(EMERGENCY, 300, start)
        vm.kill()
        names = sorted(name for name in disk.list("/") if name.startswith("guest-"))
        lab.equal([len(names), names[0]], [2, first], f"dumps on the disk: {names}")
        for name in names:
            dumps.log_in(lab, vm, disk, f"/{name}")
        lab.contains(disk.read(f"/{names[1]}/capture.log").decode(), "saving to", "capture.log")
