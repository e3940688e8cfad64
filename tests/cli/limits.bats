#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What makedumpfile may use must be enough for a machine of any size: the real one, on cores that are sparse.

load lib

setup() {
    cli_setup
    mkdir -p "$T/root/etc" "$T/root/var/crash"
    crash=$T/root/var/crash
}

# The dump of a core of $1 Mi pages of $2 bytes: level, compression, threads, options.
stream() {
    local mpages=$1 page=$2
    shift 2
    "$TOOLS/dumpcore" "$T/core" $((mpages * 1048576 * page)) "$page" "$@" "$T/dump"
}

# Every combination is one line on failure: which, and what was said.
try() {
    local said
    if ! said=$(stream "$@" 2>&1); then
        echo "$* : $said"
        return 1
    fi
}

@test "the real makedumpfile, 4 to 64 Mi pages of both sizes: 1, 16 and 64 threads" {
    local mpages page threads
    for mpages in 4 8 16 32 64; do
        for page in 65536 4096; do
            "$TOOLS/mkbig" "$mpages" "$page" "$T/core"
            # More than one on the sizes at which something changes: it spins where there are few CPUs.
            for threads in 1 16 64; do
                [ "$threads" = 1 ] || [ "$mpages$page" = 465536 ] || [ "$mpages$page" = 1665536 ] || [ "$mpages$page" = 644096 ] ||
                    continue
                try "$mpages" "$page" 0 lzo "$threads" ""
            done
            "$FADUMP_NG" verify "$T/dump"
        done
    done
}

@test "the real makedumpfile: every compression that it has, of 16 Mi pages" {
    local page compress have
    have="$(makedumpfile -v 2>&1 | awk '$2 == "enabled" {print $1}') zlib none"
    for page in 65536 4096; do
        "$TOOLS/mkbig" 16 "$page" "$T/core"
        for compress in $have; do
            try 16 "$page" 1 "$compress" 1 ""
            try 16 "$page" 1 "$compress" 16 ""
            "$FADUMP_NG" verify --full "$T/dump"
        done
    done
}

@test "the real makedumpfile: cyclic buffers, small and large" {
    local mpages page buffer
    for mpages in 4 16 64; do
        for page in 65536 4096; do
            "$TOOLS/mkbig" "$mpages" "$page" "$T/core"
            for buffer in 512 16384; do
                try "$mpages" "$page" 1 lzo 1 "--cyclic-buffer $buffer"
            done
            "$FADUMP_NG" verify "$T/dump"
        done
    done
}

@test "the real makedumpfile: pieces of 128 MiB, as -b 11 makes them" {
    "$TOOLS/mkbig" --part 200 4 65536 "$T/core"
    try 4 65536 0 none 1 "-b 11"
    "$FADUMP_NG" verify "$T/dump"
    ! "$TOOLS/dumpcore" "$T/core" 0 65536 0 none 1 "-b 15" "$T/dump"
}

@test "a capture of machines of 256 GiB to 4 TiB, by the real makedumpfile" {
    local mpages
    for mpages in 4 5 16 64; do
        "$TOOLS/mkbig" "$mpages" 65536 "$T/core"
        printf 'dump-level = 1\n' >"$T/root/etc/fadump-ng.conf"
        fadump capture --core "$T/core" --no-release --target file:///var/crash
        [ "$status" = 0 ]
        "$FADUMP_NG" verify --full "$crash"/*/
        rm -r "${crash:?}"/*
    done
}
