# SPDX-License-Identifier: GPL-2.0-or-later
"""The network card is not there: the capture waits no longer than it should, the memory is kept, and the running system saves the
dump to its own disk."""

from harness import arrived, dumps

DEADLINE = 20
RECORD = "device = enp0s9 mac=52:54:00:99:99:99\naddress = enp0s9 10.0.2.15/24\nroute = default via=10.0.2.2\n"


def run(lab):
    conf = f"target = ssh://dumps@10.0.2.2/upload\nnetwork-deadline = {DEADLINE}s\n"
    with lab.vm(initrd_files={dumps.CONF: conf, arrived.RECORD: RECORD}, root_files={dumps.CONF: dumps.ON_ROOT},
                from_power_on=True) as vm:
        vm.boot()
        vm.crash_and_return()
        log = dumps.capture_log(vm)
        lab.note("\n".join(line for line in log.splitlines() if "10.0.2.2" in line or "enp0s9" in line))
        lab.contains(log, "enp0s9", "journal: which interface is missing")
        dumps.released(lab, vm)
        name = dumps.the_dump(lab, vm)
        lab.contains(vm.read(f"/var/crash/{name}/manifest.json"), '"stage":"running-system"', "manifest: by the late capture")
        begun, ended = (stamp(log, word) for word in ("a crash of", "late"))
        lab.note(f"{ended - begun:.0f} s from the beginning of the first capture to the late one")
        vm.poweroff()


def stamp(log, word):
    """The time of the first line with WORD."""
    line = next(line for line in log.splitlines() if word in line)
    return float(line[1:line.index("]")])
