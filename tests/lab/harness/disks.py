# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks of a guest: files with a file system on them, and what can be done to them while no guest runs."""

import pathlib
import shutil
import subprocess

from .failure import Failure

MKFS = {
    "ext4": ["mkfs.ext4", "-q", "-F", "-O", "^metadata_csum_seed,^orphan_file"],
    "xfs": ["mkfs.xfs", "-q", "-f"],
    "btrfs": ["mkfs.btrfs", "-q", "-f"],
}


class Disk:
    """A raw image. In the guest it is /dev/disk/by-id/virtio-NAME, and by label and UUID what they say. existing: the image
    of another guest's disk, used as it is."""

    moves = True  # and answers requests

    def __init__(self, name, size="1G", fs="ext4", uuid=None, label=None, existing=None):
        self.name, self.size, self.fs, self.uuid, self.label = name, size, fs, uuid, label or name
        self.path, self.existing = None, existing

    def make(self, directory):
        """Create the image in DIRECTORY. Without fs it is left empty."""
        if self.existing:
            self.path = pathlib.Path(self.existing)
            return
        self.path = pathlib.Path(directory) / f"{self.name}.img"
        _run("truncate", "-s", self.size, self.path)
        if self.fs:
            uuid = []
            if self.uuid:
                uuid = ["-m", f"uuid={self.uuid}"] if self.fs == "xfs" else ["-U", self.uuid]
            _run(*MKFS[self.fs], *uuid, "-L", self.label, self.path)

    def drive(self):
        """Words of QEMU's command line for the drive that is called like the disk."""
        return ["-drive", f"if=none,id={self.name},format=raw,cache=unsafe,file={self.path}"]

    def read(self, path, target=None):
        """The content of the file PATH on the disk (ext4 only), as bytes or copied to the file TARGET."""
        copy = pathlib.Path(target) if target else self.path.with_suffix(".read")
        copy.unlink(missing_ok=True)
        text = _debugfs(self.path, f'dump "{path}" "{copy}"')
        if not copy.exists() or "File not found" in text:
            raise Failure(f"no {path} on disk {self.name}: {text.strip()}")
        if target:
            return copy
        content = copy.read_bytes()
        copy.unlink()
        return content

    def list(self, path="/"):
        """The names in the directory PATH on the disk (ext4 only); empty if there is no such directory."""
        rows = _debugfs(self.path, f'ls -p "{path}"').splitlines()
        names = [row.split("/")[5] for row in rows if row.count("/") >= 6]
        return sorted(name for name in names if name not in ("", ".", "..", "lost+found"))

    def write(self, path, content, mode=0o644):
        """Put CONTENT (bytes or text) into the file PATH on the disk (ext4 only), with its directories."""
        source = self.path.with_suffix(".write")
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        parents = [str(parent) for parent in reversed(pathlib.PurePosixPath(path).parents) if str(parent) != "/"]
        _debugfs(self.path, *(f'mkdir "{parent}"' for parent in parents), f'rm "{path}"', f'write "{source}" "{path}"',
                 f'sif "{path}" mode 0{0o100000 | mode:o}', write=True)
        source.unlink()

    def replay(self, target):
        """A copy of the disk (ext4 only) as the next mount would find it, its journal replayed."""
        copied = CopiedDisk(self.name, self.path)
        copied.make(target)
        done = subprocess.run(["e2fsck", "-fy", str(copied.path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, env=_environment())
        if done.returncode > 2:
            raise Failure(f"the file system of disk {self.name} cannot be repaired: {done.stdout}")
        return copied

    def spoil(self, offset=0, size=1 << 20):
        """Overwrite SIZE bytes at OFFSET with rubbish: by default what holds the superblock and its neighbours."""
        with open(self.path, "r+b") as image:
            image.seek(offset)
            image.write(b"\xa5" * size)


class CopiedDisk(Disk):
    """A private copy of an image that stays as it is."""

    def __init__(self, name, original):
        super().__init__(name)
        self.original = original

    def make(self, directory):
        self.path = pathlib.Path(directory) / f"{self.name}.img"
        _run("cp", "--sparse=always", "--reflink=auto", self.original, self.path)


def _run(*command):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, env=_environment())
    if done.returncode:
        raise Failure(f"{command[0]} failed: {done.stdout.strip()}")


def _debugfs(image, *commands, write=False):
    """debugfs reports errors in its output alone, so the caller has to look at what came of it."""
    done = subprocess.run([shutil.which("debugfs", path=_environment()["PATH"]), *(["-w"] if write else []), "-f", "-",
                           str(image)], input="\n".join(commands) + "\n", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith("debugfs"))


def _environment():
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
