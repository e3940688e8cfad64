# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel update builds an image while the network is away: it boots, it has no capture, status says so, and a crash is captured by
the running system."""

import json
import pathlib
import subprocess
import tempfile

from harness import cache, cpio, dumps
from harness.failure import Failure

MATRIX = True
IMAGE = "boot/initrd"
# The tree in which dracut runs has no network: the server has no route, and nothing was recorded before.
CONF = "target = nfs://192.0.2.7/export\n"


def run(lab):
    # Beside the tree, whose files are linked, not copied.
    with tempfile.TemporaryDirectory(prefix="image-degraded-", dir=cache.CACHE) as directory:
        image, record = build(lab, pathlib.Path(directory))
        boots(lab, image, record)


def build(lab, directory):
    """The image, and what its build recorded for fadump-ng status: (path, {path: text})."""
    subprocess.run([cache.LAB / "build/dracut-tree", "106", cache.tree(), directory], check=True)
    root = directory / "root"
    (root / dumps.CONF.lstrip("/")).unlink()
    (root / dumps.CONF.lstrip("/")).write_text(CONF, encoding="utf-8")
    kernel = next((root / "usr/lib/modules").iterdir()).name
    command = ["env", "-u", "TMPDIR", "DRACUT_LDD=/opt/lab/ldd", "DRACUT_INSTALL=/opt/lab/dracut-install", "/opt/lab/bash",
               "/usr/bin/dracut", "--force", "--no-hostonly", "--no-early-microcode", "--no-compress", "--kver", kernel,
               "--add", "fadump-ng", "/" + IMAGE]
    done = subprocess.run(cache.inside(root, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=900, check=False)
    if done.returncode:
        raise Failure(f"dracut failed, and the kernel would have no initramfs:\n{done.stdout}")
    lab.contains(done.stdout, "THIS IMAGE CANNOT CAPTURE A CRASH DUMP", "dracut's output")
    files = dict(cpio.entries(root / IMAGE))
    lab.require(files["etc/fadump-ng.no-capture"][1], "the image does not say why it has no capture")
    for part in ("etc/fadump-ng.conf", "usr/lib/systemd/system/fadump-ng-capture.service"):
        lab.require(part not in files, f"the image has {part}")
    state = root / "var/lib/fadump-ng/no-capture"
    record = {f"/var/lib/fadump-ng/no-capture/{path.name}": path.read_text(encoding="utf-8") for path in state.iterdir()}
    lab.equal(list(record), [f"/var/lib/fadump-ng/no-capture/{kernel}"], "the record of the build")
    lab.note(record[f"/var/lib/fadump-ng/no-capture/{kernel}"])
    return root / IMAGE, record


def not_ready(lab, vm):
    """Registered by the kernel, and yet not ready: the image cannot capture."""
    seen = json.loads(vm.run("fadump-ng status --json", check=False).stdout)
    lab.equal((seen["registered"], seen["ready"]), (True, False), "registered, ready")
    lab.contains(vm.run("fadump-ng status", check=False).stdout, "192.0.2.7", "status: the reason")


def boots(lab, image, record):
    late = {dumps.CONF: dumps.ON_ROOT}
    with lab.vm(initrd=image, root_files={**late, **record}, from_power_on=True) as vm:
        vm.boot()
        not_ready(lab, vm)
        vm.crash_and_return()
        lab.require(not vm.run("journalctl -b -o cat -u fadump-ng-capture", check=False).stdout.strip(), "the initramfs captured")
        lab.equal(vm.exists("/proc/vmcore"), False, "/proc/vmcore is there")
        not_ready(lab, vm)
        name = dumps.the_dump(lab, vm)
        manifest = json.loads(vm.run(f"cat /var/crash/{name}/manifest.json").stdout)
        lab.equal(manifest["stage"], "running-system", "where it was captured")
        vm.poweroff()
        dumps.backtrace(lab, vm, vm.root, f"/var/crash/{name}")
