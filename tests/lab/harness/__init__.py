# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's harness: real crashes of a ppc64le guest in QEMU. Standard library only."""
