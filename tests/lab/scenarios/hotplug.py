# SPDX-License-Identifier: GPL-2.0-or-later
"""1 GiB plugged in between registration and crash is in the dump, without registering again."""

import json

from harness import dumps


def run(lab):
    with lab.vm(slots=4, maxmem="8G") as vm:
        vm.boot()
        before = vm.memtotal()
        vm.add_memory("1G")
        vm.wait_until("[ $(awk '/MemTotal/ {print $2}' /proc/meminfo) -gt %d ]" % (before + 900_000), 60)
        lab.equal(vm.registered(), True, "still registered")
        journal = vm.journal()
        lab.require("Un-register" not in journal and "reregister" not in journal, "it was registered again")
        vm.crash_and_return()
        dumps.released(lab, vm)
        name = dumps.the_dump(lab, vm)
        memory = json.loads(vm.read(f"/var/crash/{name}/manifest.json"))["crash"]["memory_bytes"]
        lab.note(f"{memory >> 20} MiB of memory in the core of a machine with 4096 MiB")
        # The area that holds the copy of the boot memory, 768 MiB, is not in it.
        lab.require(memory > 3200 << 20, "the hot-added memory is not in the core")
        vm.poweroff()
        dumps.backtrace(lab, vm, vm.root, f"/var/crash/{name}")
