# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario is given: guests, oracles and ways to say what must be so."""

import pathlib
import subprocess

from . import cache, times
from .cached_disk import CachedDisk
from .disks import Disk
from .failure import PATIENCE, Failure
from .nfs import Nfs, PortMapper
from .sshd import Sshd
from .vm import VM


class Lab:
    Disk = Disk
    CachedDisk = CachedDisk

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.vms = []
        self.port_mapper = None

    def vm(self, name="guest", **options):
        """A VM (its options: vm.VM), with its images and logs in the directory NAME."""
        vm = VM(self.directory / name, **options)
        self.vms.append(vm)
        return vm

    def sshd(self, name="sshd", **options):
        """A server (its options: sshd.Sshd) with all its files in the directory NAME; to be entered with `with`."""
        return Sshd(self.directory / name, **options)

    def nfs(self, name="nfs", **options):
        """The same of nfs.Nfs."""
        if not self.port_mapper:
            self.port_mapper = PortMapper(self.directory / "rpcbind")
            self.port_mapper.start()
        return Nfs(self.directory / name, **options)

    def note(self, text):
        """Say something worth reading in the log of a scenario that passes."""
        for line in str(text).splitlines():
            print(f"# {line}", flush=True)

    def require(self, condition, text):
        if not condition:
            raise Failure(text)

    def equal(self, seen, expected, what):
        if seen != expected:
            raise Failure(f"{what}: expected {expected!r}, saw {seen!r}")

    def contains(self, text, part, what):
        if part not in text:
            raise Failure(f"{what}: no {part!r} in:\n{text}")

    def crash(self, dump, *commands, options=(), timeout=300):
        """What Debian's crash prints for COMMANDS on DUMP (a file on this host) and the guest's kernel."""
        dump = pathlib.Path(dump).resolve()
        script = dump.with_name(dump.name + ".crash")
        script.write_text("\n".join([*commands, "quit", ""]), encoding="utf-8")
        vmlinux = cache.symbols()
        command = cache.inside(cache.guest(), ["crash", "--no_scroll", "-s", *options, "-i", script, vmlinux, dump],
                               [dump.parent, vmlinux.parent])
        try:
            with times.spent("crash"):
                done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      text=True, errors="replace", timeout=timeout * PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            raise Failure(f"crash did not end within {timeout} s") from None
        (dump.with_name(dump.name + ".crash.out")).write_text(done.stdout, encoding="utf-8")
        if done.returncode:
            raise Failure(f"crash: status {done.returncode}: {done.stdout[-2000:]}")
        return done.stdout

    def in_guest_tree(self, command, bind=(), timeout=300):
        """Run a command line (a list) of the guest's tree on this host, emulated: (status, output)."""
        with times.spent("verify"):
            done = subprocess.run(cache.inside(cache.tree() / "root", command, bind), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout * PATIENCE,
                                  check=False)
        return done.returncode, done.stdout

    def console_tails(self):
        """The ends of the consoles of guests still there, for the report of a failure."""
        return "\n".join(f"--- the end of {vm.directory.name}'s console\n{vm.console.tail()}"
                         for vm in self.vms if vm.console)

    def close(self):
        for vm in self.vms:
            vm.kill()
        if self.port_mapper:
            self.port_mapper.kill()
