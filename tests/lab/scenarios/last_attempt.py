# SPDX-License-Identifier: GPL-2.0-or-later
"""The last attempt saves the log only; a capture after it in the same initramfs, as by hand in a rescue shell, is a whole one."""

import json

from harness import dumps

# In a person's place, once the boot's own capture has ended.
AGAIN = "[Service]\nExecStopPost=-/bin/sh -c 'fadump-ng capture </dev/console'\n"


def run(lab):
    disk = lab.Disk("dumps", "512M")
    with lab.vm(disks=[disk], files={dumps.CONF: dumps.target("dumps") + "max-attempts = 2\n"},
                initrd_files={"/etc/systemd/system/fadump-ng-capture.service.d/again.conf": (AGAIN, 0o644)}) as vm:
        vm.boot()
        start = vm.wait_capture(vm.crash())
        # Any of what is said between the count and the dump: other output may tear a line.
        vm.wait_for(r"attempt 1 of 2|the watchdog is armed|it died of", 120, start)
        vm.reset()
        vm.wait_login(600)
        log = dumps.capture_log(vm)
        lab.contains(log, "attempt 2 of 2 (the last): saving the kernel log only", "journal")
        lab.contains(log, "attempt 2 of 2 (manual): saving the dump", "journal")
        dumps.released(lab, vm)
        vm.run("mkdir -p /mnt/d && mount LABEL=dumps /mnt/d")
        name = dumps.the_dump(lab, vm, "/mnt/d")
        lab.note(json.dumps(json.loads(vm.read(f"/mnt/d/{name}/manifest.json"))["attempt"]))
        vm.run("umount /mnt/d")
        vm.poweroff()
        dumps.log_in(lab, vm, disk, f"/{name}")
