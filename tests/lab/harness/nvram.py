#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The non-volatile memory of a machine whose firmware has laid it out: run by itself it writes it to standard output."""

import sys

SIZE = 65536
BLOCK = 16
FREE = 0x7F
COMMON = 0x70
SETTINGS = b"boot-command=boot\0little-endian?=true\0"


def image(room=4096, settings=SETTINGS):
    """A system partition of firmware, "common" with some settings and ROOM bytes in all, and the rest free."""
    parts = partition(0x51, b"ibm,setupcfg", b"\1" * 240), partition(COMMON, b"common", settings, room)
    rest = SIZE - sum(len(part) for part in parts)
    return b"".join(parts) + partition(FREE, b"w" * 12, b"", rest)


def partition(signature, name, data, size=0):
    """One with its header; SIZE bytes, or as many as the data needs."""
    size = size or BLOCK + -(-len(data) // BLOCK) * BLOCK
    head = bytes([signature, 0]) + (size // BLOCK).to_bytes(2, "big") + name.ljust(12, b"\0")
    total = sum(head)
    while total > 0xFF:
        total = (total & 0xFF) + (total >> 8)
    return (head[:1] + bytes([total]) + head[2:] + data).ljust(size, b"\0")


if __name__ == "__main__":
    sys.stdout.buffer.write(image(*(int(word) for word in sys.argv[1:])))
