# SPDX-License-Identifier: GPL-2.0-or-later
"""rd.break= at every point: no boot hangs, and in the capture boot the dump is saved as soon as there are devices."""

from harness import shells


def run(lab):
    shells.break_points(lab, "106", before=3)
