# SPDX-License-Identifier: GPL-2.0-or-later
"""dracut's emergency shells: in what order they and the capture come, and leaving them."""

from . import dumps
from .vm import EMERGENCY

# Root has no password in the initramfs, so that its shells open.
OPEN = {"/etc/shadow": ("root::0:0:99999:7:::\n", 0o600)}
SAVED = r"fadump-ng.*: memory given back"
NOT_SAVED_YET = r"a crash dump is in memory and not saved yet"


def break_point(lab, point, shell_first, initrd="106"):
    """rd.break=POINT in an ordinary boot and in the capture boot after it: both come to their login, the dump is saved, and in
    the capture boot the shell comes first or the capture does."""
    with lab.vm(f"{initrd}-{point}", initrd=initrd, cmdline=f"rd.break={point}", files={dumps.CONF: dumps.ON_ROOT},
                initrd_files=OPEN, told="plain" not in initrd) as vm:
        vm.expect_emergency = True
        vm.start()
        leave(vm, 0)
        vm.wait_login()
        lab.equal(dumps.status(vm)["ready"], True, "ready after an ordinary boot")
        start, said = vm.wait_capture(vm.crash()), vm.told if vm.told.mark() else vm.console
        told = said.mark() if said is vm.told else start
        shell = leave(vm, start)
        saved = said.search(SAVED, told)
        first = "the capture" if saved and said.time(saved.start()) <= vm.console.time(shell) else "the shell"
        vm.wait_login(300)
        lab.note(f"{initrd}, rd.break={point}: {first} came first")
        lab.equal(first, "the shell" if shell_first else "the capture", f"rd.break={point}: what came first")
        if shell_first:
            lab.require(vm.console.search(NOT_SAVED_YET.replace(" ", r"\s+"), start), "nobody was told that the dump is not saved yet")
        dumps.released(lab, vm)
        dumps.the_dump(lab, vm)
        vm.poweroff()


def leave(vm, since):
    """Wait for a shell on the console after the offset SINCE and leave it; the offset at which it announced itself."""
    came = vm.wait_for(EMERGENCY, 300, since)
    vm.wait_for(r"to continue\): \Z|# \Z", 60, came.start())
    vm.console.type("\x04")
    return came.start()
