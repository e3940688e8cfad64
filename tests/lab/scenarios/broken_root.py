# SPDX-License-Identifier: GPL-2.0-or-later
"""The root file system cannot be mounted any more: the dump goes to another device (btrfs), in the capture boot."""

from harness import dumps
from harness.vm import EMERGENCY


def run(lab):
    other = lab.Disk("other", "1G", "btrfs")
    conf = dumps.ON_ROOT + dumps.target("other", "btrfs")
    with lab.vm(disks=[other], files={dumps.CONF: conf}, told=True) as vm:
        vm.boot()
        vm.expect_emergency = True
        vm.run("sync")
        # Everything behind the superblock's own 4 KiB, under the running system: the label stays, the file system does not.
        vm.root.spoil(4096, 64 << 20)
        start, told = vm.wait_capture(vm.crash()), vm.told.mark()
        vm.wait_told(r"fadump-ng: .*other.*vmcore: complete, ", 240, told)
        vm.wait_told(r"fadump-ng: memory given back", 60, told)
        lab.require(vm.told.search(r"repair by hand|could not be checked|cannot mount", told),
                    "the first target's failure was not said")
        vm.wait_told(r"fadump-ng: registered", 60, told)
        vm.wait_for(EMERGENCY, 180, start)
        vm.kill()
    # A healthy machine looks at what was saved.
    with lab.vm("looker", disks=[lab.Disk("other", existing=other.path)]) as vm:
        vm.boot()
        vm.run("mkdir -p /mnt/other && mount -t btrfs LABEL=other /mnt/other")
        name = dumps.the_dump(lab, vm, "/mnt/other")
        lab.note(f"on btrfs: {name}")
        vm.poweroff()
