# SPDX-License-Identifier: GPL-2.0-or-later
"""The first target's disk is too small: nothing is published there, the second one (xfs) takes the dump."""

from harness import dumps


def run(lab):
    disks = [lab.Disk("small", "10M", "ext4"), lab.Disk("large", "1G", "xfs")]
    # To the last byte: keep-free would not even begin there.
    conf = dumps.target("small", path="/dumps") + dumps.target("large", "xfs", "/dumps") + "keep-free = 0\n"
    with lab.vm(disks=disks, files={dumps.CONF: conf}) as vm:
        vm.boot()
        vm.crash_and_return()
        dumps.released(lab, vm)
        vm.run("mkdir -p /mnt/small /mnt/large && mount LABEL=small /mnt/small && mount LABEL=large /mnt/large")
        dumps.nothing_published(lab, vm, "/mnt/small/dumps")
        name = dumps.the_dump(lab, vm, "/mnt/large/dumps")
        manifest = vm.read(f"/mnt/large/dumps/{name}/manifest.json")
        lab.contains(manifest, "No space left on device", "manifest: the fate of the first target")
        lab.contains(dumps.capture_log(vm), "No space left on device", "journal")
        vm.poweroff()
