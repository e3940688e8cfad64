# SPDX-License-Identifier: GPL-2.0-or-later
"""The power goes in the middle of a capture, and takes what the disk had not flushed: nothing is called a dump that is not whole.
FADUMP_NG_POWER_CUTS says how often (3), FADUMP_NG_POWER_SEED makes other places of it."""

import os
import random

from harness import dumps

CUTS = int(os.environ.get("FADUMP_NG_POWER_CUTS", "3"))
SEED = int(os.environ.get("FADUMP_NG_POWER_SEED", "1"))
PLACE = "/dumps"


def run(lab):
    dice = random.Random(SEED)
    disk = lab.CachedDisk("cached", seed=SEED)
    conf = dumps.target("cached", path=PLACE) + "max-attempts = 8\n"
    with lab.vm(files={dumps.CONF: conf}, disks=[disk]) as vm:
        vm.boot()
        writes, flushes, cuts, tries, since = 80, 12, 0, 0, None
        while cuts < CUTS:
            tries = tries + 1 if since is not None else 0
            # The places of the most interest, and anywhere; but not in the last of the attempts that a crash has.
            kind = dice.choice(("write", "write", "flush", "flushed")) if tries < 6 else "never"
            disk.cut_at(kind, dice.randint(1, writes if kind == "write" else flushes))
            since = vm.wait_capture(since if since is not None else vm.crash())
            vm.wait(lambda: disk.dead.is_set() or vm.agent_came(), 300, "the power cut, or the capture's end")
            if not disk.dead.is_set():
                # It was over before; as many requests as it really takes from now on.
                writes, flushes, since = max(disk.writes, 1), max(disk.flushes, 1), None
                vm.wait_login(300)
                continue
            cuts += 1
            found = look(lab, disk, cuts)
            lab.note(f"cut {cuts} at {kind} {disk.writes if kind == 'write' else disk.flushes}: {found or 'no dump'}")
            since = vm.console.mark()
            vm.reset()
            disk.restore()
        if since is not None:
            vm.wait_login(300)
        # Where the last cut came behind the release, this is an ordinary boot.
        lab.equal(dumps.status(vm)["dump_active"], False, "a dump is active")
        lab.equal(dumps.status(vm)["registered"], True, "registered")
        vm.poweroff()
    name = look(lab, disk, "end")[-1]
    # Nobody may have mounted the disk since the last cut.
    copy = disk.replay(_directory(lab, "crash"))
    dumps.panic_in(lab, copy.read(f"{PLACE}/{name}/vmcore", copy.path.parent / "vmcore"))


def look(lab, disk, number):
    """The dumps on the disk, every one of which must be whole."""
    copy = disk.replay(_directory(lab, number))
    found = [name for name in copy.list(PLACE) if "vmcore" in copy.list(f"{PLACE}/{name}")]
    for name in found:
        dump = copy.read(f"{PLACE}/{name}/vmcore", copy.path.parent / "vmcore")
        status, said = lab.in_guest_tree(["fadump-ng", "verify", dump, "--full"], [dump.parent])
        lab.equal(status, 0, f"after cut {number}, fadump-ng verify of {name}: {said}")
        dump.unlink()
    copy.path.unlink()
    return found


def _directory(lab, number):
    directory = lab.directory / f"cut-{number}"
    directory.mkdir()
    return directory
