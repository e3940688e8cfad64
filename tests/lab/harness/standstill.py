# SPDX-License-Identifier: GPL-2.0-or-later
"""Wakes an emulated machine that sleeps for ever.

Seen with QEMU 11.1 and two CPUs, about once in a hundred boots: both CPUs are halted, the clock runs, and no timer interrupt comes
any more, wherever the guest happens to be. Stopping and continuing makes QEMU look at its timers and CPUs anew, and a byte for the
agent is an interrupt. For a guest that only has nothing to do both are nothing.
"""

import os
import pathlib
import time

SILENT = 15  # seconds without a character
IDLE = 0.2  # seconds of CPU time in them: an idle guest's kernel alone takes more


class Standstill:
    def __init__(self):
        self.woken = 0
        self._said = self._since = self._used = None

    def look(self, vm):
        """Called often, while somebody waits for the guest."""
        said, used, now = (vm.console.mark(), vm.told.mark()), cpu_seconds(vm.process.pid), time.monotonic()
        if said != self._said or used - self._used > IDLE:
            self._said, self._since, self._used = said, now, used
        elif now - self._since > SILENT:
            self._since = now
            self._wake(vm)

    def _wake(self, vm):
        self.woken += 1
        with open(vm.directory / "standstill.log", "a", encoding="utf-8") as out:
            out.write(f"{vm.seconds():.2f} s after power-on\n")
            for line in "info status", "info registers -a", "info pic":
                out.write(vm.qmp("human-monitor-command", **{"command-line": line}) + "\n")
        print(f"# {vm.directory.name} stood still at {vm.seconds():.0f} s: woken", flush=True)
        # Stopping waits for the disks.
        if all(disk.moves for disk in vm.disks):
            vm.qmp("stop")
            vm.qmp("cont")
        vm.agent.nudge()


def cpu_seconds(pid):
    """CPU time of a process and its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
