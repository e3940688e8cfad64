# SPDX-License-Identifier: GPL-2.0-or-later
"""rd.break= in an initramfs without systemd: early ones come before the capture, late ones after it, and no boot hangs."""

from harness import shells

MATRIX = True


def run(lab):
    shells.break_point(lab, "cmdline", shell_first=True, initrd="106-plain")
    shells.break_point(lab, "initqueue", shell_first=True, initrd="106-plain")
    shells.break_point(lab, "pre-mount", shell_first=False, initrd="106-plain")
