# SPDX-License-Identifier: GPL-2.0-or-later
"""Changing files in an initramfs: the kernel unpacks one cpio archive (newc) after another, and the last file of a name wins,
so a small archive is appended."""

import pathlib
import posixpath
import stat

from .failure import Failure

HEADER = 110


def append(image, files):
    """Append to the uncompressed initramfs IMAGE the FILES: {absolute path: text, bytes, or (content, mode)}."""
    # Of regular files only the names are of interest: their contents would be half of memory.
    known = {name: (mode, content if stat.S_ISLNK(mode) else b"") for name, (mode, content) in entries(image)}
    out = b""
    for path, content in files.items():
        content, mode = content if isinstance(content, tuple) else (content, 0o644)
        path = _resolve(known, path.strip("/"))
        for parent in reversed(pathlib.PurePosixPath(path).parents[:-1]):
            if str(parent) not in known:
                out += _entry(str(parent), 0o40755, b"")
                known[str(parent)] = (0o40755, b"")
        out += _entry(path, 0o100000 | mode, content if isinstance(content, bytes) else content.encode())
    with open(image, "ab") as target:
        target.write(b"\0" * (-target.tell() % 4) + out + _entry("TRAILER!!!", 0, b""))


def entries(image):
    """Pairs of name and (mode, content) of all archives of the uncompressed initramfs IMAGE, in their order: the last one of a name
    is the one that counts."""
    data, at = memoryview(pathlib.Path(image).read_bytes()), 0
    while data[at:at + 6] == b"070701":
        field = [int(bytes(data[at + start:at + start + 8]), 16) for start in range(6, HEADER, 8)]
        mode, size, length = field[1], field[6], field[11]
        name = bytes(data[at + HEADER:at + HEADER + length - 1]).decode()
        begin = at + HEADER + length + -(HEADER + length) % 4
        at = begin + size + -size % 4
        if name == "TRAILER!!!":
            # What pads an archive is zeros.
            while at < len(data) and data[at] == 0:
                at += 1
            if at == len(data):
                return
            continue
        yield posixpath.normpath(name), (mode, bytes(data[begin:begin + size]))
    raise Failure("not an uncompressed initramfs")


def _resolve(known, path):
    """PATH with the links among its directories followed. A directory entry named like a link would replace the link."""
    done = ""
    for part in path.split("/")[:-1]:
        done = posixpath.join(done, part)
        mode, content = known.get(done, (0, b""))
        if stat.S_ISLNK(mode):
            target = posixpath.normpath(posixpath.join("/", posixpath.dirname(done), content.decode())).strip("/")
            return _resolve(known, target + path[len(done):])
    return path


def _entry(name, mode, content):
    encoded = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(encoded), 0)
    return _pad(b"070701" + b"".join(b"%08x" % field for field in fields) + encoded) + _pad(content)


def _pad(content):
    return content + b"\0" * (-len(content) % 4)
