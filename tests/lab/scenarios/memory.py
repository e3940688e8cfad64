# SPDX-License-Identifier: GPL-2.0-or-later
"""The capture program's own memory stays below 16 MiB on an 8 GiB machine as on 3 GiB, where every scenario looks at it."""

import json

from harness import dumps


def run(lab):
    with lab.vm(memory="8G") as vm:
        vm.boot()
        vm.crash_and_return()
        dumps.released(lab, vm)
        name = dumps.the_dump(lab, vm)
        manifest = json.loads(vm.read(f"/var/crash/{name}/manifest.json"))
        lab.note(f"fadump-ng's peak {manifest['peak_resident_bytes'] >> 10} KiB resident, "
                 f"core {manifest['crash']['core_bytes'] >> 20} MiB, "
                 f"dump {manifest['dump']['bytes'] >> 20} MiB in {manifest['dump']['duration_ms']} ms")
        vm.poweroff()
