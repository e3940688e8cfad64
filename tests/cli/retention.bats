#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine that crashes again and again: what stays of it on a target.

load lib
load crashes

setup() {
    crashes_setup
}

teardown() {
    crashes_teardown
}

@test "20 crashes in a row: the first dump and the newest stay, and every log" {
    local n
    conf 'keep = 3'
    for n in $(seq 20); do
        crash "$n"
        [ "$(release_mem)" = 1 ]
    done
    [ "$(numbers dumps)" = "1 19 20" ]
    [ "$(numbers logs)" = "$(seq -s ' ' 20)" ]
    [ "$(find "$D" -name manifest.json | wc -l)" = 20 ]
    all_whole
    fadump list --json
    [ "$(json dumps.0.state)" = complete ]
    [ "$(json dumps.1.state)" = log ]
    [ "$(json dumps.19.state)" = complete ]
    [ "$(json dumps.19.panic)" = "Kernel panic - not syncing: crash 20" ]
}

@test "a small disk is never filled, whatever is wanted of it" {
    local n least=999999999 room
    mount -t tmpfs -o size=4M,mode=0700 tmpfs "$D"
    conf 'keep = all' 'keep-free = 1M' 'on-failure = continue'
    for n in $(seq 20); do
        crash "$n"
        room=$(($(stat -f -c '%a * %S' "$D")))
        ((room >= least)) || least=$room
        # Where it has no room nothing is released, and said so.
        [ "$(release_mem)" = 1 ] || [[ $errors == *"No space left on device"*"keep-free"*"nothing was released"* ]]
    done
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    ((least >= 1 << 20))
    [ "$(numbers logs)" = "$(seq -s ' ' 20)" ]
    all_whole
    # The same with room made: each crash is saved, and the first stays.
    conf 'keep = all' 'keep-free = 1M' 'make-room = oldest'
    for n in $(seq 21 30); do
        crash "$n"
        [ "$(release_mem)" = 1 ]
        [[ " $(numbers dumps) " == " 1 "*" $n " ]]
        room=$(($(stat -f -c '%a * %S' "$D")))
        ((room >= 1 << 20))
    done
    [ "$(numbers logs)" = "$(seq -s ' ' 30)" ]
    all_whole
}

@test "make-room deletes nothing where that would not do" {
    mount -t tmpfs -o size=4M,mode=0700 tmpfs "$D"
    conf 'keep = all' 'keep-free = 0'
    crash 1
    crash 2
    crash 3
    conf 'keep = all' 'keep-free = 3500K' 'make-room = oldest'
    crash 4
    [ -z "$(release_mem)" ]
    [ "$(numbers dumps)" = "1 2 3" ]
    [ "$(numbers logs)" = "1 2 3 4" ]
}

@test "keep-free holds while the dump is written, and another target takes it" {
    "$TOOLS/mkkdump" --pages 1000 "$T/dump"
    "$TOOLS/flatten" --record 5000 "$T/dump" >"$T/flat"
    mount -t tmpfs -o size=4M,mode=0700 tmpfs "$D"
    # More room is left than an empty dump needs at least, and less than this one; keep-free comes in between.
    head -c $((4 * 1024 * 1024 - 2560 * 1024)) /dev/zero >"$D/fill"
    conf 'target = file:///var/crash' 'target = file:///second' 'keep-free = 1300K'
    crash 1
    [ "$(release_mem)" = 1 ]
    ls "$T"/root/second/*/vmcore "$D"/*/vmcore-dmesg.txt
    [[ $errors == *"No space left on device"*"keep-free"* ]]
    ((($(stat -f -c '%a * %S' "$D")) >= 1300 << 10))
    [ -z "$(find "$D" -name 'vmcore*' ! -name '*.txt')" ]
}

@test "nothing is deleted before the new dump is whole: a capture that fails, and one that is killed" {
    conf 'keep = 2'
    crash 1
    crash 2
    STUB_EXIT=1 crash 3
    [ -z "$(release_mem)" ]
    [ "$(numbers dumps)" = "1 2" ]
    # Killed in the middle of the stream: what was half written goes with the next success, and not before.
    touch "$T/kill"
    crash 4
    [ "$status" = 137 ]
    [ "$(numbers dumps)" = "1 2" ]
    [ "$(find "$D" -name vmcore.incomplete | wc -l)" = 1 ]
    rm "$T/kill"
    crash 5
    [ "$(release_mem)" = 1 ]
    [ "$(numbers dumps)" = "1 5" ]
    [ "$(numbers logs)" = "1 2 3 4 5" ]
    all_whole
}

@test "names never collide: the same second, another crash" {
    local n naming
    for naming in rhel suse; do
        rm -rf "${D:?}"/*
        conf "naming = $naming" 'keep = 2'
        # Not even where the one before has lost its dump, or never had one.
        STUB_EXIT=1 crash 1 1795426800
        for n in 2 3 4 5; do
            crash "$n" 1795426800
        done
        [ "$(numbers dumps)" = "2 5" ]
        [ "$(numbers logs)" = "1 2 3 4 5" ]
        all_whole
    done
}

@test "a clock that stands still, or runs backwards: the order is that of the crashes" {
    local n
    conf 'keep = 3'
    for n in 1 2 3 4 5 6; do
        crash "$n" $((100000 - n * 1000))
    done
    [ "$(numbers dumps)" = "1 5 6" ]
}

@test "a row of crashes ends with a day without one: its first dump is an old one then" {
    conf 'keep = 3'
    crash 1 1795426800
    crash 2 1795426900
    crash 3 1795626900
    crash 4 1795627000
    crash 5 1795627100
    [ "$(numbers dumps)" = "3 4 5" ]
    crash 6 1795627200
    [ "$(numbers dumps)" = "3 5 6" ]
}

@test "what is not ours is not touched: other machines, other programs, symlinks, directories that others may write" {
    local n
    conf 'keep = 1' 'keep-logs = 1'
    crash 1
    mkdir -p "$D/127.0.0.1-2026-01-01-00:00:00" "$D/lab-strange" "$T/outside"
    echo theirs >"$D/127.0.0.1-2026-01-01-00:00:00/vmcore"
    echo theirs >"$D/lab-strange/vmcore"
    # Another machine's, by its manifest.
    cp -a "$(dirname "$D"/lab-2*/manifest.json)" "$D/lab-other"
    sed -i 's/"host": *"lab"/"host":"other"/' "$D/lab-other/manifest.json"
    # One that points elsewhere, and one in a directory that others may write to.
    cp -a "$(dirname "$D"/lab-2*/manifest.json)/." "$T/outside"
    ln -s "$T/outside" "$D/lab-link"
    cp -a "$T/outside" "$D/lab-open"
    chmod 0777 "$D/lab-open"
    for n in 2 3 4; do
        crash "$n"
        [ "$(release_mem)" = 1 ]
    done
    [ "$(cat "$D"/127*/vmcore)" = theirs ]
    [ "$(cat "$D/lab-strange/vmcore")" = theirs ]
    cmp "$T/dump" "$D/lab-other/vmcore"
    cmp "$T/dump" "$T/outside/vmcore"
    cmp "$T/dump" "$D/lab-open/vmcore"
    # Of ours one dump and one log are left.
    [ "$(find "$D" -mindepth 1 -maxdepth 1 -name 'lab-2*' | wc -l)" = 2 ]
}

@test "a rehearsal is no crash: nothing gives way to it, and it counts for nothing" {
    conf 'keep = 1' 'make-room = oldest'
    crash 1
    cp "$T/root/proc/vmcore" "$T/core"
    printf x | dd of="$T/core" bs=1 seek=65800 conv=notrunc status=none
    fadump capture --core "$T/core"
    [ "$status" = 0 ]
    [ "$(numbers dumps)" = "1 1" ]
    crash 2
    # The rehearsal has the log of 1, too.
    [ "$(numbers dumps)" = "1 2" ]
}

@test "machines are told apart by their firmware's UUID, whatever their names" {
    local here=$T/root/sys/firmware/devicetree/base/ibm,partition-uuid
    conf 'keep = 1'
    printf '11111111-2222-3333-4444-555555555555\0' >"$here"
    crash 1
    printf '99999999-2222-3333-4444-555555555555\0' >"$here"
    crash 2
    [ "$(numbers dumps)" = "1 2" ]
    echo renamed >"$T/root/etc/hostname"
    crash 3
    [ "$(numbers dumps)" = "1 2 3" ]
    fadump prune
    [ "$(numbers dumps)" = "1 2 3" ]
    echo lab >"$T/root/etc/hostname"
    crash 4
    [ "$(numbers dumps)" = "1 3 4" ]
}

@test "hosts whose names differ behind the first dot do not delete each other's dumps" {
    conf 'keep = 1'
    echo db1.prod >"$T/root/etc/hostname"
    crash 1
    echo db1.test >"$T/root/etc/hostname"
    crash 2
    crash 3
    [ "$(numbers dumps)" = "1 3" ]
    # The directory's name has the first part, as before.
    [ "$(find "$D" -name 'db1-2*' | wc -l)" = 3 ]
    grep -q '"host": *"db1.prod"' "$D"/db1-*/manifest.json
}

@test "one name on two machines: the machine-id tells them apart; the image has a copy of it" {
    conf 'keep = 1'
    echo 00112233445566778899aabbccddeeff >"$T/root/etc/fadump-ng.machine-id"
    crash 1
    echo ffeeddccbbaa99887766554433221100 >"$T/root/etc/fadump-ng.machine-id"
    crash 2
    [ "$(numbers dumps)" = "1 2" ]
    crash 3
    [ "$(numbers dumps)" = "1 3" ]
    # The running system goes by its own.
    rm "$T/root/etc/initrd-release"
    echo 00112233445566778899aabbccddeeff >"$T/root/etc/machine-id"
    conf 'keep = 1' 'keep-logs = 1'
    fadump prune
    [ "$(numbers dumps)" = "1 3" ]
    ! grep -rq 00112233445566778899aabbccddeeff "$D"
}

@test "files that somebody put beside a log stay, and so does its manifest" {
    conf 'keep = 1' 'keep-logs = 1'
    crash 1
    echo mine >"$(echo "$D"/lab-2*)/notes"
    crash 2
    crash 3
    [[ $errors == *"somebody put files there"* ]]
    [ "$(cat "$D"/*/notes)" = mine ]
    [ "$(find "$D" -name manifest.json | wc -l)" = 3 ]
}

# The dump of crash $1 becomes one that was written whole and not proved.
unproved() {
    local dir
    dir=$(dirname "$(grep -l "crash $1\$" "$D"/*/vmcore-dmesg.txt)")
    mv "$dir/vmcore" "$dir/vmcore.unproved"
    sed -i 's/"complete": *true/"complete": false, "unproved": true/; s/"file": *"vmcore"/"file": "vmcore.unproved"/' "$dir/manifest.json"
}

# The numbers of the crashes that have one.
unproved_numbers() {
    local dump
    for dump in "$D"/*/vmcore.unproved; do
        [ ! -e "$dump" ] || sed -n 's/.*crash //p' "${dump%/*}/vmcore-dmesg.txt"
    done | sort -n | paste -sd ' '
}

@test "a dump that is not proved counts, and goes before any that is" {
    conf 'keep = 3'
    crash 1
    crash 2
    crash 3
    unproved 3
    fadump list --json
    [ "$(json dumps.2.state)" = unproved ]
    [ "$(json dumps.2.bytes)" = "$(stat -c %s "$T/dump")" ]
    fadump show "$(basename "$(dirname "$D"/*/vmcore.unproved)")"
    [[ $output == *"unproved: all of it was written to vmcore.unproved"* ]]
    fadump prune
    [ "$(unproved_numbers)" = 3 ]
    crash 4
    [[ $errors == *"deleted a dump that was not proved to last"*"(keep = 3)"* ]]
    [ "$(numbers dumps)" = "1 2 4" ]
    [ -z "$(unproved_numbers)" ]
    [ "$(numbers logs)" = "1 2 3 4" ]
}

@test "a dump that is not proved is never the first of a row, nor the newest" {
    conf 'keep = 2'
    crash 1
    unproved 1
    crash 2
    [ "$(unproved_numbers)" = 1 ]
    crash 3
    [ "$(numbers dumps)" = "2 3" ]
    [ -z "$(unproved_numbers)" ]
    crash 4
    [ "$(numbers dumps)" = "2 4" ]
    unproved 4
    crash 5
    [ "$(numbers dumps)" = "2 5" ]
}

# What must stay free so that room for the least dump there is, 1 MiB, is short of less than a dump.
hardly_room() {
    echo $(($(stat -f -c '%a * %S' "$D") - (1024 - 20) * 1024))
}

@test "a dump that is not proved gives its room to another crash's with make-room, and before any that is" {
    mount -t tmpfs -o size=4M,mode=0700 tmpfs "$D"
    conf 'keep = all' 'keep-free = 0'
    crash 1
    crash 2
    unproved 2
    # It may be all that there is of that crash.
    conf 'keep = all' "keep-free = $(hardly_room)"
    crash 3
    [ -z "$(release_mem)" ]
    [ "$(unproved_numbers)" = 2 ]
    conf 'keep = all' 'make-room = oldest' "keep-free = $(hardly_room)"
    crash 4
    [ "$(release_mem)" = 1 ]
    [[ $errors == *"deleted a dump that was not proved to last"*"(make-room = oldest)"* ]]
    [ "$(numbers dumps)" = "1 4" ]
    # Nothing goes in vain.
    unproved 4
    conf 'keep = all' 'make-room = oldest' 'keep-free = 3500K'
    crash 5
    [ -z "$(release_mem)" ]
    [ "$(numbers dumps)" = 1 ]
    [ "$(unproved_numbers)" = 4 ]
}

# Crash $1 once more, whose dump is still in memory and here not proved.
again() {
    rm -rf "$T/root/run/fadump-ng"
    : >"$T/root/sys/kernel/fadump/release_mem"
    fadump capture
}

@test "another try at a dump that is not proved leaves it until it is saved, and no longer" {
    conf 'keep = 2'
    crash 1
    crash 2
    unproved 2
    STUB_EXIT=1 again
    [ -z "$(release_mem)" ]
    [ "$(unproved_numbers)" = 2 ]
    grep -q '"unproved": *true' "$(dirname "$D"/*/vmcore.unproved)/manifest.json"
    fadump prune
    [ "$(unproved_numbers)" = 2 ]
    again
    [ "$(release_mem)" = 1 ]
    [[ $errors == *"/vmcore.unproved: deleted"*"(the same dump is saved)"* ]]
    [ "$(numbers dumps)" = "1 2" ]
    [ -z "$(unproved_numbers)" ]
    [ "$(numbers logs)" = "1 2" ]
}

@test "a dump that is not proved gives its room to another try at it as the last resort" {
    mount -t tmpfs -o size=4M,mode=0700 tmpfs "$D"
    conf 'keep = all' 'keep-free = 0'
    crash 1
    crash 2
    crash 3
    unproved 3
    # Nothing goes in vain.
    conf 'keep = all' 'keep-free = 3900K'
    again
    [ -z "$(release_mem)" ]
    [ "$(unproved_numbers)" = 3 ]
    conf 'keep = all' "keep-free = $(hardly_room)"
    again
    [ "$(release_mem)" = 1 ]
    [[ $errors == *"/vmcore.unproved: deleted"*"(there is no other room for the same dump)"* ]]
    [ "$(numbers dumps)" = "1 2 3" ]
    # Before another crash's, of which there is no other copy in memory.
    unproved 3
    conf 'keep = all' 'make-room = oldest' "keep-free = $(hardly_room)"
    again
    [ "$(release_mem)" = 1 ]
    [ "$(numbers dumps)" = "1 2 3" ]
}

@test "a dump that is not proved and not whole is replaced by one that is" {
    conf 'keep = all'
    crash 1
    unproved 1
    truncate -s 4096 "$D"/*/vmcore.unproved
    again
    [ "$(release_mem)" = 1 ]
    [[ $errors == *"/vmcore.unproved: deleted"*"(it is not whole, and this dump is)"* ]]
    [ "$(numbers dumps)" = 1 ]
}

@test "a name that another crash may have, and its dump is not proved: another name" {
    conf 'keep = all' 'naming = suse'
    crash 1
    unproved 1
    mv "$D"/*/vmcore.unproved "$T/kept"
    sed -i 's/"dump_id": *"[0-9a-f]*"/"dump_id":"00000000000000aa"/' "$D"/*/manifest.json
    mv "$T/kept" "$(echo "$D"/*/)/vmcore.unproved"
    again
    [ "$(release_mem)" = 1 ]
    ls "$D"/*/vmcore.unproved
    cmp "$T/dump" "$D"/*.2/vmcore
}

@test "the same in the middle of the dump, when its size shows" {
    "$TOOLS/mkkdump" --pages 1000 "$T/dump"
    "$TOOLS/flatten" --record 5000 "$T/dump" >"$T/flat"
    mount -t tmpfs -o size=8M,mode=0700 tmpfs "$D"
    conf 'keep = all' 'keep-free = 0'
    crash 1
    unproved 1
    head -c "$(($(stat -f -c '%a * %S' "$D") - 1100 * 1024))" /dev/zero >"$D/fill"
    [ "$(stat -c %s "$T/dump")" -gt $((1100 * 1024)) ]
    again
    [ "$(release_mem)" = 1 ]
    [[ $errors == *"/vmcore.unproved: deleted"*"(there is no other room for the same dump)"* ]]
    cmp "$T/dump" "$D"/*/vmcore
}
