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

teardown() {
    ! mountpoint -q "$T/box/upload" || umount -l "$T/box/upload"
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
    [ "$(grep -c '^fsync .*/vmcore.unproved$' "$T/log")" -ge "$(json targets.0.connections)" ]
    cmp "$T/dump" "$(box_dir)/vmcore"
}

# The dump arrived, under its name, and neither memory nor a further word is given for it.
stays_unassured() {
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    cmp "$T/dump" "$(box_dir)/vmcore"
    [[ $errors == *"/vmcore is whole and stays there, but it is not assured that it lasts: $1"*"see release-unassured"* ]]
    [[ $errors == *"no target guarantees that the dump is durable; nothing was released: the dump is still in memory"* ]]
    output=$(cat "$(box_dir)/manifest.json")
    [ "$(json complete)" = True ]
    [ "$(json targets.0.ok)" = False ]
    [[ $(json targets.0.unassured) == "$1"* ]]
}

@test "a server that cannot sync: its dump stays, the memory too, and a late capture does not send it again" {
    export SFTPD_WITHOUT=fsync
    capture
    stays_unassured "the server cannot be asked to bring data to stable storage"
    : >"$T/log"
    fadump capture --late --target ssh://vault/upload/here
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    [ "$(find "$T/box" -name vmcore | wc -l)" = 1 ]
    ! grep -q '^write' "$T/log"
    echo 'release-unassured = yes' >>"$T/root/etc/fadump-ng.conf"
    fadump capture --late --target ssh://vault/upload/here
    [ "$(release_mem)" = 1 ]
    [ "$(find "$T/box" -name vmcore | wc -l)" = 1 ]
}

@test "capture --core /proc/vmcore is no rehearsal: a copy that may not last does not count" {
    export SFTPD_WITHOUT=fsync
    fadump capture --core "$T/root/proc/vmcore" --target ssh://vault/upload/here
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    [[ $errors == *"it is not assured that it lasts"* ]]
    # A copy of a file is one.
    rm -r "$T/box/upload/here"
    cp "$T/root/proc/vmcore" "$T/root/core"
    fadump capture --core "$T/root/core" --target ssh://vault/upload/here
    [ "$status" = 0 ]
}

@test "a server that offers to sync and then says that it cannot is one that cannot" {
    local answer
    for answer in fsync-unsupported fsync-invalid; do
        export SFTPD_ANSWERS=$answer
        capture
        stays_unassured "the server cannot be asked to bring data to stable storage"
        rm -r "$T/box/upload/here" "$T/root/run/fadump-ng"
    done
}

@test "a server that syncs files and no directories: the same rule" {
    export SFTPD_ANSWERS=directory-failure
    capture
    stays_unassured "the server does not sync directories"
    # Nor for a late capture, which finds the dump where it lies.
    fadump capture --late --target ssh://vault/upload/here
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    echo 'release-unassured = yes' >>"$T/root/etc/fadump-ng.conf"
    fadump capture --late --target ssh://vault/upload/here
    [ "$(release_mem)" = 1 ]
}

@test "release-unassured = yes: the memory is given back, and what is not assured is said" {
    export SFTPD_WITHOUT=fsync
    echo 'release-unassured = yes' >>"$T/root/etc/fadump-ng.conf"
    capture
    [ "$(release_mem)" = 1 ]
    cmp "$T/dump" "$(box_dir)/vmcore"
    [[ $errors == *"the server cannot be asked to bring data to stable storage"* ]]
}

@test "a target that assures nothing does not end the search: the next one has the dump for certain" {
    export SFTPD_WITHOUT=fsync
    fadump capture --target ssh://vault/upload/here --target file:///var/crash
    [ "$(release_mem)" = 1 ]
    cmp "$T/dump" "$(box_dir)/vmcore"
    cmp "$T/dump" "$T"/root/var/crash/*/vmcore
}

@test "a policy's log on a server that cannot sync gives no memory back either" {
    export SFTPD_WITHOUT=fsync SFTPD_FAULT="stall 40"
    printf 'deadline = 4s\non-deadline = log-only\n' >>"$T/root/etc/fadump-ng.conf"
    large_dump 3000000
    capture
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    grep -q 'a test' "$(box_dir)/vmcore-dmesg.txt"
}

@test "a sync that is refused, or does not answer in time: what was sent whole stays" {
    local n fault
    printf 'deadline = 4s\n' >>"$T/root/etc/fadump-ng.conf"
    # How many requests come before it depends on what has been acknowledged by then.
    for n in 2 3 {20..79}; do
        fault="fail $n"
        ((n > 2)) || fault="stallsync 2"
        ((n != 3)) || fault="dropsync 2"
        rm -rf "$T/box/upload/here" "$T/root/run/fadump-ng" "$T/log" "$T"/state/*
        : >"$T/root/sys/kernel/fadump/release_mem"
        SFTPD_FAULT=$fault capture
        grep -q '^hit .* sync .*/vmcore.unproved$' "$T/log" || continue
        [ "$status" = 1 ]
        [ -z "$(release_mem)" ]
        cmp "$T/dump" "$(box_dir)/vmcore.unproved"
        [[ $errors == *"all of it was sent, and "*"/vmcore.unproved stays there"* ]]
        output=$(cat "$(box_dir)/manifest.json")
        [ "$(json complete)" = False ]
        [ "$(json unproved)" = True ]
        [ "$(json dump.file)" = vmcore.unproved ]
        [ "$(json dump.bytes)" = "$(stat -c %s "$T/dump")" ]
        echo "$fault" >>"$T/seen"
        ((n < 20)) || break
    done
    [ "$(wc -l <"$T/seen")" = 3 ]
}

# A capture whose sync of the dump does not come: what it sent stays, unproved.
capture_unproved() {
    SFTPD_FAULT="dropsync 2" capture "${1-}"
    [ "$status" = 1 ]
    cmp "$T/dump" "$(box_dir)/vmcore.unproved"
    # As after a reset: nothing is known of it but what the server has.
    rm -rf "$T/root/run/fadump-ng" "$T"/state/*
}

@test "another try leaves what was sent and not proved until its own is proved; whatever it meets" {
    capture_unproved
    # Killed in the middle, refused, and unproved once more: the first one stays, and one is enough.
    head -c 50000 "$T/flat" >"$T/half"
    FLAT=$T/half capture
    [ "$status" = 1 ]
    rm -rf "$T/root/run/fadump-ng" "$T"/state/*
    SFTPD_FAULT="dropsync 2" capture
    [ "$status" = 1 ]
    [[ $errors == *"/vmcore.unproved stays there, of an earlier try"* ]]
    cmp "$T/dump" "$(box_dir)/vmcore.unproved"
    [ ! -e "$(box_dir)/vmcore.incomplete" ]
    output=$(cat "$(box_dir)/manifest.json")
    [ "$(json unproved)" = True ]
    rm -rf "$T/root/run/fadump-ng" "$T"/state/*
    capture
    [ "$(release_mem)" = 1 ]
    [[ $errors == *"/vmcore.unproved: left by an earlier attempt"*"/vmcore.unproved: deleted"*"(the same dump is saved)"* ]]
    cmp "$T/dump" "$(box_dir)/vmcore"
    [ ! -e "$(box_dir)/vmcore.unproved" ]
    output=$(cat "$(box_dir)/manifest.json")
    [ "$(json complete)" = True ]
    ! grep unproved "$(box_dir)/manifest.json"
}

@test "what was not proved gives its room to another try at the same dump, when there is no other" {
    local room
    large_dump 3000000
    echo 'keep-free = 0' >>"$T/root/etc/fadump-ng.conf"
    mount -t tmpfs -o size=5M,mode=0700 tmpfs "$T/box/upload"
    for room in known no-room-known; do
        capture_unproved
        SFTPD_ANSWERS=$room SFTPD_FAULT="" capture
        [ "$(release_mem)" = 1 ]
        [[ $errors == *"/vmcore.unproved: deleted"*"(there is no other room for the same dump)"* ]]
        cmp "$T/dump" "$(box_dir)/vmcore"
        [ ! -e "$(box_dir)/vmcore.unproved" ]
        rm -rf "$T/box/upload/here" "$T/root/run/fadump-ng" "$T"/state/*
        : >"$T/root/sys/kernel/fadump/release_mem"
    done
}

@test "answers of other servers to what decides nothing cost no target" {
    local answer
    for answer in statvfs-failure no-frsize no-room-known remove-failure stat-failure,remove-failure,statvfs-failure; do
        export SFTPD_ANSWERS=$answer
        capture
        echo "$answer"
        [ "$(release_mem)" = 1 ]
        cmp "$T/dump" "$(box_dir)/vmcore"
        rm -r "$T/box/upload/here" "$T/root/run/fadump-ng"
        : >"$T/root/sys/kernel/fadump/release_mem"
    done
}

@test "a server that talks without end does not hold a capture past its deadline" {
    export SFTPD_ANSWERS=flood
    echo 'deadline = 3s' >>"$T/root/etc/fadump-ng.conf"
    SECONDS=0
    capture
    [ "$status" = 1 ]
    [ "$SECONDS" -lt 45 ]
}

@test "a dump whose renaming is not answered is called what it is said to be" {
    echo 'deadline = 5s' >>"$T/root/etc/fadump-ng.conf"
    # The log's, that to vmcore.unproved, that to vmcore.
    SFTPD_FAULT="stallrename 3" capture
    grep -q '^rename .*/vmcore.unproved .*/vmcore ok$' "$T/log"
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    [[ $errors == *"all of it was sent, and "*"/vmcore.unproved stays there"* ]]
    [[ $errors != *"or is called"* ]]
    cmp "$T/dump" "$(box_dir)/vmcore.unproved"
    [ ! -e "$(box_dir)/vmcore" ]
    output=$(cat "$(box_dir)/manifest.json")
    [ "$(json unproved)" = True ]
    # With nobody to ask it is not known, and said to be so.
    rm -rf "$T/box/upload/here" "$T/root/run/fadump-ng" "$T"/state/*
    SFTPD_FAULT="silentrename 3" capture
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    [[ $errors == *"/vmcore.unproved stays there, or is called vmcore by now"* ]]
    cmp "$T/dump" "$(box_dir)/vmcore"
}
