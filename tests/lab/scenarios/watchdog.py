# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture that is stopped is reset by the watchdog, and the next boot saves the dump; one whose kernel stands still each time
ends with the log saved and the machine up, and the dump is still there to be saved by hand."""

import json

from harness import cache, dumps
from harness.failure import PATIENCE

WAITS = True

MARK = "lab: the kernel is to stand still"
# Stands where makedumpfile stands in the initramfs, and is nobody like it. The kernel stands still once a lock that every fork
# and exit takes is held by nobody; the loops see to it that each CPU comes to that.
WRAPPER = f"""#!/bin/sh
case " $* " in
*" -F "*) ;;
*) exec /usr/bin/makedumpfile.real "$@" ;;
esac
read -r attempts </run/fadump-ng/attempts
if vmcore-dmesg /proc/vmcore | grep -q "{MARK}"; then
    for loop in 1 2 3 4; do
        while :; do (:); done &
    done
    echo still >/tmp/lab
    sleep 1000
fi
case $attempts in
*:1:*)
    echo $PPID >/tmp/lab
    until grep -q '^State:.*stopped' /proc/$PPID/status; do sleep 0.1; done ;;
esac
exec /usr/bin/makedumpfile.real "$@"
"""
# Stands where fadump-ng stands, and leaves a process behind that does what only root can. It is no child of the capture's, whose
# signs of life would be the capture's.
BESIDE = """#!/bin/sh
beside() {
    until [ -s /tmp/lab ]; do sleep 0.2; done
    read -r word </tmp/lab
    [ "$word" = still ] || { kill -STOP "$word"; exit; }
    lock=$(grep ' tasklist_lock$' /proc/kallsyms)
    lock=${lock%% *}
    printf '\\377' | dd of=/dev/mem bs=1 seek=$((0x${lock#c})) conv=notrunc
}
case " $* " in
*" capture "*) ( (beside) >/dev/null 2>&1 </dev/null & ) ;;
esac
exec /usr/bin/fadump-ng.real "$@"
"""
SECONDS = int(40 * PATIENCE)


def run(lab):
    program = (cache.product() / "usr/bin/fadump-ng").read_bytes()
    disk = lab.Disk("dumps", "512M")
    with lab.vm(disks=[disk], files={dumps.CONF: dumps.target("dumps") + f"watchdog = {SECONDS}s\n"},
                initrd_files={**dumps.wrapped_makedumpfile(WRAPPER),
                              "/usr/bin/fadump-ng": (BESIDE, 0o755),
                              "/usr/bin/fadump-ng.real": (program, 0o755)}) as vm:
        vm.boot()
        first = stopped(lab, vm)
        second = stands_still(lab, vm)
        vm.poweroff()
        for name in first, second:
            dumps.log_in(lab, vm, disk, f"/{name}")


def stopped(lab, vm):
    """The first attempt is stopped by a signal, the second one saves the dump."""
    start = vm.wait_capture(vm.crash())
    vm.wait_login(600)
    lab.equal(kernels(vm, start), 2, "kernels started since the crash")
    dumps.released(lab, vm)
    vm.run("mkdir -p /mnt/d && mount LABEL=dumps /mnt/d")
    name = dumps.the_dump(lab, vm, "/mnt/d")
    attempt = json.loads(vm.read(f"/mnt/d/{name}/manifest.json"))["attempt"]
    lab.equal([attempt["number"], attempt["of"], attempt["log_only"]], [2, 3, False], "manifest: the attempt")
    lab.equal([one["stage"] for one in attempt["earlier"]], ["writing the dump"], "manifest: earlier attempts")
    lab.note(json.dumps(attempt))
    # Nobody feeds it any more: had it not been stopped, the machine would be reset now.
    boot = vm.read("/proc/sys/kernel/random/boot_id")
    vm.run(f"umount /mnt/d; sleep {SECONDS + 5}", timeout=SECONDS + 60)
    lab.equal(vm.read("/proc/sys/kernel/random/boot_id"), boot, "the boot")
    return name


def stands_still(lab, vm):
    """Two attempts end in a kernel that stands still; the third one saves the log, and lets the machine go on."""
    vm.run(f"echo '{MARK}' >/dev/kmsg")
    start = vm.wait_capture(vm.crash())
    vm.wait_login(600)
    lab.equal(kernels(vm, start), 3, "kernels started since the crash")
    dumps.kept(lab, vm)
    lab.contains(dumps.capture_log(vm), "attempt 3 of 3 (the last): saving the kernel log only", "journal")
    vm.run("mount LABEL=dumps /mnt/d")
    name = sorted(dumps.dumps(vm, "/mnt/d"))[-1]
    lab.equal(set(dumps.dumps(vm, "/mnt/d")[name]), dumps.FILES - {"vmcore"}, f"files of {name}")
    lab.contains(vm.read(f"/mnt/d/{name}/vmcore-dmesg.txt"), MARK, "the log")
    manifest = json.loads(vm.read(f"/mnt/d/{name}/manifest.json"))
    lab.equal(manifest["complete"], False, "manifest: complete")
    lab.contains(manifest["targets"][0]["reason"], "the last of 3 attempts", "manifest: why there is no dump")
    lab.equal([one["stage"] for one in manifest["attempt"]["earlier"]], ["writing the dump"] * 2,
              "manifest: earlier attempts")
    late = vm.run("systemctl show -p ExecMainStatus fadump-ng-late.service").stdout
    lab.contains(late, "ExecMainStatus=5", "the late capture that the boot would have waited for")
    # By hand it can still be had.
    vm.run("umount /mnt/d && fadump-ng capture", timeout=180)
    dumps.released(lab, vm)
    vm.run("mount LABEL=dumps /mnt/d")
    lab.equal(dumps.the_dump(lab, vm, "/mnt/d", number=2), name, "the dump saved by hand")
    vm.run("umount /mnt/d")
    return name


def kernels(vm, start):
    return vm.console.count(r"^.*Linux version ", start)
