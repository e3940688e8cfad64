# SPDX-License-Identifier: GPL-2.0-or-later
"""rd.break= at every point of an initramfs without systemd."""

from harness import shells

MATRIX = True


def run(lab):
    shells.break_points(lab, "106-plain", before=4)
