# SPDX-License-Identifier: GPL-2.0-or-later
"""With FADUMP_NG_STRICT dracut 106, 059 and 112 refuse an image that could not capture, say why, and leave an image that is there
as it is."""

import contextlib
import pathlib
import subprocess
import tempfile

from harness import cache, dumps
from harness.failure import Failure

IMAGE = "boot/initrd"
BEFORE = "the image before"
CONF = dumps.CONF.lstrip("/")


def run(lab):
    for version in ("106", "059", "112"):
        # Beside the tree, whose files are linked, not copied.
        with tempfile.TemporaryDirectory(prefix="image-refused-", dir=cache.CACHE) as directory:
            refusals(lab, version, prepare(pathlib.Path(directory), version))


def refusals(lab, version, root):
    refused(lab, root, version, dumps.ON_ROOT + "compres = lzo\n", [f"{dumps.CONF}:2: ", "compres", "compress"])
    with hidden(root, "makedumpfile"):
        refused(lab, root, version, dumps.ON_ROOT, ["makedumpfile is not installed", "package makedumpfile"])
    refused(lab, root, version, dumps.target("any", "jfs"), ["no driver for jfs"])
    if version != "106":
        return
    refused(lab, root, version, "makedumpfile-options = --split\n", ["--split"])
    refused(lab, root, version, "target = file:///x?device=UUID=not-there\n", ["fstype="])
    for tool, package in (("vmcore-dmesg", "kexec-tools"), ("e2fsck", "e2fsprogs")):
        with hidden(root, tool):
            refused(lab, root, version, dumps.ON_ROOT, [f"{tool} is not installed", f"package {package}"])


def prepare(directory, version):
    """A tree with this dracut in it, and an image that is there already."""
    subprocess.run([cache.LAB / "build/dracut-tree", version, cache.tree(), directory], check=True)
    root = directory / "root"
    (root / IMAGE).write_text(BEFORE, encoding="ascii")
    return root


@contextlib.contextmanager
def hidden(root, tool):
    """A program of the tree is away for a while."""
    place = next((root / directory / tool for directory in ("usr/bin", "usr/sbin") if (root / directory / tool).exists()),
                 None)
    if not place:
        raise Failure(f"there is no {tool} in {root}")
    away = place.with_name(tool + ".away")
    place.rename(away)
    try:
        yield
    finally:
        away.rename(place)


def refused(lab, root, version, conf, words):
    """An image with this configuration is refused, in these words."""
    (root / CONF).unlink()
    (root / CONF).write_text(conf, encoding="utf-8")
    kernel = next((root / "usr/lib/modules").iterdir()).name
    # Ours and what it depends on: the others have no part in this.
    command = ["env", "-u", "TMPDIR", "FADUMP_NG_STRICT=1", "DRACUT_LDD=/opt/lab/ldd", "DRACUT_INSTALL=/opt/lab/dracut-install",
               "/opt/lab/bash", "/usr/bin/dracut", "--force",
               "--no-hostonly", "--no-early-microcode", "--no-compress", "--kver", kernel,
               "--modules", "base fadump-ng", "/" + IMAGE]
    done = subprocess.run(cache.inside(root, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=600, check=False)
    what = f"dracut {version} with {conf!r}"
    if done.returncode == 0:
        raise Failure(f"{what}: an image was made:\n{done.stdout}")
    for word in words:
        lab.contains(done.stdout, word, what)
    lab.equal((root / IMAGE).read_text(encoding="ascii"), BEFORE, f"{what}: the image that was there")
    said = [line for line in done.stdout.splitlines() if "fadump" in line and "Executing" not in line]
    lab.note(f"dracut {version}: {said[0].strip() if said else done.stdout.strip()}")
