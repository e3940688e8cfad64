# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenSSH's sshd with drop boxes: accounts that have no shell and see nothing but their own directory."""

import os
import pathlib
import signal
import subprocess

from . import cache
from .peer import PLACE, Peer, mount_small

HOSTS = "10.0.2.2", "fec0::2"  # this machine, as guests see it

# No penalties: to the server every guest is 127.0.0.1, and a connection that the lab kills is not an attack.
CONFIG = """
{ports}
ListenAddress 127.0.0.1
ListenAddress ::1
HostKey {place}/host_key
PidFile none
AuthorizedKeysFile {place}/keys/%u
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
UsePAM no
PerSourcePenalties no
LogLevel VERBOSE
Subsystem sftp internal-sftp
Match User *
    ChrootDirectory {place}/box/%u
    ForceCommand internal-sftp -u 0077
    PermitTTY no
    DisableForwarding yes
"""


class Sshd(Peer):
    """boxes: {account of build/peers: size of its file system, or None}. The upload directory of each is /upload. Only the key
    of identity() opens them; an account that is not in boxes has no keys."""

    def __init__(self, directory, ports=(22,), boxes=None):
        super().__init__(directory)
        self.ports = ports
        (self.directory / "keys").mkdir()
        for name in "host_key", "identity":
            self._make_key(name)
        for account, size in (boxes or {"dumps": None}).items():
            self._make_box(account, size)
        lines = "\n".join(f"Port {port}" for port in ports)
        (self.directory / "sshd_config").write_text(CONFIG.format(ports=lines, place=PLACE), encoding="ascii")

    def _make_key(self, name):
        subprocess.run(self.inside(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"lab-{name}", "-f", f"{PLACE}/{name}"]),
                       check=True)

    def _make_box(self, account, size):
        box = self.directory / "box" / account
        box.mkdir(parents=True)
        if size:
            mount_small(box, size)
        (box / "upload").mkdir(mode=0o700)
        os.chown(box / "upload", *_ids(account))
        (self.directory / "keys" / account).write_bytes((self.directory / "identity.pub").read_bytes())

    def command(self):
        return ["/usr/sbin/sshd", "-D", "-e", "-f", f"{PLACE}/sshd_config"]

    def identity(self):
        """The private key that opens the boxes, as a file of a guest."""
        return (self.directory / "identity").read_text(encoding="ascii"), 0o600

    def known_hosts(self, ports=None):
        """Lines of known_hosts for this server at its ports."""
        key = " ".join((self.directory / "host_key.pub").read_text(encoding="ascii").split()[:2])
        names = [host if port == 22 else f"[{host}]:{port}" for port in ports or self.ports for host in HOSTS]
        return "".join(f"{name} {key}\n" for name in names)

    def upload(self, account="dumps"):
        """The directory that the account sees as /upload."""
        return pathlib.Path(self.directory) / "box" / account / "upload"

    def cut(self):
        """Kill the open connections; the server still takes new ones."""
        self.signal(signal.SIGKILL, children_only=True)


def _ids(account):
    for line in (cache.peers() / "etc/passwd").read_text(encoding="utf-8").splitlines():
        name, _, uid, gid = line.split(":")[:4]
        if name == account:
            return int(uid), int(gid)
    raise KeyError(account)
