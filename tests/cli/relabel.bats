#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# SELinux labels for what a capture in the initramfs wrote: which boots, which directories.

load lib

setup() {
    cli_setup
    mkdir -p "$T/bin"
    PATH=$T/bin:$PATH
    export STUB=$T
    # The program's root has a name of its own here.
    # shellcheck disable=SC2016 # the stub expands for itself
    stub restorecon 'echo "$1 $2 $(readlink -f "$3")" >>"$STUB/did"; [ ! -e "$STUB/fails" ] || { echo "restorecon: no" >&2; exit 1; }'
}

selinux() {
    mkdir -p "$T/root/sys/fs/selinux"
    echo 1 >"$T/root/sys/fs/selinux/enforce"
}

@test "after a crash, with SELinux: the directories of targets on this machine" {
    tree released
    selinux
    mkdir -p "$T/root/srv/dumps"
    printf 'target = file:///srv/dumps\ntarget = file:///var/crash\ntarget = file:///not/there\ntarget = ssh://dumps@collector/srv\n' \
        >"$T/root/etc/fadump-ng.conf"
    fadump relabel
    [ "$status" = 0 ]
    [ -z "$errors" ]
    [ "$(cat "$T/did")" = "-R -- $T/root/srv/dumps"$'\n'"-R -- $T/root/var/crash" ]
}

@test "nothing in an ordinary boot, without SELinux, or in the initramfs" {
    tree pseries-production
    selinux
    fadump relabel
    [ "$status" = 0 ]
    rm -r "$T/root"
    tree released
    fadump relabel
    [ "$status" = 0 ]
    selinux
    : >"$T/root/etc/initrd-release"
    fadump relabel
    [ "$status" = 0 ]
    [ ! -e "$T/did" ]
}

@test "it fails: a warning, with what to run" {
    tree released
    selinux
    : >"$T/fails"
    fadump relabel
    [ "$status" = 1 ]
    [ "$errors" = "fadump-ng: /var/crash: its SELinux labels could not be set: restorecon: no; run restorecon -R /var/crash" ]
}
