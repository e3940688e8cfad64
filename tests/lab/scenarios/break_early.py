# SPDX-License-Identifier: GPL-2.0-or-later
"""rd.break= at a point before devices are there: no boot hangs, and in the capture boot the dump is saved after the shell."""

from harness import shells


def run(lab):
    for point in "cmdline", "pre-udev", "pre-trigger":
        shells.break_point(lab, point, shell_first=True)
