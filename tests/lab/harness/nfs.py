# SPDX-License-Identifier: GPL-2.0-or-later
"""nfs-ganesha: NFS 3 and 4.2 over TCP. It does not start without a port mapper, so there is one, whether or not guests ask it."""

from .peer import PLACE, Peer

# Guests come from ports above 1023. The flusher's privilege is not to be had everywhere and means nothing here.
CONFIG = """
NFS_CORE_PARAM {{
	NFS_Port = {port};
	MNT_Port = {mountport};
	Protocols = 3, 4;
	Mount_Path_Pseudo = true;
	Enable_UDP = false;
	Enable_NLM = false;
	Enable_RQUOTA = false;
	allow_set_io_flusher_fail = true;
}}
NFSV4 {{
	Graceless = true;
	RecoveryRoot = "{place}/state";
	Minor_Versions = 0, 1, 2;
	Only_Numeric_Owners = true;
}}
EXPORT {{
	Export_Id = 1;
	Path = "{place}/export";
	Pseudo = "/export";
	Access_Type = RW;
	Squash = No_Root_Squash;
	SecType = sys;
	PrivilegedPort = false;
	Protocols = 3, 4;
	FSAL {{ Name = VFS; }}
}}
"""


class Nfs(Peer):
    """Exports /export, which is self.export here. Not every file system can be served (tmpfs cannot)."""

    def __init__(self, directory, port=2049, mountport=20048):
        super().__init__(directory)
        self.port, self.mountport = port, mountport
        self.ports = port, mountport
        self.export = self.directory / "export"
        self.export.mkdir()
        (self.directory / "state").mkdir()
        text = CONFIG.format(port=port, mountport=mountport, place=PLACE)
        (self.directory / "ganesha.conf").write_text(text, encoding="ascii")

    def command(self):
        return ["ganesha.nfsd", "-F", "-f", f"{PLACE}/ganesha.conf", "-L", f"{PLACE}/ganesha.log", "-p", f"{PLACE}/pid"]

    def serves(self):
        # It listens before it knows whether it will serve.
        return super().serves() and "NFS SERVER INITIALIZED" in self.log()

    def log(self):
        path = self.directory / "ganesha.log"
        return super().log() + (path.read_text(encoding="utf-8", errors="replace") if path.exists() else "")


class PortMapper(Peer):
    ports = (111,)
    places = (("run", "/run"),)

    def __init__(self, directory):
        super().__init__(directory)
        (self.directory / "run").mkdir()

    def command(self):
        return ["rpcbind", "-f"]
