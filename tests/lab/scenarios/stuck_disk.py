# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that answers no more before it is mounted, so that nothing can end who waits for it: it costs its deadline, the next target
has the dump, and the boot goes on."""

import json

from harness import dumps
from harness.failure import PATIENCE

WAITS = True

# The disk must stand still for the capture, not for udev, whose own worker would hold the boot up: it looks at a disk when it
# comes up, and again when something that wrote to it, as e2fsck does, has closed it. Between udev and the capture there is time.
SETTLED = {"/etc/systemd/system/fadump-ng-capture.service.d/settle.conf":
           "[Service]\nExecStartPre=/usr/bin/udevadm settle\n"
           f"ExecStartPre=/bin/sh -c 'echo lab: settled >/dev/kmsg; sleep {int(15 * PATIENCE)}'\n",
           "/etc/udev/rules.d/99-lab.rules": 'KERNEL=="vd*", OPTIONS+="nowatch"\n'}


def run(lab):
    disk = lab.CachedDisk("stuck")
    conf = f"deadline = {int(60 * PATIENCE)}s\n" + dumps.target("stuck") + dumps.ON_ROOT
    with lab.vm(files={dumps.CONF: conf}, initrd_files=SETTLED, disks=[disk]) as vm:
        vm.boot()
        # Of the whole line, other output may come in between.
        vm.wait_for(r"settled", 120, vm.wait_capture(vm.crash()))
        disk.stand_still()
        vm.wait_login(600)
        dumps.released(lab, vm)
        name = dumps.the_dump(lab, vm)
        first, second = json.loads(vm.read(f"/var/crash/{name}/manifest.json"))["targets"]
        lab.equal([first["ok"], second["ok"]], [False, True], "manifest: the targets")
        lab.note(f"{first['reason']}; {name} is whole")
        # What was under way there is done now, and must not become a dump after the fact.
        disk.move()
        vm.wait_until("! pgrep -x fadump-target", 60)
        vm.run("mkdir -p /mnt/s && { mountpoint -q /mnt/s || mount LABEL=stuck /mnt/s; }")
        dumps.nothing_published(lab, vm, "/mnt/s")
        vm.poweroff()
