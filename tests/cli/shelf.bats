#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# list, show and prune.

load lib
load crashes

setup() {
    crashes_setup
}

teardown() {
    crashes_teardown
}

@test "list and show: what is there, in words and as JSON, whatever the manifests hold" {
    conf 'keep = 2' 'target = file:///var/crash' 'target = ssh://dumps@server/in'
    fadump list
    [ "$status" = 0 ]
    [[ $errors == *"left to the server"* ]]
    crash 1
    crash 2
    crash 3
    mkdir -m 0700 "$D/lab-garbage" "$D/lab-short" "$D/plain"
    head -c 5000 /dev/urandom >"$D/lab-garbage/manifest.json"
    printf '{"format":1,"complete":true,"dump":{"bytes":1},"crash":{"panic":"\\u001b[31mred","time":7},"targets":[1,{"target":{}}]}' \
        >"$D/lab-short/manifest.json"
    echo xx >"$D/lab-short/vmcore"
    fadump list
    [ "$status" = 0 ]
    [ "$(grep -c ' complete ' <<<"$output")" = 2 ]
    [ "$(grep -c ' log ' <<<"$output")" = 1 ]
    [ "$(grep -c ' foreign ' <<<"$output")" = 2 ]
    [[ $output == *"lab-short"*" damaged "*"?[31mred"* ]]
    [[ $output == *"2026-11-23 "*"panic - not syncing: crash 3"* ]]
    [[ $output != *$'\e'* ]]
    fadump list --json
    [ "$(json not_examined.0.target)" = ssh://dumps@server/in ]
    local dir
    dir=$(json dumps.5.dir)
    fadump show "$dir"
    [ "$status" = 0 ]
    [[ $output == *"state        complete"*"died of      Kernel panic - not syncing: crash 3"* ]]
    fadump show --json "$dir"
    [ "$(json state)" = complete ]
    [ "$(json manifest.crash.panic)" = "Kernel panic - not syncing: crash 3" ]
    fadump show "$D/lab-short"
    [ "$status" = 0 ]
    [[ $output == *damaged* ]]
    [[ $output != *$'\e'* ]]
    fadump show lab-garbage
    [[ $output == *foreign* ]]
    fadump show ../etc
    [ "$status" = 1 ]
    fadump show nowhere --json
    [ "$status" = 1 ]
    [[ $(json error) == *"no such dump"* ]]
}

@test "prune: by hand what a capture would, and nothing with --dry-run; not the dump that is in memory" {
    local n
    conf 'keep = all'
    for n in 1 2 3 4; do
        crash "$n"
    done
    conf 'keep = 2'
    fadump prune --dry-run
    [ "$status" = 0 ]
    [ "$(grep -c 'would delete a dump' <<<"$errors")" = 2 ]
    [ "$(numbers dumps)" = "1 2 3 4" ]
    fadump prune
    [ "$status" = 0 ]
    [ "$(numbers dumps)" = "1 4" ]
    # 3 is active again, and what was saved of it stays, twice by now.
    conf 'keep = all'
    crash 3 '' --no-release
    crash 5
    cp "$T/root/proc/vmcore" "$T/five"
    crash 3 '' --no-release
    conf 'keep = 1'
    fadump prune
    [ "$(numbers dumps)" = "3 3 5" ]
    all_whole
}

@test "prune frees what keep-free wants, when make-room says so, even on a full disk" {
    local n
    mount -t tmpfs -o size=4M,mode=0700 tmpfs "$D"
    conf 'keep = all' 'keep-free = 0'
    for n in 1 2 3 4 5; do
        crash "$n"
    done
    cat /dev/zero >"$D/fill" 2>/dev/null || true
    conf 'keep = all' 'keep-free = 200K' 'make-room = oldest'
    fadump prune --dry-run
    [ "$(numbers dumps)" = "1 2 3 4 5" ]
    [ "$(grep -c 'would delete a dump' <<<"$errors")" = 2 ]
    fadump prune
    [ "$status" = 0 ]
    [ "$(numbers dumps)" = "1 4 5" ]
}

@test "config check: what does not reach a server that is reached by SFTP is said" {
    # Without a key file the rest of the check would end it before.
    mkdir -p "$T/root/etc/fadump-ng"
    conf 'target = ssh://dumps@server.invalid/in' 'identity-file =' 'known-hosts =' 'make-room = oldest' 'rate-limit = 3/1h' 'keep-free = 5%'
    fadump config check
    [ "$status" = 0 ]
    [[ $errors == *"make-room does not reach there"* ]]
    [[ $errors == *"rate-limit does not hold there"* ]]
    [[ $errors == *"keep-free is a share"* ]]
    [[ $errors == *"keep and keep-logs do not reach there"* ]]
    conf 'target = file:///var/crash' 'make-room = oldest' 'rate-limit = 3/1h'
    fadump config check
    [ -z "$errors" ]
}
