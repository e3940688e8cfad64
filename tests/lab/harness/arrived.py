# SPDX-License-Identifier: GPL-2.0-or-later
"""The same questions as in dumps.py of dumps that came to this host over the network, and what a guest is given for that."""

import json
import stat

from . import dumps
from .failure import Failure

# What the image records of the network where nothing else is to be proven.
STATIC = """device = *
address = * 10.0.2.15/24
route = default via=10.0.2.2
"""
# An IPv6 network that is reached over VLAN 7 only.
VLAN6 = """device = enp0s2 mac=52:54:00:12:34:56
vlan = lab.7 parent=enp0s2 id=7
address = lab.7 fec0::15/64
"""
RECORD = "/etc/fadump-ng.network"
IDENTITY = "/etc/fadump-ng/identity"
KNOWN_HOSTS = "/etc/fadump-ng/known_hosts"


def ssh_files(sshd):
    """What a guest needs to reach the drop boxes of this server."""
    return {IDENTITY: sshd.identity(), KNOWN_HOSTS: sshd.known_hosts()}


def disk_and_box(lab, initrd, host, record, **options):
    """One cycle with this initramfs, in which one pass fills the disk and a drop box at HOST."""
    with lab.sshd(f"sshd-{initrd}") as sshd:
        conf = dumps.ON_ROOT + f"target = also ssh://dumps@{host}/upload\n"
        files = {**ssh_files(sshd), RECORD: record, dumps.CONF: conf}

        def look(vm):
            path, manifest = the_dump(lab, sshd.upload())
            lab.equal([target["ok"] for target in manifest["targets"]], [True, True], "manifest: the targets")
            lab.note(f"{host}: {path.name}")
            if vm.switch:
                lab.note(f"{vm.switch.passed} frames with the VLAN's tag, {vm.switch.dropped} others")

        dumps.one_cycle(lab, initrd, look, files=files, **options)


def names(directory):
    """The finished dumps in DIRECTORY, oldest first."""
    return sorted(path.parent.name for path in directory.glob("*/vmcore"))


def the_dump(lab, directory, number=1):
    """The path and the manifest of the newest of NUMBER complete dumps; all that a dump directory must hold is looked at."""
    found = names(directory)
    lab.equal(len(found), number, f"complete dumps in {directory} ({sorted(map(str, directory.glob('*/*')))})")
    path = directory / found[-1]
    files = list(path.iterdir())
    lab.equal({file.name for file in files}, dumps.FILES, f"files of {path}")
    lab.equal({stat.S_IMODE(file.stat().st_mode) for file in [path, *files]}, {0o600, 0o700}, f"modes in {path}")
    with open(path / "vmcore", "rb") as dump:
        lab.equal(dump.read(8), b"KDUMP   ", "the first bytes of the dump, an ordinary kdump file")
    status, said = lab.in_guest_tree(["fadump-ng", "verify", path, "--full"], [path])
    lab.equal(status, 0, f"fadump-ng verify --full: {said}")
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    lab.equal(manifest["complete"], True, "manifest: complete")
    lab.equal(manifest["dump"]["bytes"], (path / "vmcore").stat().st_size, "manifest: size of the dump")
    dumps.small(lab, manifest)
    return path, manifest


def nothing(lab, directory):
    """No finished dump and no remains of one in DIRECTORY."""
    left = [path for path in directory.glob("*/vmcore*") if path.name != "vmcore-dmesg.txt"]
    if left:
        raise Failure(f"{directory}: {left} is there, although the dump failed")
    lab.note(f"nothing published in {directory.parent.name}")


def growing(directory, least=1):
    """Whether a dump of LEAST bytes or more is being written in DIRECTORY."""
    return any(path.stat().st_size >= least for path in directory.glob("*/vmcore.incomplete"))


def untouched(lab, vm):
    """A production boot left the network alone."""
    links = vm.run("ip -brief link | grep -v '^lo '").stdout
    lab.require(" DOWN " in links and " UP " not in links, f"an interface is up: {links}")
    lab.equal(vm.run("ip -brief address show up | grep -v '^lo '", check=False).stdout, "", "addresses")
