# SPDX-License-Identifier: GPL-2.0-or-later
"""A root directory for a capture on the real machine's terms, and a disk of its own in it."""

import os
import pathlib
import shutil
import stat

import loop

# Of the machine that we run on, at these names in the tree.
SHARED = ("usr", "bin", "sbin", "lib", "lib64", "lib32")


class Slot:
    """A place for one run at a time: its loop device, and its root directory with what is mounted there for good."""

    def __init__(self, machine, number):
        self.machine = machine
        self.place = machine.work / f"slot{number}"
        self.root, self.look = self.place / "root", self.place / "look"
        self.root.mkdir(parents=True)
        self.look.mkdir()
        # On a disk, or nothing would be released for a dump on it; all else is in memory.
        self.image = machine.disks / f"slot{number}"
        shutil.copy(machine.pristine, self.image)
        (self.root / "disk").touch()
        loop.mount(self.image, self.root / "disk", flags=loop.MS_BIND)
        self.loop = loop.Loop(self.image)
        # Its pages are made once.
        self.cut = os.open(self.root / "disk.cut", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.static = {"disk", "disk.cut"}
        for name in SHARED:
            self._share(pathlib.Path("/", name), name)
        self._share(pathlib.Path("/proc"), "kernel-proc")
        self._share(pathlib.Path("/sys"), "kernel-sys")
        self._share(machine.bindir, "build")
        self._share(machine.work / "bin", "stubs")

    def _share(self, source, name):
        target = self.root / name
        if source.is_symlink():
            target.symlink_to(os.readlink(source))
        elif source.is_dir():
            target.mkdir()
            loop.mount(source, target, flags=loop.MS_BIND | loop.MS_REC)
        else:
            return
        self.static.add(name)

    def reset(self):
        for path in self.root.iterdir():
            if path.name not in self.static:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        shutil.copytree(self.machine.tree, self.root, symlinks=True, dirs_exist_ok=True)
        os.mknod(self.root / "dev/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        device = os.stat(self.loop.path).st_rdev
        os.mknod(self.root / "dev" / self.loop.path.name, stat.S_IFBLK | 0o600, device)
        # The only disk that is looked at.
        (self.root / "proc/partitions").write_text(
            "major minor  #blocks  name\n\n"
            f"{os.major(device):4} {os.minor(device):8} {len(self.loop.content) >> 10:10} {self.loop.path.name}\n", encoding="ascii")
        (self.root / "sys/block" / self.loop.path.name).symlink_to(f"/kernel-sys/block/{self.loop.path.name}")
        self.loop.rewrite(self.machine.empty)
        self.fixed = loop.mounts_below(self.root)

    def left_mounted(self):
        left = loop.mounts_below(self.root)
        return left[:len(left) - len(self.fixed)]

    def dumps(self):
        """What is called vmcore on the device, as paths in it, and whether each is whole."""
        loop.mount(self.loop.path, self.look, "ext4")
        try:
            return {str(path.relative_to(self.look)): path.read_bytes() == self.machine.content
                    for depth in ("*", "*/*") for path in self.look.glob(f"{depth}/vmcore")}
        finally:
            loop.unmount(self.look)

    def close(self):
        for point in loop.mounts_below(self.place):
            loop.unmount(point, loop.MNT_DETACH)
        self.loop.close()
