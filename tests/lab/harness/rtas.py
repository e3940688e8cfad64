# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the firmware's run-time services (RTAS) and the memory that fadump reserves are, as the guest sees them."""

import re

from .failure import Failure


class Range:
    """Physical addresses from start up to end."""

    def __init__(self, start, size):
        self.start, self.end = start, start + size

    def __contains__(self, address):
        return self.start <= address < self.end

    def __str__(self):
        return f"{self.start:#x}-{self.end:#x}"


def copy(vm):
    """The part of the reserved area where the firmware puts its copy of the boot memory, from address 0 on."""
    vm.run("mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug")
    text = vm.read("/sys/kernel/debug/powerpc/fadump_region")
    found = re.search(r"DUMP: Src: 0x0+, Dest: (0x[0-9a-f]+), Size: (0x[0-9a-f]+)", text)
    if not found:
        raise Failure(f"no copy of the boot memory in {text}")
    return Range(int(found[1], 16), int(found[2], 16))


def place(vm):
    """Where RTAS is."""
    return Range(*(_cell(vm, f"/proc/device-tree/rtas/{name}") for name in ("linux,rtas-base", "rtas-size")))


def first_bytes(vm, address):
    """The 16 bytes of physical memory at ADDRESS, as two words of hexadecimal digits."""
    digits = vm.run(f"dd if=/dev/mem bs=16 skip=$(({address} / 16)) count=1 2>/dev/null | od -An -tx1 -v | tr -d ' \\n'").stdout
    if len(digits) != 32:
        raise Failure(f"no bytes at {address:#x}")
    return f"{digits[:16]} {digits[16:]}"


def _cell(vm, path):
    return int(vm.run(f"od -An -tx1 -N4 {path} | tr -d ' \\n'").stdout, 16)
