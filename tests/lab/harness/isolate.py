# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario's process with a loopback network and mounts of its own: servers at their usual ports, file systems that are gone
when it ends, and nobody in the way of anybody."""

import ctypes
import os
import subprocess

CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
# For documentation, so nobody's; for the name service, which finds no address at all where there is only a loopback one.
ADDRESS = "192.0.2.1/32"


def isolate():
    """To be called before there are threads: namespaces are a thread's."""
    libc = ctypes.CDLL(None, use_errno=True)
    _called(libc.unshare(CLONE_NEWNS | CLONE_NEWNET), "unshare")
    _called(libc.mount(b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None), "making mounts private")
    for words in (["link", "set", "lo", "up"], ["address", "add", ADDRESS, "dev", "lo"]):
        subprocess.run(["ip", *words], check=True)


def _called(result, what):
    if result:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
