# SPDX-License-Identifier: GPL-2.0-or-later
"""The artefacts a VM is made of: every method returns a path, building on first use what is not in the cache."""

import concurrent.futures
import fcntl
import functools
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from .failure import Failure

LAB = pathlib.Path(__file__).resolve().parent.parent
PROJECT = LAB.parent.parent
CACHE = pathlib.Path(os.environ.get("FADUMP_NG_CACHE") or pathlib.Path.home() / ".cache/fadump-ng")
VARIANTS = ("106", "106-plain", "059", "059-plain", "112", "112-plain")
PROGRAM = "usr/bin/fadump-ng"
# So many saved machines are kept: they change with the product.
KEPT = 3
# The first QEMU whose pseries machine offers fadump.
QEMU = (10, 2)


@functools.cache
def recipe(name, *arguments):
    """Run build/NAME and return the directory it prints."""
    done = subprocess.run([LAB / "build" / name, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Failure(f"build/{name} failed")
    return pathlib.Path(done.stdout.strip())


def artefact(name, key, build):
    """Like artefact() of build/common.sh, for artefacts that are made in Python: BUILD is called with the directory to fill."""
    directory = CACHE / f"{name}-{key}"
    if not directory.exists():
        with open(CACHE / f".{name}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not directory.exists():
                _fill(name, directory, build)
    os.utime(directory)
    return directory


def _fill(name, directory, build):
    began = time.monotonic()
    print(f"lab: making {name}", file=sys.stderr, flush=True)
    part = directory.with_name(directory.name + ".part")
    # Under the lock: what is there was interrupted.
    for left in CACHE.glob(f"{name}-*.part"):
        shutil.rmtree(left)
    part.mkdir()
    build(part)
    part.rename(directory)
    print(f"lab: made {name} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    others = sorted(CACHE.glob(f"{name}-????????????"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in others[KEPT:]:
        # Under another name first: one that was half deleted is never taken for complete.
        gone = old.with_name(old.name + ".part")
        old.rename(gone)
        shutil.rmtree(gone)


def kernel():
    return recipe("kernel")


def symbols():
    """The kernel's vmlinux for crash."""
    return recipe("symbols") / "vmlinux"


def guest():
    return recipe("guest")


def peers():
    return recipe("peers")


def tree():
    return recipe("tree", product())


def initrd(variant):
    """An image made with this product, but for the program: that may be another one's (program())."""
    return recipe("initrd", variant, tree()) / "initrd"


def program(variant):
    """The files to lay over initrd(VARIANT): the product's program, where the image was made with another."""
    current = (product() / PROGRAM).read_bytes()
    made_with = (initrd(variant).parent / "program").read_text(encoding="ascii").strip()
    return {} if hashlib.sha256(current).hexdigest() == made_with else {"/" + PROGRAM: (current, 0o755)}


@functools.cache
def product():
    """The product as installed for the guest: FADUMP_NG_PRODUCT, or this project cross-built now."""
    given = os.environ.get("FADUMP_NG_PRODUCT")
    if given:
        return pathlib.Path(given)
    work = PROJECT / "build/lab"
    work.mkdir(parents=True, exist_ok=True)
    with open(work / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(work / "dest", ignore_errors=True)
        make = ["make", "-C", str(PROJECT), "CROSS_COMPILE=powerpc64le-linux-gnu-",
                # Relative: what depends on what is still true when all of it is copied elsewhere.
                "PKG_CONFIG=powerpc64le-linux-gnu-pkg-config", "BUILD=build/lab",
                f"DESTDIR={work}/dest", "PREFIX=/usr", "install"]
        with open(work / "log", "w", encoding="utf-8") as log:
            command = inside(recipe("cross"), make, bind=[PROJECT])
            if subprocess.run(command, stdout=log, stderr=log, check=False).returncode:
                raise Failure(f"building the project for the guest failed (log: {work}/log)")
    return work / "dest"


def inside(root, command, bind=()):
    """The command line that runs COMMAND inside ROOT with the directories BIND at their own paths."""
    binds = [word for directory in bind for word in ("--bind", str(directory))]
    return [str(LAB / "build/enter"), str(root), *binds, "--", *map(str, command)]


@functools.cache
def host_has_qemu():
    """Whether this host's own QEMU will do; otherwise the one of the tools root is used."""
    found = re.search(r"version (\d+)\.(\d+)", _host_qemu())
    return bool(found) and tuple(map(int, found.groups())) >= QEMU


@functools.cache
def _host_qemu():
    if not shutil.which("qemu-system-ppc64"):
        return ""
    return subprocess.run(["qemu-system-ppc64", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout


def qemu_version():
    """A string that identifies the QEMU."""
    return _host_qemu() if host_has_qemu() else recipe("tools").name


def qemu(arguments, bind):
    """The command line of a QEMU, run in the tools root unless the host's own is new enough."""
    command = ["qemu-system-ppc64", *arguments]
    return command if host_has_qemu() else inside(recipe("tools"), command, bind)


def prepare(variants=VARIANTS, servers=True):
    """Build everything that scenarios with these initramfs variants need, so that running one only runs it. It has no network to
    build by itself. servers: those that guests send dumps to, as well."""
    subprocess.run([LAB / "build/host-packages"], check=True)
    # The kernel takes longest and starts first; what does not need it is built beside it.
    _all(symbols, guest, lambda: recipe("cross"), *([peers] if servers else []))
    tree()
    _all(*(functools.partial(initrd, variant) for variant in variants))


def _all(*builds):
    """Call all of BUILDS, one a CPU at a time."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for built in [pool.submit(build) for build in builds]:
            built.result()
