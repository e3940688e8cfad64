# SPDX-License-Identifier: GPL-2.0-or-later
"""One boot from crash to login with images made by dracut 059: with systemd, to disk and to SSH; without."""

from harness import arrived, dumps


def run(lab):
    arrived.disk_and_box(lab, "059", "10.0.2.2", arrived.STATIC, network=True)
    dumps.one_cycle(lab, "059-plain")
