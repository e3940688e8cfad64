# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine of the shape that the lab had before, 2 GiB with crashkernel=512M: RTAS lies in the area that fadump reserves, and a page
of the dump is the capture boot's firmware (docs/boot-memory.md). With 768M neither is so."""

import re

from harness import dumps, rtas

SMALL = {"memory": "2G", "crashkernel": "512M"}


def run(lab):
    # Free pages too: nothing holds on to that page.
    with lab.vm("small", files={dumps.CONF: dumps.ON_ROOT + "dump-level = 1\n"}, **SMALL) as vm:
        vm.boot()
        copy, at = rtas.copy(vm), rtas.place(vm)
        lab.note(f"512M: the copy of the boot memory goes to {copy}, RTAS is at {at}")
        lab.require(at.start in copy, f"RTAS {at} is not in {copy}")
        lab.note(vm.run("fadump-ng status", check=False).stdout)
        firmware = rtas.first_bytes(vm, at.start)
        vm.crash_and_return()
        dumps.released(lab, vm)
        name = dumps.the_dump(lab, vm)
        vm.poweroff()
        dump = dumps.backtrace(lab, vm, vm.root, f"/var/crash/{name}")
        page = at.start - copy.start
        seen = re.search(r":\s+([0-9a-f]{16})\s+([0-9a-f]{16})", lab.crash(dump, f"rd -p {page:x} 2"))
        words = " ".join(int(word, 16).to_bytes(8, "little").hex() for word in seen.groups())
        lab.note(f"page {page:#x} of the dump begins with {words}; RTAS in the running machine with {firmware}")
        lab.equal(words, firmware, "the page of the dump that the capture boot's RTAS was put on")
    with lab.vm() as vm:
        vm.boot()
        copy, at = rtas.copy(vm), rtas.place(vm)
        lab.note(f"768M: {copy}, RTAS {at}")
        lab.require(at.start not in copy, f"RTAS {at} is in {copy}")
        vm.poweroff()
