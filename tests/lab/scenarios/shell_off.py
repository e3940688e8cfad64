# SPDX-License-Identifier: GPL-2.0-or-later
"""No shell (rd.shell=0) and a root that never comes: dracut powers the machine off, but not before the capture has ended, however
long it takes."""

from harness import dumps

# Stands where makedumpfile stands in the initramfs, and is slower than dracut's patience with the root device.
SLOW = """#!/bin/sh
case " $* " in
*" -F "*) sleep 45 ;;
esac
exec /usr/bin/makedumpfile.real "$@"
"""
APPENDED = "root=LABEL=gone rd.shell=0 rd.retry=20 rd.timeout=20"


def run(lab):
    disk = lab.Disk("dumps", "512M")
    with lab.vm(disks=[disk], files={dumps.CONF: dumps.target("dumps")}, initrd_files=dumps.wrapped_makedumpfile(SLOW)) as vm:
        vm.boot()
        vm.run(f"echo '{APPENDED}' >/sys/kernel/fadump/bootargs_append")
        vm.expect_emergency = True
        vm.wait_capture(vm.crash())
        vm.wait_off(400)
        names = [name for name in disk.list("/") if name.startswith("guest-")]
        lab.equal(len(names), 1, f"dumps on the disk: {names}")
        lab.require("vmcore" in disk.list(f"/{names[0]}"), f"no vmcore in {disk.list('/' + names[0])}")
        dumps.log_in(lab, vm, disk, f"/{names[0]}")
