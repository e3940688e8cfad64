# SPDX-License-Identifier: GPL-2.0-or-later
"""Saved machines: a guest is saved at its login once, and restored for every scenario that does not test booting.

Kernel, command line and initramfs of the boot after a crash are those on QEMU's command line, so that one saved machine serves
scenarios with different ones. A network card and two placeholder disks are saved with it; the scenario's disks replace them, and
the guest's driver probes them again.
"""

import base64
import hashlib
import inspect
import io
import os
import shutil
import tarfile
import time

from . import cache, disks, machine, nvram
from .failure import Failure

DISKS = 2  # further disks that a saved machine has room for
FRESH = os.environ.get("FADUMP_NG_LAB_FRESH") == "1"
# Each page has its place in the file: pages of zeros need not be read.
MAPPED = [{"capability": "mapped-ram", "state": True}]
NAMES = "root.img", "nvram"  # what belongs to the state beside memory and devices

# The drives that took a placeholder's place have another size, content and serial number.
PROBE = """
cd /sys/bus/virtio/drivers/virtio_blk
for disk in /sys/block/vd[b-z]; do
    device=$(readlink -f $disk/device)
    echo ${device##*/} >unbind
    echo ${device##*/} >bind
done
udevadm settle
"""
# Whether QEMU keeps the registration is not relied on.
WAKE = PROBE + """
set -e
echo 0 >/sys/kernel/fadump/registered
echo 1 >/sys/kernel/fadump/registered
"""


def why_not(vm):
    """Why VM may not start from a saved machine, in a few words; None if it may: its hardware and first command line are the
    saved one's."""
    usual = (machine.MEMORY, machine.boot_memory(machine.MEMORY), machine.CPUS)
    reasons = (
        (FRESH, "FADUMP_NG_LAB_FRESH is set"),
        (vm.from_power_on, "the scenario is about booting"),
        (vm.cmdline or vm.fadump != "on", "it has another command line"),
        (vm.extra or vm.slots or vm.vlan, "it has other hardware"),
        (len(vm.disks) > 1 + DISKS, f"it has more than {DISKS} disks beside the root disk"),
        (_sizes(vm) != usual and not vm.often, "it has other sizes"),
    )
    return next((words for applies, words in reasons if applies), None)


def shape(vm):
    """Add the saved machine's network card and placeholder disks to VM. To be called before machine.qemu_arguments()."""
    vm.network = True
    vm.disks += [disks.Disk(f"spare{number}", "1M", fs=None) for number in range(DISKS + 1 - len(vm.disks))]


def _sizes(vm):
    return vm.memory, vm.crashkernel, vm.smp


def directory(vm):
    """The directory of the saved machine for VM: state, root.img and nvram. Where it is not in the cache it is made."""
    parts = [cache.tree().name, cache.kernel().name, cache.initrd("106").parent.name, cache.qemu_version()]
    recipes = [inspect.getsource(code) for code in (machine, nvram, disks, _save, shape)] + [DISKS, MAPPED]
    key = hashlib.sha256(repr((recipes, parts, _sizes(vm))).encode()).hexdigest()[:12]
    return cache.artefact("machine", key, lambda place: _save(place, type(vm), *_sizes(vm)))


def _save(place, make_vm, memory, crashkernel, smp):
    """Boot a guest of these sizes and save it at its login into the directory PLACE."""
    with make_vm(place / "guest", memory=memory, crashkernel=crashkernel, smp=smp, from_power_on=True) as vm:
        shape(vm)
        vm.boot()
        vm.run("systemctl is-system-running --wait; udevadm settle; sync; echo 3 >/proc/sys/vm/drop_caches", check=False)
        # wake() registers by itself: that the product does is seen here, once for all.
        if not vm.registered() or vm.run("fadump-ng status", check=False).status:
            raise Failure("the guest to be saved is not ready for a crash")
        failed = vm.run("systemctl list-units --failed --plain --no-legend 'fadump-ng*'").stdout
        if failed:
            raise Failure(f"the guest to be saved has failed units: {failed}")
        vm.qmp("stop")
        vm.qmp("migrate-set-parameters", max_bandwidth=0)
        vm.qmp("migrate-set-capabilities", capabilities=MAPPED)
        vm.qmp("migrate", uri=f"file:{place}/state")
        _migrated(vm, "saved")
        vm.kill()
    for name in NAMES:
        shutil.move(place / "guest" / name, place / name)
    shutil.rmtree(place / "guest")


def load(vm, place):
    """Restore the saved machine in PLACE into a QEMU that was started with -incoming defer."""
    vm.qmp("migrate-set-capabilities", capabilities=MAPPED)
    vm.qmp("migrate-incoming", uri=f"file:{place}/state")
    _migrated(vm, "restored")


def _migrated(vm, what):
    def done():
        answer = vm.qmp("query-migrate")
        if answer.get("status") == "failed":
            raise Failure(f"failed to have the machine {what}: {answer.get('error-desc')}")
        return answer.get("status") == "completed"

    vm.wait(done, 120, f"the machine to be {what}")


def wake(vm):
    """After a restore: set the clock, have the disks probed again, register, and install the scenario's files. Those that are read
    at boot have no effect before the next one."""
    result = vm.run(f"date -s @{time.time():.3f} >/dev/null" + WAKE, check=False)
    if result.status:
        raise Failure(f"failed to set up the restored machine: {result.stderr or result.stdout}")
    if vm.root_files:
        archive = base64.b64encode(_tar(vm.root_files)).decode()
        vm.run(f"base64 -d <<<{archive} | tar -xzf - -C / && sync && systemctl daemon-reload")
    vm.boot_id = vm.read("/proc/sys/kernel/random/boot_id")


def _tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, content in files.items():
            content, mode = content if isinstance(content, tuple) else (content, 0o644)
            data = content if isinstance(content, bytes) else content.encode()
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size, member.mode = len(data), mode
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()
