# SPDX-License-Identifier: GPL-2.0-or-later
"""The capture program's own memory stays below 16 MiB, on a 2 GiB and on an 8 GiB machine."""

import json

from harness import dumps

LIMIT = 16 << 20


def run(lab):
    for size in ("2G", "8G"):
        with lab.vm(f"guest-{size}", memory=size) as vm:
            vm.boot()
            vm.crash_and_return()
            dumps.released(lab, vm)
            name = dumps.the_dump(lab, vm)
            manifest = json.loads(vm.read(f"/var/crash/{name}/manifest.json"))
            peak = manifest["peak_resident_bytes"]
            lab.note(f"{size}: fadump-ng's peak {peak >> 10} KiB resident, core {manifest['crash']['core_bytes'] >> 20} MiB, "
                     f"dump {manifest['dump']['bytes'] >> 20} MiB in {manifest['dump']['duration_ms']} ms")
            lab.require(peak < LIMIT, "more than 16 MiB resident")
            vm.poweroff()
