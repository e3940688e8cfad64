# SPDX-License-Identifier: GPL-2.0-or-later
"""makedumpfile is killed in the middle of its work: nothing is published, the next target takes the dump. The log comes from
makedumpfile, too, since vmcore-dmesg fails."""

from harness import dumps

# Stands where makedumpfile stands in the initramfs: passes 4 MB of the first stream on, then dies of SIGKILL. It is nobody.
WRAPPER = """#!/bin/sh
case " $* " in
*" -F "*) ;;
*) exec /usr/bin/makedumpfile.real "$@" ;;
esac
[ ! -e /tmp/killed-once ] || exec /usr/bin/makedumpfile.real "$@"
: >/tmp/killed-once
/usr/bin/makedumpfile.real "$@" | dd bs=4096 count=1000 iflag=fullblock 2>/dev/null
kill -KILL $$
"""


def run(lab):
    disks = [lab.Disk("one", "512M"), lab.Disk("two", "512M")]
    with lab.vm(disks=disks, files={dumps.CONF: dumps.target("one") + dumps.target("two")},
                initrd_files={**dumps.wrapped_makedumpfile(WRAPPER),
                              "/usr/sbin/vmcore-dmesg": ("#!/bin/sh\nexit 1\n", 0o755),
                              "/usr/bin/vmcore-dmesg": ("#!/bin/sh\nexit 1\n", 0o755)}) as vm:
        vm.boot()
        vm.crash_and_return()
        dumps.released(lab, vm)
        lab.contains(dumps.capture_log(vm), "killed by signal 9", "journal")
        vm.run("mkdir -p /mnt/1 /mnt/2 && mount LABEL=one /mnt/1 && mount LABEL=two /mnt/2")
        dumps.nothing_published(lab, vm, "/mnt/1")
        name = dumps.the_dump(lab, vm, "/mnt/2")
        log = vm.read(f"/mnt/2/{name}/vmcore-dmesg.txt")
        lab.contains(log, "Linux version", "the log by makedumpfile")
        lab.contains(log, "Kernel panic - not syncing", "the log by makedumpfile")
        vm.run("umount /mnt/1 /mnt/2")
        vm.poweroff()
        dumps.log_in(lab, vm, disks[1], f"/{name}")
