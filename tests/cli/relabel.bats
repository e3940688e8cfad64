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

# What this boot's capture has recorded, and what is there.
recorded() {
    mkdir -p "$T/root/run/fadump-ng" "$T/root/srv/dumps/one" "$T/root/srv/dumps/older" "$T/root/var/crash/one" "$T/root/var/crash/log"
    printf '{"dump_id": "11", "outcome": "captured", "target": "file:///srv/dumps", "dir": "one", "size": 5, "released": true,
        "log_target": "file:///var/crash", "log_dir": "log", "policy": "rate-limit"}\n' >"$T/root/run/fadump-ng/record.json"
}

@test "after a crash, with SELinux: this boot's dumps on targets of this machine, and nothing else there" {
    tree released
    selinux
    recorded
    printf 'target = file:///srv/dumps\ntarget = file:///var/crash\ntarget = file:///not/there\ntarget = ssh://dumps@collector/srv\n' \
        >"$T/root/etc/fadump-ng.conf"
    fadump relabel
    [ "$status" = 0 ]
    [ -z "$errors" ]
    [ "$(cat "$T/did")" = "-R -- $T/root/srv/dumps/one"$'\n'"-R -- $T/root/var/crash/one"$'\n'"-R -- $T/root/var/crash/log" ]
}

@test "nothing in an ordinary boot, without SELinux, in the initramfs, or where nothing was saved" {
    tree pseries-production
    selinux
    recorded
    fadump relabel
    [ "$status" = 0 ]
    rm -r "$T/root"
    tree released
    recorded
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
    recorded
    rm -r "$T/root/var/crash/log"
    : >"$T/fails"
    fadump relabel
    [ "$status" = 1 ]
    [ "$errors" = "fadump-ng: /var/crash/one: failed to set SELinux labels: restorecon: no; run restorecon -R /var/crash/one" ]
}
