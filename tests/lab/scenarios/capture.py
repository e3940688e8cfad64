# SPDX-License-Identifier: GPL-2.0-or-later
"""Crash, capture, release and login in one boot; a second crash right after; both dumps open in crash."""

from harness import dumps


def run(lab):
    with lab.vm() as vm:
        vm.boot()
        fresh = vm.memtotal()
        lab.equal(dumps.status(vm)["kernel_ready"], True, "the kernel is ready before the crash")
        vm.fill_memory(300)
        vm.run("echo lab.word=1 >/sys/kernel/fadump/bootargs_append")
        start = vm.crash_and_return()
        # One boot: the kernel that captured is the one that logs in.
        lab.equal(vm.console.count(r"^.*Linux version ", start), 1, "kernels started since the crash")
        dumps.released(lab, vm, fresh)
        first = dumps.the_dump(lab, vm)
        lab.require(vm.console.search(r"MB written|Copying data: ", start), "no progress on the console")
        lab.equal(vm.run("findmnt -n /run/fadump-ng/target", check=False).stdout, "", "mounts left behind")

        # With 6.12 the page of the fadump header and the text of bootargs_append are among what is released: have the
        # released memory used.
        words = vm.read("/proc/cmdline")
        lab.contains(words, "lab.word=1", "the capture boot's command line")
        lab.equal(dumps.status(vm)["header_page_exposed"], False, "status: the header's page is exposed")
        vm.fill_memory(1500)
        vm.crash_and_return()
        dumps.released(lab, vm, fresh)
        lab.equal(vm.read("/proc/cmdline"), words, "the second capture boot's command line")
        second = dumps.the_dump(lab, vm, number=2)
        lab.require(first != second, "two crashes, one name")
        log = vm.run(f"cat /var/crash/{first}/vmcore-dmesg.txt").stdout
        vm.poweroff()

        same(lab, lab.crash(dumps.backtrace(lab, vm, vm.root, f"/var/crash/{first}"), "log"), log)
        dumps.backtrace(lab, vm, vm.root, f"/var/crash/{second}")


def same(lab, text, log):
    """crash's `log` and vmcore-dmesg.txt are the same lines."""
    missing = [line for line in log.splitlines() if line.strip() and line.split("] ", 1)[-1].strip() not in text]
    lab.equal(missing[:3], [], "lines of vmcore-dmesg.txt that crash's log has not")
    lab.require(len(log.splitlines()) > 100, "vmcore-dmesg.txt is suspiciously short")
