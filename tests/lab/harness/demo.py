# SPDX-License-Identifier: GPL-2.0-or-later
"""One crash from beginning to end, for a person to watch."""

import re
import subprocess
import tempfile
import time

from . import cache
from .lab import Lab

# What of the console tells the story.
SHOWN = re.compile(r"Linux version |fadump|Kernel panic|sysrq: |^guest login:|Reached target.*(multi-user|Multi-User)")


def say(text):
    print(f"\n\033[1m== {text}\033[0m", flush=True)


def show():
    """Prepare what is shown, and show it."""
    began = time.monotonic()
    say("Preparing the lab: kernel, guest, program and initramfs (the first time takes a while; later they are in "
        f"{cache.CACHE})")
    cache.prepare(("106",), servers=False)
    print(f"prepared in {time.monotonic() - began:.0f} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="fadump-ng-demo-") as directory:
        lab = Lab(directory)
        try:
            _story(lab, lab.vm())
        finally:
            lab.close()
    print(f"\n{time.monotonic() - began:.0f} s in all", flush=True)


def _in_guest(vm, command):
    print(f"guest# {command}")
    print(vm.run(command, timeout=120).stdout.rstrip(), flush=True)


def _story(lab, vm):
    vm.echo = lambda line: print(f"  {line}", flush=True) if SHOWN.search(line) else None
    say("A ppc64le machine with 3 GiB of memory (booted and saved on the first run, restored on later ones)")
    seconds = vm.boot()
    print(f"at its login after {seconds:.0f} s")
    _in_guest(vm, "fadump-ng status")
    say("Memory in use, then a crash")
    vm.fill_memory(300)
    crash = vm.seconds()
    vm.crash_and_return()
    print(f"crash to login: {vm.seconds() - crash:.0f} s, in one boot")
    say("The same boot, in production")
    _in_guest(vm, "fadump-ng status")
    _in_guest(vm, "ls -l /var/crash/*")
    _in_guest(vm, "cat /var/crash/*/manifest.json")
    _in_guest(vm, "fadump-ng check --core /var/crash/*")
    name = vm.run("ls /var/crash").stdout.split()[0]
    vm.echo = None
    vm.poweroff()
    say("crash opens the dump")
    dump = vm.root.read(f"/var/crash/{name}/vmcore", vm.directory / "vmcore")
    print(lab.crash(dump, "sys", "bt"))
    subprocess.run(["ls", "-l", str(dump)], check=False)
    print(f"(kernel with symbols: {cache.kernel() / 'vmlinux'})")
