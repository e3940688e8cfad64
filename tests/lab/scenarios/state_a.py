# SPDX-License-Identifier: GPL-2.0-or-later
"""State A, the kernel refuses the dump (its header's magic is overwritten): said plainly, and the boot goes on."""

from harness import dumps

# The header follows the saved boot memory; the magic is looked for at the beginnings of pages there.
SPOIL = r"""
import mmap, os, re
text = open("/sys/kernel/debug/powerpc/fadump_region").read()
dest, size = next((int(m[1], 16), int(m[2], 16)) for m in re.finditer(
    r"DUMP: Src: \S+, Dest: (0x\w+), Size: (0x\w+)", text))
fd = os.open("/dev/mem", os.O_RDWR | os.O_SYNC)
for page in range(dest + size, dest + size + (64 << 20), 65536):
    window = mmap.mmap(fd, 65536, offset=page)
    if window[:8] == b"GISPMDAF":
        window[:8] = b"FNIPMDAF"
        print("spoiled", hex(page))
        break
    window.close()
"""


def run(lab):
    with lab.vm(root_files={"/root/spoil.py": SPOIL}) as vm:
        vm.boot()
        vm.run("mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug")
        lab.note(vm.read("/sys/kernel/debug/powerpc/fadump_region"))
        lab.contains(vm.run("python3 /root/spoil.py").stdout, "spoiled", "overwriting the magic")
        vm.crash_and_return()
        now = dumps.status(vm)
        lab.note(f"{now['verdict']}: {now['kernel_said']}")
        lab.contains(now["kernel_said"], "magic number", "status: what the kernel said")
        lab.equal(now["registered"], True, "registered for the next crash")
        lab.equal(vm.exists("/proc/vmcore"), False, "/proc/vmcore is there")
        lab.contains(dumps.capture_log(vm), "magic number", "journal")
        dumps.nothing_published(lab, vm)
        vm.crash_and_return()
        dumps.released(lab, vm)
        dumps.the_dump(lab, vm)
        vm.poweroff()
