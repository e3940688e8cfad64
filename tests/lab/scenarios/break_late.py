# SPDX-License-Identifier: GPL-2.0-or-later
"""rd.break= at a point after devices are there: in the capture boot the shell opens after the dump is saved."""

from harness import shells

MATRIX = True


def run(lab):
    for point in "initqueue", "pre-mount", "mount", "pre-pivot", "cleanup":
        shells.break_point(lab, point, shell_first=False)
