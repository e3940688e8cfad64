# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2016 # output, errors: lib.bash; stubs expand for themselves
# One crash after the other, captured to /var/crash of a tree. Every crash is a core with other registers and another time; a
# boot is a fresh /run.

crashes_setup() {
    cli_setup
    tree pseries-dump
    # The file $STUB/kill: the capture is killed in the middle of the stream.
    capture_tools '
    [ ! -e "$STUB/kill" ] || { head -c 50000 "$FLAT"; sleep 1; tell "kill -KILL $PPID"; exit 1; }
    cat "$FLAT"
    exit "${STUB_EXIT-0}"'
    stub vmcore-dmesg 'echo "[   99.000000] Kernel panic - not syncing: crash $(cat "$STUB/number")"'
    D=$T/root/var/crash
    : >"$T/root/etc/initrd-release"
}

crashes_teardown() {
    ! mountpoint -q "$D" || umount -l "$D"
}

conf() {
    printf '%s\n' "$@" >"$T/root/etc/fadump-ng.conf"
}

# crash NUMBER [SECONDS [ARGUMENTS...]]: the NUMBERth crash, at that time (else a minute after the one before), captured in a boot of
# its own. The exit status says that /proc/vmcore is still there: in a tree it does not go away.
crash() {
    local number=$1 when=${2:-$((1795426800 + $1 * 60))}
    shift $(($# > 2 ? 2 : $#))
    echo "$number" >"$T/number"
    [ -e "$T/pristine" ] || cp "$T/root/proc/vmcore" "$T/pristine"
    sed "s/CRASHTIME=[0-9]*/CRASHTIME=$(printf %010d "$when")/" "$T/pristine" >"$T/root/proc/vmcore"
    printf "\\$(printf %o $((number + 1)))" | dd of="$T/root/proc/vmcore" bs=1 seek=65700 conv=notrunc status=none
    rm -rf "$T/root/run/fadump-ng"
    : >"$T/root/sys/kernel/fadump/release_mem"
    fadump capture "$@"
}

# The numbers of the crashes whose dump, or whose log, is there, in order; from their logs.
numbers() {
    local log
    for log in "$D"/*/vmcore-dmesg.txt; do
        [ "$1" = logs ] || [ -e "${log%/*}/vmcore" ] || continue
        sed -n 's/.*crash //p' "$log"
    done | sort -n | paste -sd ' '
}

# What is called a dump is one.
all_whole() {
    local dump
    for dump in "$D"/*/vmcore; do
        cmp "$T/dump" "$dump"
    done
    [ -z "$(find "$D" -name '*.incomplete')" ]
}
