# SPDX-License-Identifier: GPL-2.0-or-later
"""dracut's emergency shells: leaving them, and whether they come before the capture or after it."""

import itertools

from . import dumps
from .vm import EMERGENCY

POINTS = "cmdline", "pre-udev", "pre-trigger", "initqueue", "pre-mount", "mount", "pre-pivot", "cleanup"
# Root has no password in the initramfs, so that its shells open.
OPEN = {"/etc/shadow": ("root::0:0:99999:7:::\n", 0o600)}
SAVED = r"fadump-ng.*: memory given back"
NOT_SAVED_YET = r"a crash dump is in memory and not saved yet"


def break_points(lab, initrd, before, points=POINTS):
    """rd.break= at each of POINTS, in an ordinary boot and in the capture boot after it. Both come to their login. In the capture
    boot as many shells as BEFORE says open before the dump is saved, and say that it is not; the others open after."""
    words = " ".join(f"rd.break={point}" for point in points)
    with lab.vm(f"guest-{initrd}", initrd=initrd, cmdline=words, files={dumps.CONF: dumps.ON_ROOT}, initrd_files=OPEN,
                told="plain" not in initrd) as vm:
        vm.expect_emergency = True
        vm.start()
        leave(vm, 0, len(points))
        vm.wait_login()
        lab.equal(dumps.status(vm)["kernel_ready"], True, "the kernel is ready after an ordinary boot")
        start = vm.wait_capture(vm.crash())
        said, since = (vm.console, start) if "plain" in initrd else (vm.told, vm.told.mark())
        opened = leave(vm, start, len(points))
        saved = said.search(SAVED, since)
        lab.require(saved, f"nothing was saved before the last of {len(points)} shells was left")
        earlier = [at for at in opened if vm.console.time(at) < said.time(saved.start())]
        lab.equal(len(earlier), before, "shells that opened before the dump was saved")
        warned = vm.console.count(NOT_SAVED_YET.replace(" ", r"\s+"), start)
        # dracut's warn() may print a line twice.
        lab.require(warned >= before, f"{warned} shells said that the dump is not saved yet, {before} came before it")
        vm.wait_login(300)
        dumps.released(lab, vm)
        dumps.the_dump(lab, vm)
        vm.poweroff()


def leave(vm, since, number):
    """Wait for NUMBER shells on the console after the offset SINCE and leave each; the offsets at which they opened."""
    opened = []
    for _ in range(number):
        came = vm.wait_for(EMERGENCY, 300, since).start()
        vm.wait_for(r"to continue\): \Z|# \Z", 60, came)
        opened.append(came)
        since = vm.console.mark()
        _answer(vm, since)
    return opened


def _answer(vm, since):
    """Control-D, until more comes of it than a line of the kernel's: sulogin drops what is typed before it reads."""
    tries = itertools.count()

    def went_on():
        if next(tries) % 100 == 0:
            vm.console.type("\x04")
        vm.console.pause(0.05)
        return vm.console.mark() > since + 200 or vm.console.search(EMERGENCY, since)

    vm.wait(went_on, 60, "the boot to continue after a shell")
