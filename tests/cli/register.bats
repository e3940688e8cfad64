#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later

load lib

setup() {
    cli_setup
}

@test "register writes 1 and reads it back" {
    tree unregistered
    fadump register
    [ "$status" = 0 ]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 1 ]
    fadump unregister
    [ "$status" = 0 ]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 0 ]
}

@test "registered already: nothing to do, no error" {
    tree pseries-production
    fadump register
    [ "$status" = 0 ]
}

@test "old kernels: the regular files" {
    tree old-files
    fadump unregister
    [ "$status" = 0 ]
    [ "$(cat "$T/root/sys/kernel/fadump_registered")" = 0 ]
}

@test "with a dump in memory: nothing is written, it is said how to save it, and nothing of a reboot" {
    local situation
    for situation in pseries-dump powernv-dump; do
        rm -rf "$T/root"
        tree $situation
        fadump register
        [ "$status" = 5 ]
        [ "$errors" = "fadump-ng: not ready for the next crash: A dump is active and its core is sound. Save it with 'fadump-ng capture'; an orderly reboot would destroy it." ]
        [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 0 ]
        fadump unregister
        [ "$status" = 5 ]
    done
    rm -rf "$T/root"
    tree bad-core
    fadump register
    [ "$status" = 5 ]
    [[ $errors == *"its core is damaged; its memory is kept. Copy what can be read of /proc/vmcore to a safe place, then"* ]]
    rm -rf "$T/root"
    tree state-b
    fadump register
    [ "$status" = 5 ]
    [[ $errors == *"still reserved, but the kernel could not offer it as /proc/vmcore. Keep the kernel log. No program can read the dump"* ]]
    rm -rf "$T/root"
    tree state-c
    fadump register
    [ "$status" = 1 ]
    [[ $errors == *"this boot has fadump off: the dump is lost. Do not write release_mem"* ]]
}

@test "after a release the kernel's log may forget: the record tells that the header's page is taken" {
    tree released-only
    : >"$T/root/dev/kmsg"
    mkdir -p "$T/root/run/fadump-ng"
    echo '{"outcome":"captured","dump_id":"1","released":true,"release_unclear":false,"kept":false,"header_page":"taken"}' \
        >"$T/root/run/fadump-ng/record.json"
    fadump register
    [ "$status" = 0 ]
    [ "$errors" = "fadump-ng: registered: the next crash will be dumped" ]
    fadump unregister
    [ "$status" = 0 ]
    fadump register
    [ "$status" = 0 ]
    image
    fadump status
    [[ $output == "ready: registered"* ]]
}

@test "off, and no fadump: clear errors, nothing written" {
    tree off
    fadump register
    [ "$status" = 1 ]
    [[ $errors == *"fadump=on"* ]]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 0 ]
    rm -rf "$T/root"
    tree inactive
    fadump register
    [ "$status" = 1 ]
    [[ $errors == *"no fadump"* ]]
}

@test "kdump configured too is said when registering" {
    tree kdump-too
    fadump register
    [ "$status" = 0 ]
    [[ $errors == *"systemctl disable kdump.service"* ]]
}

@test "a reservation that failed is not taken for fadump=off" {
    tree reserve-failed
    fadump register
    [ "$status" = 1 ]
    [[ $errors == *"no memory could be reserved"*"less than 0x30000000"* ]]
    [[ $errors != *"add fadump=on"* ]]
}
