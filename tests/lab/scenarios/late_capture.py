# SPDX-License-Identifier: GPL-2.0-or-later
"""The only target is full: nothing is released, the boot goes on, and the capture succeeds once room is made."""

from harness import dumps


def run(lab):
    disk = lab.Disk("dumps", "256M", "ext4")
    with lab.vm(disks=[disk], files={dumps.CONF: dumps.target("dumps") + "keep-free = 0\n"}) as vm:
        vm.boot()
        # Allocated, not written: what was written would be in the dump again, as pages just freed.
        vm.run("tune2fs -m 0 /dev/disk/by-label/dumps && mkdir -p /mnt/d && mount LABEL=dumps /mnt/d && "
               "fallocate -l $(($(df -B1 --output=avail /mnt/d | tail -n 1) - 3000000)) /mnt/d/ballast && umount /mnt/d")
        vm.crash_and_return()
        dumps.kept(lab, vm)
        lab.equal(dumps.status(vm)["last_capture"], "failed", "status: the last capture")
        late = vm.run("systemctl show -p Result,ExecMainStatus fadump-ng-late.service").stdout
        lab.contains(late, "ExecMainStatus=1", "the late capture failed as well")
        # Having found out once how large the dump is at least, it did not fill the disk a second time.
        lab.contains(vm.journal("fadump-ng-late"), "as when an earlier try ran out of room", "the late capture's journal")
        lab.equal(vm.run("fadump-ng release", check=False).status, 1, "release without a saved dump")
        lab.equal(vm.run("fadump-ng register", check=False).status, 5, "register while a dump is active")
        dumps.kept(lab, vm)
        lab.equal(vm.run("systemctl is-active fadump-ng-late.timer", check=False).stdout.strip(), "active", "the timer")

        vm.run("mount LABEL=dumps /mnt/d && rm /mnt/d/ballast && umount /mnt/d")
        started = vm.run("systemctl start fadump-ng-late.service", timeout=180, check=False)
        lab.equal(started.status, 0, f"the late capture's status; its journal: {vm.journal('fadump-ng-late')[-3000:]}")
        dumps.released(lab, vm)
        vm.run("mount LABEL=dumps /mnt/d")
        name = dumps.the_dump(lab, vm, "/mnt/d")
        lab.note(f"late: {name}")
        vm.run("umount /mnt/d")
        vm.poweroff()
        dumps.backtrace(lab, vm, disk, f"/{name}")
