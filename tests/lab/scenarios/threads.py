# SPDX-License-Identifier: GPL-2.0-or-later
"""The threaded makedumpfile, six times on one crash: identical dumps, the unthreaded one's bytes.
FADUMP_NG_THREAD_RUNS says how often (6)."""

import os

from harness import dumps

RUNS = int(os.environ.get("FADUMP_NG_THREAD_RUNS", "6"))
KEEP = "on-failure = continue\n"


def run(lab):
    disk = lab.Disk("dumps", "1G")
    # No target in the initramfs, so that the dump stays in memory to be captured again and again.
    with lab.vm(disks=[disk], initrd_files={dumps.CONF: dumps.target("nowhere") + KEEP},
                root_files={dumps.CONF: dumps.ON_ROOT + KEEP}) as vm:
        vm.boot()
        vm.fill_memory(100)
        vm.crash_and_return()
        dumps.kept(lab, vm)
        vm.run("mkdir -p /mnt/d && mount LABEL=dumps /mnt/d")
        vm.run("printf 'threads = 1\\n' >/tmp/single.conf; printf 'threads = 2\\n' >/tmp/threaded.conf")
        single = digest(lab, vm, "/tmp/single.conf", threads=0)
        for number in range(RUNS):
            lab.equal(digest(lab, vm, "/tmp/threaded.conf", threads=2), single, f"the dump of threaded run {number + 1}")
        lab.note(f"{RUNS} threaded dumps, all identical to the unthreaded one ({single[:16]})")
        vm.run("umount /mnt/d")
        dumps.kept(lab, vm)
        vm.run("fadump-ng capture", timeout=120)
        dumps.released(lab, vm)
        vm.poweroff()


def digest(lab, vm, conf, threads):
    """Capture without releasing; the dump's SHA-256. The dump is removed again."""
    vm.run(f"fadump-ng --config {conf} capture --no-release --target file:///mnt/d", timeout=120)
    manifest = vm.run("cat /mnt/d/guest-*/manifest.json").stdout
    lab.contains(manifest, f'"threads":{threads}', "manifest: threads")
    result = vm.run("sha256sum /mnt/d/guest-*/vmcore && rm -r /mnt/d/guest-*").stdout
    return result.split()[0]
