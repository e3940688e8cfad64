#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# systemd.generator(7), in an image with a target across a network. In a capture boot, what manages interfaces starts after
# the capture, which brings them up by itself; but not where the boot brings up a network of its own: that one is used then.
sys=${fadump_ng_sysfs-/sys}
lib=${fadump_ng_lib-/usr/lib/fadump-ng}

[ -e "$sys/kernel/fadump/release_mem" ] || [ -e "$sys/kernel/fadump_release_mem" ] || exit 0
[ -z "$(fadump-ng config network --boot 2> /dev/null)" ] || exit 0
mkdir -p "$1/fadump-ng-capture.service.d"
cp "$lib/capture-network.conf" "$1/fadump-ng-capture.service.d/network.conf"
