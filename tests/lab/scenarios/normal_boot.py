# SPDX-License-Identifier: GPL-2.0-or-later
"""A production boot of an image with the module: no capture, mount, network or wait for a target; a condition is checked."""

from harness import arrived, dumps


def run(lab):
    # Targets that will never be there: a boot that looked for them would wait.
    conf = dumps.target("nowhere") + "target = ssh://dumps@10.0.2.2/upload\n"
    with lab.vm(initrd_files={dumps.CONF: conf, arrived.RECORD: arrived.STATIC}, network=True,
                from_power_on=True) as vm:
        vm.boot()
        arrived.untouched(lab, vm)
        show = "-p ConditionResult,ExecMainStartTimestampMonotonic,ConditionTimestampMonotonic,InactiveExitTimestampMonotonic"
        journal = vm.journal()
        lab.require("fadump-ng-capture.service" in journal, "the unit is not in the image")
        lab.contains(journal, "fadump-ng-capture.service - Save the dump of the crashed kernel skipped", "journal")
        for unit in ("fadump-ng-late.service", "fadump-ng-late.timer"):
            lab.contains(vm.run(f"systemctl show {show} {unit}").stdout, "ConditionResult=no", unit)
        for word in ("run/fadump-ng", "fadump-ng[", "nowhere"):
            early = [line for line in journal.splitlines() if word in line and "register" not in line]
            lab.equal(early, [], f"journal lines with {word!r}")
        lab.equal(vm.exists("/run/fadump-ng"), False, "/run/fadump-ng is there")
        before, after = skipped_at(journal)
        lab.note(f"from the line before the skipped unit to the line after it: {(after - before) * 1000:.0f} ms")
        lab.equal(dumps.status(vm)["kernel_ready"], True, "the kernel is ready")
        vm.poweroff()


def skipped_at(journal):
    """The times of the lines around the one that says that the unit was skipped."""
    lines = [line for line in journal.splitlines() if line.startswith("[")]
    stamp = [float(line[1:line.index("]")]) for line in lines]
    at = next(i for i, line in enumerate(lines) if "fadump-ng-capture.service" in line and "skipped" in line)
    return stamp[at - 1], stamp[at + 1]
