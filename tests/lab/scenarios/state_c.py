# SPDX-License-Identifier: GPL-2.0-or-later
"""State C, a capture boot with fadump off: said plainly, release_mem is never written, and the boot goes on."""

from harness import dumps


def run(lab):
    with lab.vm() as vm:
        vm.boot()
        vm.run("echo fadump=off >/sys/kernel/fadump/bootargs_append")
        vm.crash_and_return()
        now = dumps.status(vm)
        lab.equal(now["verdict"], "fadump-off", "status: the verdict")
        lab.equal(now["ready"], False, "ready")
        journal = vm.journal()
        lab.contains(dumps.capture_log(vm), "fadump off", "journal")
        # The kernel says so before it frees anything, and stalls soon after.
        lab.require("freeing reserved memory" not in journal, "release_mem was written")
        for command in ("fadump-ng release", "fadump-ng release --force"):
            result = vm.run(command, check=False)
            lab.equal(result.status, 1, command)
            lab.contains(result.stderr, "must not be written", command)
        lab.require("freeing reserved memory" not in vm.journal(), "release_mem was written")
        lab.equal(vm.run("fadump-ng capture", check=False).status, 4, "capture")
        vm.run("sleep 5; true")
        dumps.nothing_published(lab, vm)
        vm.poweroff()
