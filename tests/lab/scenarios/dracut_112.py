# SPDX-License-Identifier: GPL-2.0-or-later
"""One boot from crash to login with images of dracut 112: with systemd, to disk and, by IPv6 over a VLAN, to SSH; without."""

from harness import arrived, dumps


def run(lab):
    arrived.disk_and_box(lab, "112", "[fec0::2]", arrived.VLAN6, vlan=7)
    dumps.one_cycle(lab, "112-plain")
