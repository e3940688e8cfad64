#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What happens when a target's deadline passes: the next target, or, where that is configured, the log and no dump.

load lib

setup() {
    cli_setup
    tree pseries-dump
    mkdir "$T/root/var/other"
    # Hangs the first time, after so many bytes, then works.
    echo 0 >"$T/part"
    capture_tools '
    [ "$(wc -l <"$STUB/calls")" != 1 ] || { head -c "$(cat "$STUB/part")" "$FLAT"; sleep 60; }
    cat "$FLAT"'
    printf 'deadline = 5s\ntarget = file:///var/crash\ntarget = file:///var/other\n' >"$T/root/etc/fadump-ng.conf"
}

@test "the next target takes the dump" {
    fadump capture --no-release
    [ "$status" = 0 ]
    cmp "$T/dump" "$T/root/var/other/"*/vmcore
    [ ! -e "$T/root/var/crash/"*/vmcore ]
}

@test "on-deadline = log-only: the log is enough, the memory is given back, and the manifest says why" {
    echo 'on-deadline = log-only' >>"$T/root/etc/fadump-ng.conf"
    fadump capture
    [ "$(release_mem)" = 1 ]
    [ ! -e "$T/calls" ] || [ "$(wc -l <"$T/calls")" = 1 ]
    [ -z "$(ls "$T/root/var/other")" ]
    [ -z "$(find "$T/root/var" -name 'vmcore' -o -name '*.incomplete')" ]
    grep -q 'a test' "$T/root/var/crash/"*/vmcore-dmesg.txt
    output=$(cat "$T/root/var/crash/"*/manifest.json)
    [ "$(json complete)" = False ]
    [ "$(json policy.name)" = deadline ]
    [[ $(json policy.why) == "the deadline of 5 s has passed: "* ]]
    [[ $errors == *"without a dump, as deadline says"* ]]
}

@test "on-deadline = log-only: the log is enough when a part of the dump was written, too" {
    echo 'on-deadline = log-only' >>"$T/root/etc/fadump-ng.conf"
    echo 8000 >"$T/part"
    fadump capture
    [ "$(release_mem)" = 1 ]
    [ -z "$(ls "$T/root/var/other")" ]
    [ -z "$(find "$T/root/var" -name 'vmcore' -o -name '*.incomplete')" ]
    grep -q 'a test' "$T/root/var/crash/"*/vmcore-dmesg.txt
    output=$(cat "$T/root/var/crash/"*/manifest.json)
    [ "$(json policy.name)" = deadline ]
    [[ $errors != *"does not answer"* ]]
}

@test "a deadline in the middle of a dump leaves no half of one, and the next target takes it" {
    echo 8000 >"$T/part"
    fadump capture --no-release
    [ "$status" = 0 ]
    cmp "$T/dump" "$T/root/var/other/"*/vmcore
    [ -z "$(find "$T/root/var" -name '*.incomplete')" ]
    output=$(cat "$T/root/var/crash/"*/manifest.json)
    [ "$(json complete)" = False ]
}

@test "on-deadline = log-only: without a log nothing is given back for it" {
    echo 'on-deadline = log-only' >>"$T/root/etc/fadump-ng.conf"
    stub vmcore-dmesg 'exit 1'
    sed -i '/other/d' "$T/root/etc/fadump-ng.conf"
    fadump capture
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
}

@test "on-deadline = log-only: another failure is no reason to give anything back" {
    echo 'on-deadline = log-only' >>"$T/root/etc/fadump-ng.conf"
    sed -i '/other/d; s/5s/1h/' "$T/root/etc/fadump-ng.conf"
    stub makedumpfile 'case " $* " in *" -v "*) echo "makedumpfile: version 1.7.8 (released)" ;; *) exit 1 ;; esac'
    fadump capture
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
}
