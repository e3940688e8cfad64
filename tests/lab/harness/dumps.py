# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario asks of dumps and of the program: the same questions everywhere, so that they are put the same way."""

import json
import pathlib
import re

from . import cache, machine
from .failure import Failure

CONF = "/etc/fadump-ng.conf"
FILES = {"vmcore", "vmcore-dmesg.txt", "manifest.json", "capture.log"}
LIMIT = 16 << 20
# What one connection has sent and not heard of yet, and a bit.
WINDOW = 9 << 18
ON_ROOT = "target = file:///var/crash?device=LABEL=root&fstype=ext4\n"


def wrapped_makedumpfile(script):
    """Files of an initramfs in which SCRIPT stands for makedumpfile, which is /usr/bin/makedumpfile.real there."""
    real = (cache.guest() / "usr/bin/makedumpfile").read_bytes()
    return {"/usr/bin/makedumpfile": (script, 0o755), "/usr/bin/makedumpfile.real": (real, 0o755)}


def target(label, fs="ext4", path="/"):
    """A line of configuration: a target on the disk with this label."""
    return f"target = file://{path}?device=LABEL={label}&fstype={fs}\n"


def status(vm):
    """`fadump-ng status --json`, parsed. The guest has no initramfs in /boot: "ready" is about that, too, "kernel_ready" is not."""
    return json.loads(vm.run("fadump-ng status --json").stdout)


def capture_log(vm):
    """What the capture said in this boot, in the initramfs and later, as the journal or (without systemd) the console has it."""
    text = vm.journal()
    return "\n".join(line for line in text.splitlines() if "fadump-ng" in line)


def dumps(vm, directory="/var/crash"):
    """The dump directories below DIRECTORY in the guest, oldest first: {name: [file, ...]}."""
    listing = vm.run(f"cd {directory} 2>/dev/null && for d in */; do [ -d \"$d\" ] && echo \"$d:$(ls $d | tr '\\n' ' ')\";"
                     " done; true").stdout
    found = {}
    for line in listing.splitlines():
        name, _, files = line.partition("/:")
        found[name] = files.split()
    found.pop("lost+found", None)
    return found


def the_dump(lab, vm, directory="/var/crash", number=1):
    """The name of the newest of NUMBER complete dumps; everything a dump directory must hold is looked at."""
    complete = [name for name, files in dumps(vm, directory).items() if "vmcore" in files]
    lab.equal(len(complete), number, f"complete dumps in {directory} ({dumps(vm, directory)})")
    name = sorted(complete)[-1]
    path = f"{directory}/{name}"
    lab.equal(set(dumps(vm, directory)[name]), FILES, f"files of {path}")
    lab.equal(vm.run(f"stat -c %a {path} {path}/* | sort -u | tr '\\n' ' '").stdout.split(), ["600", "700"], "modes")
    vm.run(f"fadump-ng verify {path} --full")
    manifest = json.loads(vm.read(f"{path}/manifest.json"))
    lab.equal(manifest["complete"], True, "manifest: complete")
    lab.equal(manifest["dump"]["bytes"], int(vm.run(f"stat -c %s {path}/vmcore").stdout), "manifest: size of the dump")
    small(lab, manifest)
    return name


def small(lab, manifest):
    """The program itself was small, apart from what is under way on each connection to a server."""
    urls = [target["target"] for target in manifest["targets"] if target["target"].startswith("ssh:")]
    connections = max((int(re.search(r"connections=(\d)|$", url)[1] or 1) for url in urls), default=0)
    lab.require(manifest["peak_resident_bytes"] < LIMIT + connections * WINDOW,
                f"{manifest['peak_resident_bytes']} bytes resident, {connections} connections")


def nothing_published(lab, vm, directory="/var/crash"):
    """No finished name and no remains of a dump below DIRECTORY."""
    for name, files in dumps(vm, directory).items():
        for file in files:
            if file.startswith("vmcore") and file != "vmcore-dmesg.txt":
                raise Failure(f"{directory}/{name} holds {file}, although the dump failed")
    lab.note(f"nothing published in {directory}")


def released(lab, vm, fresh=None):
    """The memory was given back in this boot, and the machine is registered again. FRESH: MemTotal of a fresh boot, kB."""
    now = status(vm)
    lab.equal(now["registered"], True, "registered")
    lab.equal(now["kernel_ready"], True, "the kernel is ready")
    lab.equal(now["dump_active"], False, "a dump is active")
    lab.equal(now["capture_boot"], True, "this is the capture boot")
    lab.equal(vm.exists("/proc/vmcore"), False, "/proc/vmcore is there")
    if fresh:
        lost, kept = fresh - vm.memtotal(), now["mem_reserved_bytes"] // 1024
        lab.note(f"MemTotal {vm.memtotal()} kB, fresh boot {fresh} kB: {lost} kB less; {kept} kB kept for the next crash")
        lab.require(abs(lost - kept) < 32 * 1024, "MemTotal after the release is not the fresh boot's less the kept area")
        lab.equal(now["reboot_gives_memory_back"], True, "status: a reboot gives memory back")


def kept(lab, vm):
    """Nothing was released: the dump is still there."""
    now = status(vm)
    lab.equal(now["dump_active"], True, "a dump is active")
    lab.equal(now["registered"], False, "registered")
    lab.equal(now["ready"], False, "ready")
    lab.require(vm.memtotal() < 800_000, f"MemTotal is {vm.memtotal()} kB: was memory released?")


def backtrace(lab, vm, disk, path):
    """Open the dump at PATH of DISK (ext4, the guest is off) in crash: sys and bt name the panic. The dump's copy on this host."""
    dump = _copy(vm, disk, path)
    panic_in(lab, dump)
    return dump


def log_in(lab, vm, disk, path):
    """The same in a sixth of the time, for one more dump of a kind that another scenario opens whole: crash finds the crashed
    kernel's log in it, by the kernel's symbols alone."""
    text = lab.crash(_copy(vm, disk, path), "log", options=["--minimal"])
    panic = next((line for line in text.splitlines() if "Kernel panic" in line), "no panic")
    lab.contains(panic, "sysrq triggered crash", "crash: log")
    lab.note(f"in the dump's log: {panic.strip()}")


def _copy(vm, disk, path):
    return disk.read(f"{path}/vmcore", pathlib.Path(vm.directory) / "vmcore")


def panic_in(lab, dump):
    """crash opens DUMP, a file on this host, and names the panic."""
    text = lab.crash(dump, "sys", "bt")
    panic = next((line for line in text.splitlines() if "PANIC:" in line), "no PANIC: line")
    lab.contains(panic, "sysrq triggered crash", "crash: sys")
    lab.contains(text, "sysrq_handle_crash", "crash: bt")
    lab.note(panic.strip())


def of_a_large_machine(lab, memory):
    """Crash, capture, release and login in one boot of a machine with MEMORY; the program stays small and the dump opens in crash."""
    with lab.vm(memory=memory) as vm:
        vm.boot()
        lab.equal(status(vm)["kernel_ready"], True, "the kernel is ready before the crash")
        fresh = vm.memtotal()
        lab.require(fresh << 10 > machine.to_bytes(memory) * 9 // 10, f"MemTotal is {fresh} kB")
        # The firmware copies the boot memory, and QEMU clears its hash page table again.
        vm.wait_capture(vm.crash(300), 300)
        vm.wait_login(400)
        # Not to the page: of such sizes the kernel keeps less than what lies in the reserved area.
        released(lab, vm)
        lab.require(vm.memtotal() > fresh * 98 // 100, f"MemTotal {vm.memtotal()} kB, fresh boot {fresh} kB")
        name = the_dump(lab, vm)
        manifest = json.loads(vm.read(f"/var/crash/{name}/manifest.json"))
        lab.equal(manifest["dump"]["level"], 31, "the dump's level")
        tool = json.dumps(manifest)
        for word in "without_limits", "filtering_failed":
            lab.require(f'"{word}"' not in tool, f"manifest: {word}: {tool}")
        lab.note(f"core of {manifest['crash']['core_bytes'] >> 30} GiB, dump of {manifest['dump']['bytes'] >> 20} MiB in "
                 f"{manifest['dump']['duration_ms']} ms; fadump-ng's peak {manifest['peak_resident_bytes'] >> 10} KiB")
        vm.poweroff()
        backtrace(lab, vm, vm.root, f"/var/crash/{name}")


def one_cycle(lab, initrd, also=lambda vm: None, **options):
    """Crash, capture, release and login in one boot with this initramfs; the dump opens in crash. also: called with the VM
    before it is powered off; options: the VM's."""
    with lab.vm(f"guest-{initrd}", initrd=initrd, from_power_on="plain" not in initrd, **options) as vm:
        vm.boot()
        fresh = vm.memtotal()
        start = vm.crash_and_return()
        in_initrd = vm.console.search(r"systemd\[1\]: Running in initrd", start)
        lab.equal(bool(in_initrd), "plain" not in initrd, "systemd is in the initramfs")
        released(lab, vm, fresh)
        name = the_dump(lab, vm)
        also(vm)
        vm.poweroff()
        opened = log_in if "plain" in initrd else backtrace
        opened(lab, vm, vm.root, f"/var/crash/{name}")
