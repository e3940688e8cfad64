# SPDX-License-Identifier: GPL-2.0-or-later
"""For each dracut one image is made from beginning to end, and is what scenarios boot: the cached image with the program laid over.
With systemd or without, by the commit's hash."""

import gzip
import hashlib
import stat
import subprocess
import tempfile

from harness import cache, cpio, thirds

# What differs between two runs of dracut with the same input: the order in which ld.so's cache was written, and times.
VARYING = ("etc/ld.so.cache", "usr/lib/dracut/build-parameter.txt")


def run(lab):
    plain = int(thirds.commit()[:8], 16) % 2
    for version in ("106", "059", "112"):
        compare(lab, version + ("-plain" if plain else ""))


def compare(lab, variant):
    program = cache.program(variant)
    if not program:
        lab.note(f"{variant}: the image in the cache was made with this very program")
        return
    with tempfile.TemporaryDirectory(prefix="image-", dir=cache.CACHE) as directory:
        subprocess.run([cache.LAB / "build/initrd", "--whole", variant, cache.tree(), directory], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        whole = files(f"{directory}/initrd")
    laid_over = files(cache.initrd(variant))
    for path, (content, mode) in program.items():
        laid_over[path.strip("/")] = (stat.S_IFREG | mode, digest(content))
    lab.equal(sorted(whole.keys() ^ laid_over.keys()), [], f"{variant}: files that only one image has")
    differ = [path for path in whole if whole[path] != laid_over[path] and path not in VARYING]
    lab.equal(differ, [], f"{variant}: files that differ")
    lab.note(f"{variant}: {len(whole)} files, the same but for the program that was laid over")


def files(image):
    """{name: (mode, digest of the content)} of an initramfs."""
    return {name: (mode, digest(content)) for name, (mode, content) in cpio.entries(image)}


def digest(content):
    # Modules and manual pages may be compressed with a time in their header.
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    return hashlib.sha256(content).hexdigest()
