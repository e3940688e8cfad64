#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# ssh:// targets with a server of our own that does what real ones do not do on demand. tests/faults/sftp has it fail at each
# request; here is what takes a larger dump, or another server's answers.

load lib

setup() {
    cli_setup
    tree pseries-dump
    capture_tools '
    cat "$FLAT"'
    mkdir -p "$T/root/etc/fadump-ng" "$T/box/upload" "$T/state"
    : >"$T/root/etc/fadump-ng/identity"
    : >"$T/root/etc/fadump-ng/known_hosts"
    export SFTPD=$TOOLS/sftpd SFTPD_DIR=$T/box SFTPD_STATE=$T/state SFTPD_LOG=$T/log SFTPD_LENGTH=32768
    # shellcheck disable=SC2016 # the stub expands for itself
    stub ssh '[ "$1" = -G ] && exec echo "ciphers one,two"; exec "$SFTPD"'
    printf 'network = none\n' >"$T/root/etc/fadump-ng.conf"
}

# So much of a dump that several connections carry some of it; its structure is of no interest.
large_dump() {
    echo 'verify = none' >>"$T/root/etc/fadump-ng.conf"
    head -c "$1" /dev/urandom >"$T/dump"
    "$TOOLS/flatten" "$T/dump" >"$T/flat"
}

capture() {
    fadump capture --target "ssh://vault/upload/here${1-}"
}

box_dir() {
    find "$T/box/upload/here" -mindepth 1 -maxdepth 1 -type d
}

@test "a server of several machines with one disk, of which one dies: no receipt for what died with it" {
    large_dump 6000000
    export SFTPD_FAULT="head 120"
    capture "?connections=3"
    grep -q '^hit head' "$T/log"
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    [[ $errors == *"the dump as read back is not what was written: digest sha256:"* ]]
    [ -z "$(find "$T/box" -name vmcore)" ]
}

@test "each connection that carried some of the dump is asked to bring it to stable storage" {
    large_dump 6000000
    capture "?connections=3"
    [ "$(release_mem)" = 1 ]
    output=$(cat "$(box_dir)/manifest.json")
    [ "$(json targets.0.connections)" -gt 1 ]
    [ "$(grep -c '^fsync .*/vmcore.incomplete$' "$T/log")" -ge "$(json targets.0.connections)" ]
    cmp "$T/dump" "$(box_dir)/vmcore"
}
