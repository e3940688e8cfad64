# SPDX-License-Identifier: GPL-2.0-or-later
"""A private mount namespace, and loop devices in it that nobody has to give back: the kernel does when their last user is gone,
however that ended."""

import ctypes
import errno
import fcntl
import mmap
import os
import pathlib
import struct
import time

CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
MNT_DETACH = 2
LOOP_SET_FD, LOOP_SET_STATUS64, LOOP_CTL_GET_FREE = 0x4C00, 0x4C04, 0x4C82
LO_FLAGS_AUTOCLEAR = 4
BLKFLSBUF = 0x20001261 if os.uname().machine.startswith(("ppc", "mips", "sparc", "alpha")) else 0x1261
PIECE = 64 << 10
FLAGS_AT, INFO_SIZE = 52, 232  # in struct loop_info64

libc = ctypes.CDLL(None, use_errno=True)


def _checked(result, what):
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), what)


def _bytes(value):
    return None if value is None else os.fsencode(value)


def mount(source, target, kind=None, flags=0, data=None):
    _checked(libc.mount(_bytes(source), _bytes(target), _bytes(kind), ctypes.c_ulong(flags), _bytes(data)), str(target))


def unmount(target, flags=0):
    """A process that is about to become another program has our files open for a moment longer."""
    until = time.monotonic() + 20
    while libc.umount2(_bytes(target), flags) < 0:
        if ctypes.get_errno() != errno.EBUSY or time.monotonic() > until:
            _checked(-1, str(target))
        time.sleep(0.01)


def mounts_below(directory):
    """Their mount points, the latest first."""
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        points = [line.split()[4] for line in table]
    return [point for point in reversed(points) if point.startswith(f"{directory}/")]


def go_apart():
    """From here on nobody else sees what we mount."""
    _checked(libc.unshare(CLONE_NEWNS), "unshare")
    mount("none", "/", flags=MS_REC | MS_PRIVATE)


class Loop:
    """A loop device over a file. path; number; it lives as long as it is open here, or mounted."""

    def __init__(self, image):
        with open(image, "r+b") as backing, open("/dev/loop-control", "r+b", buffering=0) as control:
            while True:
                self.number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
                self.path = pathlib.Path(f"/dev/loop{self.number}")
                self.fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
                try:
                    fcntl.ioctl(self.fd, LOOP_SET_FD, backing.fileno())
                    break
                except OSError as error:
                    os.close(self.fd)
                    # Somebody else was faster.
                    if error.errno != errno.EBUSY:
                        raise
            self.content = mmap.mmap(backing.fileno(), 0)
        info = bytearray(INFO_SIZE)
        struct.pack_into("=I", info, FLAGS_AT, LO_FLAGS_AUTOCLEAR)
        fcntl.ioctl(self.fd, LOOP_SET_STATUS64, info)

    def rewrite(self, source):
        """What is in source, as large; nobody has it mounted. Only what differs is written."""
        os.fsync(self.fd)
        for at in range(0, len(self.content), PIECE):
            piece = os.pread(source, PIECE, at)
            if piece != self.content[at:at + PIECE]:
                self.content[at:at + PIECE] = piece
        self._forget()

    def _forget(self):
        """Empty the kernel's cache of the device. A page that memory reclaim has in its hands stays, and has to go later."""
        until = time.monotonic() + 20
        while True:
            fcntl.ioctl(self.fd, BLKFLSBUF)
            if os.pread(self.fd, len(self.content), 0) == self.content[:]:
                return
            if time.monotonic() > until:
                raise OSError(errno.EBUSY, "the kernel keeps old pages", str(self.path))
            time.sleep(0.01)

    def close(self):
        self.content.close()
        os.close(self.fd)

    def is_gone(self):
        return not pathlib.Path(f"/sys/block/loop{self.number}/loop/backing_file").exists()
