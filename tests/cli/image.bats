#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What status says of the initramfs that the next boot gets: whether it would capture, and what it was looked for and found by.

load lib

setup() {
    cli_setup
    tree pseries-production
    R=$T/root
}

# The first line that status prints, and image.state, are these.
says() {
    fadump status
    [ "$status" = 0 ]
    [ "${output%%$'\n'*}" = "$1" ]
    fadump status --json
    [ "$(json readiness)" = "$1" ]
    [ "$(json kernel_ready)" = True ]
    [ "$(json ready)" = "$([[ $1 == ready:* ]] && echo True || echo False)" ]
    [ "$(json image.state)" = "$2" ]
}

ready='ready: registered for the next crash'
mend='run FADUMP_NG_STRICT=1 dracut --force --add fadump-ng'
initrd=/boot/initrd.img-6.12.107

@test "registered, and no initramfs to be found: not known to be ready" {
    says 'unknown: registered, but no initramfs of kernel 6.12.107 was found in /boot; is /boot mounted?' unknown
}

@test "each compression that dracut knows, and none; early microcode before it" {
    local pack
    for pack in cat 'gzip -c' 'xz --check=crc32 -c' 'zstd -qc' 'lz4 -lqc' 'bzip2 -c' 'xz --format=lzma -c'; do
        command -v "${pack%% *}" >/dev/null || continue
        # shellcheck disable=SC2086 # words
        image $pack
        says "$ready" good
    done
    mkdir -p "$T/early/kernel/x86"
    (cd "$T/early" && find . | cpio --quiet -o -H newc) >"$T/both"
    cat "$R$initrd" >>"$T/both"
    mv "$T/both" "$R$initrd"
    says "$ready" good
}

@test "an image without the module, and one built without a capture" {
    mkdir -p "$T/image/etc" "$R/boot"
    : >"$T/image/etc/passwd"
    image zstd -qc
    says "not ready: $initrd has no fadump-ng in it; $mend" no-module
    printf 'the name nowhere\tcannot be resolved\n' >"$T/image/etc/fadump-ng.no-capture"
    image zstd -qc
    says "not ready: $initrd was built without a capture: the name nowhere?cannot be resolved; $mend" no-capture
}

@test "of another version, of one without a mark, for another kernel" {
    image
    sed -i 's/^version .*/version 0.0.1/' "$T/image/etc/fadump-ng.image"
    image
    says "not ready: $initrd has fadump-ng 0.0.1, and this is $("$FADUMP_NG" --version | sed 's/.* //'); $mend" other-version
    rm -r "$T/image"
    image
    sed -i 's/^kernel .*/kernel 6.1.0/' "$T/image/etc/fadump-ng.image"
    image
    says "not ready: $initrd was built for kernel 6.1.0, and this is 6.12.107; $mend" other-kernel
    rm "$T/image/etc/fadump-ng.image"
    image
    says "not ready: $initrd has an earlier version of fadump-ng; $mend" other-version
}

@test "the configuration has changed since; a comment is no change" {
    echo 'dump-level = 17' >"$R/etc/fadump-ng.conf"
    image
    printf '# as it was\n\ndump-level=17\n' >"$R/etc/fadump-ng.conf"
    says "$ready" good
    echo 'dump-level = 16' >"$R/etc/fadump-ng.conf"
    says "not ready: the configuration has changed since $initrd was built; $mend" stale
    echo 'dump-level = 77' >"$R/etc/fadump-ng.conf"
    fadump status
    [[ $output == "unknown: registered, but the configuration is not valid (line 1: dump-level"*"run fadump-ng config check"* ]]
}

@test "a key that has changed since" {
    mkdir -p "$R/root/.ssh"
    printf 'target = ssh://dumps@collector/crash\nidentity-file = /root/.ssh/dump\nknown-hosts = /root/.ssh/hosts\n' >"$R/etc/fadump-ng.conf"
    echo one >"$R/root/.ssh/dump"
    echo host >"$R/root/.ssh/hosts"
    image
    says "$ready" good
    echo signed >"$R/root/.ssh/dump-cert.pub"
    says "not ready: /root/.ssh/dump-cert.pub has changed since $initrd was built; $mend" stale
    rm "$R/root/.ssh/dump-cert.pub"
    echo two >"$R/root/.ssh/dump"
    says "not ready: /root/.ssh/dump has changed since $initrd was built; $mend" stale
}

@test "an image that is cut off, empty, or something else: unknown, with the reason" {
    image gzip -c
    # What is wanted stands before the cut, but such an image does not boot.
    truncate -s 60000 "$R$initrd"
    fadump status
    [[ $output == "unknown: registered, but $initrd cannot be looked into: it is cut off"* ]]
    : >"$R$initrd"
    says "unknown: registered, but $initrd cannot be looked into: it is empty" unknown
    echo '#!/bin/sh' >"$R$initrd"
    says "unknown: registered, but $initrd cannot be looked into: it is packed in a way that is not known here" unknown
    image
    truncate -s 300 "$R$initrd"
    says "unknown: registered, but $initrd cannot be looked into: it is cut off" unknown
    image zstd -qc
    mkdir "$T/none"
    ln -s "$(command -v cat)" "$T/none"
    PATH=$T/none fadump status
    [[ $output == "unknown: registered, but $initrd cannot be looked into: it is packed with zstd, which is not installed"* ]]
}

@test "found by Fedora's and SUSE's names, by BOOT_IMAGE, by the boot loader's entries" {
    image
    mv "$R$initrd" "$R/boot/initramfs-6.12.107.img"
    fadump status --json
    [ "$(json image.path)" = /boot/initramfs-6.12.107.img ]
    mv "$R/boot/initramfs-6.12.107.img" "$R/boot/initrd-6.12.107"
    fadump status --json
    [ "$(json image.path)" = /boot/initrd-6.12.107 ]
    echo 'BOOT_IMAGE=(ieee1275/disk,msdos2)/boot/vmlinux-6.12-lab root=/dev/sda2' >"$R/proc/cmdline"
    cp "$R/boot/initrd-6.12.107" "$R/boot/initrd.img-6.12-lab"
    fadump status --json
    [ "$(json image.path)" = /boot/initrd.img-6.12-lab ]
    mkdir -p "$R/boot/loader/entries"
    cp "$R/boot/initrd-6.12.107" "$R/boot/special.img"
    printf 'title Lab\nversion 6.12.107\nlinux /vmlinuz-6.12.107\ninitrd /special.img $tuned_initrd\n' >"$R/boot/loader/entries/lab.conf"
    fadump status --json
    [ "$(json image.path)" = /boot/special.img ]
    [ "$(json image.state)" = good ]
    [ "$(json image.default_kernel)" = None ]
}

@test "the default entry is of another kernel: said" {
    image
    mkdir -p "$R/boot/loader/entries" "$R/boot/grub2"
    printf 'version 6.12.107\ninitrd /initrd.img-6.12.107\n' >"$R/boot/loader/entries/old.conf"
    printf 'version 6.13.1\ninitrd /initrd.img-6.13.1\n' >"$R/boot/loader/entries/new.conf"
    printf '# GRUB Environment Block\nsaved_entry=new\n###\n' >"$R/boot/grub2/grubenv"
    fadump status
    [[ $output == "not ready: the default boot entry is kernel 6.13.1, and only kernel 6.12.107 would take the dump of a crash now; reboot, or make it the default"* ]]
    fadump status --json
    [ "$(json image.state)" = other-default ]
    [ "$(json image.default_kernel)" = 6.13.1 ]
    sed -i s/=new/=old/ "$R/boot/grub2/grubenv"
    fadump status --json
    [ "$(json image.default_kernel)" = None ]
    [ "$(json image.path)" = "$initrd" ]
}

@test "no default is named: the newest kernel may be it" {
    image
    : >"$R/boot/vmlinuz-6.12.107"
    : >"$R/boot/vmlinuz-6.12.107.gz"
    : >"$R/boot/vmlinuz-6.9.1"
    : >"$R/boot/vmlinuz-0-rescue-1234"
    says "$ready" good
    : >"$R/boot/vmlinuz-6.12.111"
    says 'unknown: registered, but kernel 6.12.111 is installed as well, and if that is the default only kernel 6.12.107 would take the dump of a crash now; reboot soon' unknown
    mkdir -p "$R/boot/loader/entries" "$R/boot/grub2"
    printf 'version 6.12.107\ninitrd /initrd.img-6.12.107\n' >"$R/boot/loader/entries/old.conf"
    printf 'saved_entry=x\n# more\nsaved_entry=old\n' >"$R/boot/grub2/grubenv"
    says "$ready" good
}

@test "what is no file is not waited for" {
    mkdir -p "$R/boot"
    mkfifo "$R$initrd"
    says "unknown: registered, but $initrd cannot be looked into: it is not a regular file" unknown
}

@test "in an initramfs, it is the one" {
    image
    cp "$T/image/etc/"* "$R/etc/"
    : >"$R/etc/initrd-release"
    rm "$R$initrd"
    says "$ready" good
    rm "$R/etc/fadump-ng.image"
    says "not ready: this initramfs has an earlier version of fadump-ng; $mend" other-version
}

@test "a disk or a card of the image's targets is gone: said; with none left the machine is not ready" {
    image
    printf 'target = file:///crash?device=UUID=11-22\ntarget = ssh://dumps@collector/crash\n' >"$T/image/etc/fadump-ng.conf"
    printf 'device = eth0 mac=52:54:00:12:34:56 mtu=1500\n' >"$T/image/etc/fadump-ng.network"
    image xz -c
    mkdir -p "$R/dev/disk/by-uuid" "$R/sys/class/net/env2"
    : >"$R/dev/disk/by-uuid/11-22"
    echo 52:54:00:12:34:56 >"$R/sys/class/net/env2/address"
    fadump status --json
    [ "$(json image.gone)" = '[]' ]
    echo 52:54:00:00:00:01 >"$R/sys/class/net/env2/address"
    rm "$R/dev/disk/by-uuid/11-22"
    fadump status
    [[ $output == "not ready: the device UUID=11-22, which $initrd captures to, is not there; bring it back, or change target and run "* ]]
    [[ $output == *"the device UUID=11-22, which it would capture to, is not there"*"the network card eth0 (52:54:00:12:34:56), which it would capture to, is not there"* ]]
    # Its address may be another one than the permanent one, which is recorded.
    mkdir "$R/sys/class/net/eth0"
    fadump status
    [[ $output == "$ready"*"the device UUID=11-22, which it would capture to, is not there"* ]]
    rmdir "$R/sys/class/net/eth0"
    fadump status --json
    [ "$(json image.gone.0)" = 'the device UUID=11-22' ]
    # A port of a bond has the bond's address, and its own beside it.
    mkdir "$R/sys/class/net/env2/bonding_slave"
    echo 52:54:00:12:34:56 >"$R/sys/class/net/env2/bonding_slave/perm_hwaddr"
    fadump status --json
    [ "$(json image.gone)" = "['the device UUID=11-22']" ]
    sed -i /ssh/d "$T/image/etc/fadump-ng.conf"
    image
    says "not ready: the device UUID=11-22, which $initrd captures to, is not there; bring it back, or change target and $mend" devices-gone
}
