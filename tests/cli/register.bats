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
