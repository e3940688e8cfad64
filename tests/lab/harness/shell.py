# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest to play with."""

import subprocess

from . import cache, machine
from .vm import VM


def run(directory, **options):
    """A guest whose console is this terminal; root needs no password. Its disk is forgotten afterwards."""
    vm = VM(directory, network=True, from_power_on=True, **options)
    vm.make()
    words, skip = [], ("-S",)
    for word in machine.qemu_arguments(vm):
        if word.startswith("socket,id=console"):
            word = "stdio,id=console,mux=on,signal=off"
        if word not in skip:
            words.append(word)
    return subprocess.run(cache.qemu(words, [vm.directory, cache.CACHE]), check=False).returncode
