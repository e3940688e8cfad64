# SPDX-License-Identifier: GPL-2.0-or-later
"""A complete build by each dracut gives the files that scenarios boot: those of the cached image with the program appended. With
systemd or without, by the commit's hash."""

import gzip
import hashlib
import shutil
import subprocess
import tempfile

from harness import cache, cpio, thirds

# Not reproducible: the order in ld.so's cache, and times.
VARYING = ("etc/ld.so.cache", "usr/lib/dracut/build-parameter.txt")


def run(lab):
    plain = int(thirds.commit()[:8] or "0", 16) % 2
    for version in ("106", "059", "112"):
        compare(lab, version + ("-plain" if plain else ""))


def compare(lab, variant):
    program = cache.program(variant)
    if not program:
        lab.note(f"{variant}: the image in the cache was made with this very program")
        return
    # In the cache, since the tree's files are linked, not copied.
    with tempfile.TemporaryDirectory(prefix="image-", dir=cache.CACHE) as directory:
        with open(lab.directory / f"{variant}.log", "w", encoding="utf-8") as log:
            done = subprocess.run([cache.LAB / "build/initrd", "--whole", variant, cache.tree(), directory], check=False,
                                  stdout=log, stderr=log)
        lab.equal(done.returncode, 0, f"{variant}: dracut's status; see {log.name}")
        booted = f"{directory}/booted"
        whole = files(f"{directory}/initrd")
        shutil.copy(cache.initrd(variant), booted)
        cpio.append(booted, program)
        laid_over = files(booted)
    lab.equal(laid_over[cache.PROGRAM][1], digest((cache.product() / cache.PROGRAM).read_bytes()), f"{variant}: the program")
    lab.equal(sorted(whole.keys() ^ laid_over.keys()), [], f"{variant}: files that only one image has")
    # dracut strips programs.
    differ = [path for path in whole if whole[path] != laid_over[path] and path not in (cache.PROGRAM, *VARYING)]
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
