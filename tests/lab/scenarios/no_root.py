# SPDX-License-Identifier: GPL-2.0-or-later
"""The root device never appears in the capture boot: the dump is saved all the same, before the boot gives up on the root."""

from harness import dumps
from harness.vm import EMERGENCY


def run(lab):
    disk = lab.Disk("dumps", "512M")
    with lab.vm(disks=[disk], files={dumps.CONF: dumps.target("dumps")}, told=True) as vm:
        vm.boot()
        vm.run("echo root=LABEL=gone rd.timeout=20 >/sys/kernel/fadump/bootargs_append")
        vm.expect_emergency = True
        start, told = vm.wait_capture(vm.crash()), vm.told.mark()
        vm.wait_told(r"fadump-ng: .*vmcore: complete, ", 240, told)
        vm.wait_told(r"fadump-ng: registered", 60, told)
        vm.wait_for(EMERGENCY, 240, start)
        vm.kill()
        names = [name for name in disk.list("/") if name.startswith("guest-")]
        lab.equal(len(names), 1, f"dumps on the disk: {names}")
        dumps.log_in(lab, vm, disk, f"/{names[0]}")
