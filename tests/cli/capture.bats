#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# capture and release over a tree, with a makedumpfile that does what the test says. Files in a tree do not go away when
# memory is released, so a capture that succeeds is seen up to the write of release_mem here; the lab sees the rest.

load lib

setup() {
    cli_setup
    tree pseries-dump
    capture_tools '
    printf "\rCopying data                                      : [ 50.0 %%] /  eta: 1s         \n" >&2
    cat "$FLAT"
    [ -z "${STUB_SIGNAL-}" ] || kill -"$STUB_SIGNAL" $$
    [ -z "${STUB_WORDS-}" ] || echo "$STUB_WORDS" >&2
    exit "${STUB_EXIT-0}"'
}

# The one dump directory.
dump_dir() {
    find "$T/root/var/crash" -mindepth 1 -maxdepth 1 -type d
}

# Nothing is called a dump, nothing is left half-written, nothing was released.
nothing_published() {
    [ -z "$(find "$T/root" -path '*/proc/*' -prune -o -name 'vmcore' -print)" ]
    [ -z "$(find "$T/root" -name '*.incomplete')" ]
    [ -z "$(release_mem)" ]
}

@test "a dump is saved whole, with its log and manifest, modes 0700 and 0600" {
    fadump capture --no-release
    [ "$status" = 0 ]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    grep -q 'a test' "$(dump_dir)/vmcore-dmesg.txt"
    [ -s "$(dump_dir)/capture.log" ]
    [ "$(stat -c %a "$(dump_dir)")" = 700 ]
    [ "$(stat -c %a "$(dump_dir)"/* | sort -u)" = 600 ]
    [ -z "$(find "$T/root" -name '*.incomplete')" ]
    [ -z "$(release_mem)" ]
    output=$(cat "$(dump_dir)/manifest.json")
    [ "$(json complete)" = True ]
    [ "$(json crash.panic)" = "Kernel panic - not syncing: a test" ]
    [ "$(json dump.bytes)" = "$(stat -c %s "$T/dump")" ]
    [[ $(basename "$(dump_dir)") =~ ^lab-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}$ ]]
}

@test "-v: programs with their arguments and their end, the state, the target; without it nothing of that" {
    printf 'target = file:///var/crash\nmakedumpfile-options = --non-mmap\n' >"$T/root/etc/fadump-ng.conf"
    fadump -v capture --no-release
    [ "$status" = 0 ]
    [[ $errors == *$'\nfadump-ng: judged: dump; enabled 1, registered 0, release_mem there, core of '* ]]
    [[ $errors == *$'\nfadump-ng: starting, confined: makedumpfile '*'--non-mmap'*'/proc/vmcore'* ]]
    [[ $errors == *$'\nfadump-ng: makedumpfile ended after '*$' ms, status 0\n'* ]]
    [[ $errors == *$'\nfadump-ng: trying target 1 of 1, file:///var/crash\n'* ]]
    # What run/ decides is in the log beside the dump, whatever was asked for.
    grep -q 'trying target 1 of 1' "$(dump_dir)/capture.log"
    rm -r "$(dump_dir)" "$T/root/run/fadump-ng"
    fadump capture --no-release
    [ "$status" = 0 ]
    [[ $errors != *starting* && $errors != *"ended after"* && $errors != *trying* && $errors != *judged* ]]
    grep -q 'judged: dump' "$(dump_dir)/capture.log"
}

@test "release_mem is written once, after the dump has its name, and a release that did not work is said" {
    local control=$T/root/sys/kernel/fadump/release_mem
    # A FIFO shows each write, and what there was at that moment.
    rm "$control"
    mkfifo "$control"
    (
        exec 3<>"$control"
        while read -r -n 1 -t 30 -u 3 byte && [ "$byte" != q ]; do
            [ ! -e "$(dump_dir)/vmcore" ] || echo "$byte with a dump" >>"$T/writes"
            [ -e "$(dump_dir)/vmcore" ] || echo "$byte without a dump" >>"$T/writes"
        done
    ) &
    fadump capture
    [ "$status" = 1 ]
    [[ $errors == *"/proc/vmcore is still there"* ]]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    # Not once more, whoever asks.
    fadump release
    [ "$status" = 1 ]
    [[ $errors == *"not written again"* ]]
    fadump release --force
    [ "$status" = 1 ]
    fadump capture --late
    [ "$status" = 5 ]
    fadump status
    [[ $output == *"not-released: The dump was saved, but the kernel did not give its memory back; it is not asked again."* ]]
    [[ $output == *"Reboot to get the memory back, and to be ready for the next crash."* ]]
    printf q >"$control"
    wait
    [ "$(cat "$T/writes")" = "1 with a dump" ]
}

@test "one capture or release at a time" {
    mkdir -p "$T/root/run/fadump-ng"
    exec 9>"$T/root/run/fadump-ng/lock"
    flock 9
    local call
    for call in capture "capture --late" "capture --no-release" release "release --force"; do
        # shellcheck disable=SC2086
        fadump $call
        [ "$status" = 1 ]
        [[ $errors == *"another capture or release is running"* ]]
    done
    [ -z "$(ls "$T/root/var/crash")" ]
    nothing_published
    exec 9>&-
    fadump capture --no-release
    [ "$status" = 0 ]
}

@test "json where it fails: still one object on stdout, with the error" {
    echo 'compres = lzo' >"$T/root/etc/fadump-ng.conf"
    fadump capture --json
    [ "$status" = 4 ]
    [[ $(json error) == *"fadump-ng.conf:1: "* ]]
    rm "$T/root/etc/fadump-ng.conf"
    STUB_EXIT=1 fadump capture --json
    [ "$status" = 1 ]
    [ "$(json outcome)" = failed ]
    [[ $(json error) == *"nothing was released"* ]]
    rm "$T/root/proc/vmcore" "$T/root/run/fadump-ng/record.json"
    mkdir "$T/root/proc/vmcore"
    fadump capture --json
    [ "$status" = 1 ]
    [ "$(json verdict)" = None ]
    [[ $errors == *"cannot judge"* ]]
    # The lock is not held there: the record is another's to write.
    [ ! -e "$T/root/run/fadump-ng/record.json" ]
    fadump check --json
    [ "$status" = 1 ]
    [[ $(json error) == *"cannot judge"* ]]
}

@test "json: one object on stdout" {
    fadump capture --no-release --json
    [ "$status" = 0 ]
    [ "$(json outcome)" = captured ]
    [ "$(json released)" = False ]
    [ "$(json attempts.0.ok)" = True ]
    [ "$(wc -l <<<"$output")" = 1 ]
}

@test "makedumpfile exits with 1: nothing published, its words are passed on" {
    export STUB_EXIT=1 STUB_WORDS="Can't get a valid pgd."
    fadump capture
    [ "$status" = 1 ]
    [[ $errors == *"exited with 1"* ]]
    [[ $errors == *"Can't get a valid pgd"* ]]
    nothing_published
}

@test "makedumpfile is nobody, with the one power to open the core, and can write no file larger than its bitmaps" {
    # shellcheck disable=SC2016 # the stub expands for itself
    stub makedumpfile '
case " $* " in
*" -v "*) printf "makedumpfile: version 1.7.8 (x)\nlzo\tenabled\n" ;;
*" -F "*)
    seen=$(grep -E "^(Uid|Gid|Groups|CapEff|NoNewPrivs):" /proc/self/status; grep -E "file size|address space|open files" /proc/self/limits)
    tell "cat >\"$STUB/seen\" <<<\"$(echo "$seen" | tr "\n\t" "  " | tr -s " ")\""
    exec cat "$FLAT" ;;
esac'
    fadump capture --no-release
    [ "$status" = 0 ]
    cat "$T/seen"
    if [ "$(id -u)" = 0 ]; then
        grep -q '^Uid: 65534 65534 65534 65534 Gid: 65534 65534 65534 65534 Groups: ' "$T/seen"
        grep -q 'CapEff: 0000000000000004 ' "$T/seen"
    fi
    grep -q 'NoNewPrivs: 1 Max file size 10[45][0-9]* 10[45][0-9]* bytes ' "$T/seen"
    grep -q 'Max open files 64 64 files Max address space 21[45][0-9]* ' "$T/seen"
}

@test "makedumpfile is killed after its whole stream: not a dump" {
    export STUB_SIGNAL=KILL
    fadump capture
    [ "$status" = 1 ]
    [[ $errors == *"signal 9"* ]]
    nothing_published
}

@test "a stream cut anywhere is not a dump, even when makedumpfile exits with 0" {
    local size n
    size=$(stat -c %s "$T/flat")
    for n in 0 1 15 16 4095 4096 4100 4112 5000 $((size / 2)) $((size - 17)) $((size - 16)) $((size - 1)); do
        head -c "$n" "$T/flat" >"$T/cut"
        FLAT=$T/cut fadump capture
        [ "$status" = 1 ]
        nothing_published
    done
}

@test "data after the end, and a structure that is broken: not a dump" {
    local what
    "$TOOLS/flatten" --trailing 1 "$T/dump" >"$T/flat"
    fadump capture
    [ "$status" = 1 ]
    nothing_published
    for what in $("$TOOLS/mkkdump" --list-breaks); do
        "$TOOLS/mkkdump" --break "$what" "$T/broken"
        "$TOOLS/flatten" "$T/broken" >"$T/flat"
        fadump capture
        echo "break $what"
        [ "$status" = 1 ]
        [[ $errors == *"structure"* ]]
        nothing_published
        run "$FADUMP_NG" verify "$T/broken"
        [ "$status" = 4 ]
    done
}

@test "verify = none takes what the structure check would not" {
    "$TOOLS/mkkdump" --break "$("$TOOLS/mkkdump" --list-breaks | head -n 1)" "$T/broken"
    "$TOOLS/flatten" "$T/broken" >"$T/flat"
    echo 'verify = none' >"$T/root/etc/fadump-ng.conf"
    fadump capture --no-release
    [ "$status" = 0 ]
    grep -q '"verified":"none"' "$(dump_dir)/manifest.json"
}

@test "the manifest has the digest, and it is what fsverity says" {
    local options
    for options in --rewrite "--shuffle 7 --record 5000" "--record 100"; do
        rm -rf "$T"/root/var/crash/*
        # shellcheck disable=SC2086
        "$TOOLS/flatten" $options "$T/dump" >"$T/flat"
        fadump capture --no-release
        [ "$status" = 0 ]
        output=$(cat "$(dump_dir)/manifest.json")
        [ "$(json dump.digest.algorithm)" = fsverity-sha256-65536 ]
        [ "$(json dump.digest.value)" = "sha256:$(fsverity digest --compact --hash-alg=sha256 --block-size=65536 "$T/dump")" ]
        [ "$(json dump.verified)" = structure ]
        fadump verify "$(dump_dir)"
        [ "$status" = 0 ]
    done
}

# As a disk does that does not keep what it took: behind the capture's back, when all of it is written.
spoil() {
    stub spoiler "sleep 1; printf x | dd of=\"\$(find \"$T/root\" -name vmcore.incomplete)\" bs=1 seek=$1 conv=notrunc status=none"
    sed -i 's/^    cat "$FLAT"$/    cat "$FLAT"; tell spoiler/' "$T/bin/makedumpfile"
}

@test "verify = full: what does not read back as it was written is no dump" {
    "$TOOLS/mkkdump" --compress lzo "$T/dump"
    "$TOOLS/flatten" --rewrite "$T/dump" >"$T/flat"
    echo 'verify = full' >"$T/root/etc/fadump-ng.conf"
    fadump capture --no-release
    [ "$status" = 0 ]
    output=$(cat "$(dump_dir)/manifest.json")
    [ "$(json dump.verified)" = full ]
    rm -rf "$T"/root/var/crash/*
    # The last page is not compressed: neither the structure nor a page shows it.
    spoil $(($(stat -c %s "$T/dump") - 100))
    fadump capture
    [ "$status" = 1 ]
    [[ $errors == *"the dump as read back is not what was written: digest sha256:"* ]]
    nothing_published
    echo 'verify = structure' >"$T/root/etc/fadump-ng.conf"
    fadump capture --no-release
    [ "$status" = 0 ]
    fadump verify --full "$(dump_dir)"
    [ "$status" = 4 ]
}

@test "verify = full: a page that does not expand is no dump" {
    echo 'verify = full' >"$T/root/etc/fadump-ng.conf"
    fadump capture
    [ "$status" = 1 ]
    [[ $errors == *"page 1 of 31: does not expand to a page"* ]]
    nothing_published
}

@test "verify = full: a dump saved earlier is released for only when all of it is still the same" {
    "$TOOLS/mkkdump" --compress lzo "$T/dump"
    "$TOOLS/flatten" "$T/dump" >"$T/flat"
    echo 'verify = full' >"$T/root/etc/fadump-ng.conf"
    fadump capture --no-release
    [ "$status" = 0 ]
    cp "$(dump_dir)/vmcore" "$T/good"
    printf x | dd of="$(dump_dir)/vmcore" bs=1 seek=$(($(stat -c %s "$T/dump") - 100)) conv=notrunc status=none
    fadump release
    [ "$status" = 1 ]
    [[ $errors == *"not what was written"* ]]
    [ -z "$(release_mem)" ]
    cp "$T/good" "$(dump_dir)/vmcore"
    fadump release
    [ "$(release_mem)" = 1 ]
}

@test "targets in order: the first that takes it has it" {
    touch "$T/root/file"
    fadump capture --no-release --target file:///file/below --target file:///second --target file:///third
    [ "$status" = 0 ]
    [[ $errors == *"file:///file/below: "* ]]
    ls "$T"/root/second/*/vmcore
    [ ! -e "$T/root/third" ]
}

@test "every target fails: exit 1, nothing released, the log of the crash stays where it could be saved" {
    export STUB_EXIT=1
    fadump capture --target file:///one --target nfs://server/two
    [ "$status" = 1 ]
    nothing_published
    [[ $errors == *"nothing was released"* ]]
    ls "$T"/root/one/*/vmcore-dmesg.txt
    fadump status --json
    [ "$(json last_capture)" = failed ]
}

@test "the same crash tried again uses the same directory; a saved one is never touched" {
    STUB_EXIT=1 fadump capture
    local first
    first=$(dump_dir)
    fadump capture --no-release
    [ "$status" = 0 ]
    [ "$(dump_dir)" = "$first" ]
    echo precious >"$first/vmcore"
    fadump capture --no-release
    [ "$status" = 0 ]
    [ "$(cat "$first/vmcore")" = precious ]
    cmp "$T/dump" "$first.2/vmcore"
}

@test "a directory that somebody made is not used, and ours is never lost to one" {
    umask 022
    fadump capture --no-release
    local first
    first=$(dump_dir)
    rm -r "$first"
    mkdir -m 0777 "$first"
    fadump capture --no-release
    [ "$status" = 0 ]
    [ -z "$(ls "$first")" ]
    cmp "$T/dump" "$first.2/vmcore"
    # A name that our probe could stumble over.
    mkdir "$T/root/var/crash/.fadump-ng-probe"
    fadump capture --no-release
    [ "$status" = 0 ]
}

@test "a target that was full when the dump had so many bytes is not filled again" {
    # One try: without a filter it would be another kind of dump.
    echo 'dump-level = 1' >"$T/root/etc/fadump-ng.conf"
    STUB_EXIT=1 fadump capture
    sed -i 's/"least_bytes":0/"least_bytes":999999999999999/' "$T/root/run/fadump-ng/record.json"
    rm "$T/calls"
    fadump capture --late
    [ "$status" = 1 ]
    [[ $errors == *"an earlier try came to"* ]]
    [ ! -e "$T/calls" ]
    nothing_published
    # That target, with no more room than it had then; another one is tried.
    sed -i 's/"least_bytes":[0-9]*/"least_bytes":0/; s|"full":\[[^]]*\]|"full":[{"target":"file:///var/crash","room":999999999999999}]|' \
        "$T/root/run/fadump-ng/record.json"
    fadump capture --late
    [ "$status" = 1 ]
    [[ $errors == *"as when an earlier try ran out of room"* ]]
    [ ! -e "$T/calls" ]
    fadump capture --late --target file:///elsewhere
    [ -e "$T/calls" ]
    ls "$T"/root/elsewhere/*/vmcore
}

@test "release: refused without a receipt, earned again for a saved dump, refused when that is not whole" {
    fadump release
    [ "$status" = 1 ]
    [[ $errors == *"nothing is released"* ]]
    [ -z "$(release_mem)" ]
    fadump capture --no-release
    truncate -s -1 "$(dump_dir)/vmcore"
    fadump release
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    cp "$T/dump" "$(dump_dir)/vmcore"
    fadump release
    [ "$(release_mem)" = 1 ]
}

@test "the late service does not save again what this boot saved; it releases" {
    fadump capture --no-release
    rm "$T/calls"
    # What a person kept with --no-release stays.
    fadump capture --late
    [ "$status" = 5 ]
    [[ $errors == *"fadump-ng release gives it back"* ]]
    fadump status
    [[ $output == *"kept: The dump was saved, and its memory is kept, as asked with --no-release."*"'fadump-ng release' gives the memory back."* ]]
    fadump status --json
    [ "$(json state)" = kept ]
    [ "$(json verdict)" = dump ]
    fadump register
    [ "$status" = 5 ]
    [[ $errors == *"The dump was saved, and its memory is kept"* ]]
    [ -z "$(release_mem)" ]
    sed -i 's/"kept":true/"kept":false/' "$T/root/run/fadump-ng/record.json"
    fadump capture --late
    [ "$(release_mem)" = 1 ]
    [ ! -e "$T/calls" ]
    [ "$(find "$T/root/var/crash" -name vmcore | wc -l)" = 1 ]
}

@test "release: a full or read-only target will do to confirm a dump" {
    fadump capture --no-release
    rm -f "$T/root/var/crash/.fadump-ng-probe"*
    chattr +i "$T/root/var/crash" 2>/dev/null || chmod 0500 "$T/root/var/crash"
    fadump release
    chattr -i "$T/root/var/crash" 2>/dev/null || chmod 0700 "$T/root/var/crash"
    [ "$(release_mem)" = 1 ]
}

@test "release where the memory was given back already: exit 3, nothing written" {
    rm -rf "$T/root"
    local situation
    for situation in released-only state-a; do
        rm -rf "$T/root"
        tree $situation
        fadump release
        [ "$status" = 3 ]
        fadump release --force
        [ "$status" = 3 ]
        [ -z "$(release_mem)" ]
    done
}

@test "capture with the files of kernels before 5.6, and on powernv with the firmware's own core" {
    rm -rf "$T/root"
    tree old-files-dump
    fadump capture
    [ "$(cat "$T/root/sys/kernel/fadump_release_mem")" = 1 ]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    rm -rf "$T/root"
    tree powernv-dump
    fadump capture
    [ "$(release_mem)" = 1 ]
    cmp "$T/root/sys/firmware/opal/mpipl/core" "$(dump_dir)/opalcore"
    [ "$(stat -c %a "$(dump_dir)/opalcore")" = 600 ]
}

@test "bad cores of every kind: exit 4, nothing published" {
    local text
    for text in "$HERE"/../data/cores/bad-*.txt; do
        "$MKCORE" "$text" "$T/root/proc/vmcore"
        fadump capture
        echo "$text"
        [ "$status" = 4 ]
        nothing_published
        fadump capture --core "$T/root/proc/vmcore"
        [ "$status" = 4 ]
        nothing_published
    done
}

@test "release: the record of another crash does not count" {
    fadump capture --no-release
    printf 'x' | dd of="$T/root/proc/vmcore" bs=1 seek=65700 conv=notrunc 2>/dev/null
    fadump release
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
}

@test "release --force writes without a receipt" {
    fadump release --force
    [ "$(release_mem)" = 1 ]
    [[ $errors == *"by force"* ]]
}

# Kernels from 6.10 on end the reserved area with the header, in the middle of a page, and free that page.
header_is_freed() {
    echo 805372336 >"$T/root/sys/kernel/fadump/mem_reserved"
    mkdir -p "$T/root/sys/devices/system/memory"
}

@test "the page of the fadump header is taken out of use where the kernel frees it" {
    header_is_freed
    rm "$T/root/sys/kernel/fadump/bootargs_append"
    : >"$T/root/sys/devices/system/memory/soft_offline_page"
    fadump release --force
    [ "$(release_mem)" = 1 ]
    [ "$(cat "$T/root/sys/devices/system/memory/soft_offline_page")" = 0x60010000 ]
}

@test "after a release: limits that were sized for little memory are raised" {
    local offline=$T/root/sys/devices/system/memory/soft_offline_page
    header_is_freed
    rm "$T/root/sys/kernel/fadump/bootargs_append" "$T/root/proc/vmcore"
    mkdir -p "$T/root/proc/sys/kernel"
    echo 2494 >"$T/root/proc/sys/kernel/threads-max"
    # The memory comes when it was released, before the page of the header is taken: there the program waits for a reader.
    mkfifo "$offline"
    export T
    timeout 30 sh -c 'until [ "$(cat "$T/root/sys/kernel/fadump/release_mem")" = 1 ]; do sleep 0.05; done
        sed -i "1s/[0-9][0-9]*/2319872/" "$T/root/proc/meminfo"
        cat "$T/root/sys/devices/system/memory/soft_offline_page" >"$T/offline"' 3>&- &
    fadump release --force
    wait
    [ "$status" = 0 ]
    [ "$(cat "$T/offline")" = 0x60010000 ]
    [[ $errors == *"MemTotal was 765 MB, is 2375 MB"*"raised what the kernel had sized for little memory: kernel.threads-max"* ]]
    # Three times as much memory, three times as many threads.
    [ $(($(cat "$T/root/proc/sys/kernel/threads-max") / 10)) = 773 ]
}

@test "the page of the fadump header is left alone where the kernel keeps it, and on powernv" {
    # Before 6.10 the area ends with a page.
    echo 805437440 >"$T/root/sys/kernel/fadump/mem_reserved"
    rm "$T/root/sys/kernel/fadump/bootargs_append"
    : >"$T/root/sys/devices/system/memory/soft_offline_page"
    fadump release --force
    [ "$(release_mem)" = 1 ]
    [ -z "$(cat "$T/root/sys/devices/system/memory/soft_offline_page")" ]
    rm -r "$T/root"
    tree powernv-dump
    : >"$T/root/sys/devices/system/memory/soft_offline_page"
    fadump release --force
    [ "$(release_mem)" = 1 ]
    [ -z "$(cat "$T/root/sys/devices/system/memory/soft_offline_page")" ]
    [[ $errors != *"fadump header"* ]]
}

@test "the memory of bootargs_append is taken out of use, and its text stays" {
    mkdir -p "$T/root/sys/devices/system/memory"
    : >"$T/root/sys/devices/system/memory/soft_offline_page"
    fadump release --force
    [ "$(release_mem)" = 1 ]
    [ "$(cat "$T/root/sys/devices/system/memory/soft_offline_page")" = 0xbffff800 ]
    [ "$(cat "$T/root/sys/kernel/fadump/bootargs_append")" = "nr_cpus=16 numa=off" ]
}

@test "memory of bootargs_append that could not be taken: said" {
    rm "$T/root/proc/vmcore"
    fadump release --force
    [ "$status" = 0 ]
    [[ $errors == *"do not write bootargs_append in this boot"* ]]
}

@test "bootargs_append written after a release stays when the machine is registered again" {
    mkdir -p "$T/root/sys/devices/system/memory"
    : >"$T/root/sys/devices/system/memory/soft_offline_page"
    rm "$T/root/proc/vmcore"
    fadump release --force
    [ "$status" = 0 ]
    echo nr_cpus=4 >"$T/root/sys/kernel/fadump/bootargs_append"
    fadump unregister
    fadump register
    [ "$status" = 0 ]
    [ "$(cat "$T/root/sys/kernel/fadump/bootargs_append")" = nr_cpus=4 ]
}

@test "a header page that could not be taken: said, and registering later is refused" {
    header_is_freed
    rm "$T/root/proc/vmcore"
    fadump release --force
    [ "$status" = 0 ]
    [[ $errors == *"may be lost"* ]]
    image
    fadump status
    [[ $output == "ready: registered, but the next dump may be lost"* ]]
    fadump unregister
    [ "$status" = 0 ]
    fadump register
    [ "$status" = 1 ]
    [[ $errors == *"overwrite memory in use"* ]]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 0 ]
}

@test "state C: capture, release and --force never write release_mem" {
    rm -rf "$T/root"
    tree state-c
    fadump capture
    [ "$status" = 4 ]
    [[ $errors == *"fadump"*"off"* ]]
    fadump release
    [ "$status" = 1 ]
    fadump release --force
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
}

@test "state A: capture says why, and registers for the next crash" {
    rm -rf "$T/root"
    tree state-a
    : >"$T/root/sys/devices/system/memory/soft_offline_page"
    fadump capture
    [ "$status" = 4 ]
    [[ $errors == *"Old magic number"* ]]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 1 ]
    [ -z "$(release_mem)" ]
}

@test "state B and a bad core: exit 4, memory kept" {
    local situation
    for situation in state-b bad-core; do
        rm -rf "$T/root"
        tree $situation
        fadump capture
        [ "$status" = 4 ]
        nothing_published
        [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 0 ]
    done
}

@test "pages of the dump that this boot's RTAS was put on are named, in the log and in the manifest" {
    rm -rf "$T/root"
    tree small-dump
    # An initrd in memory that was preserved where it was.
    printf '\120\0\0\0' >"$T/root/proc/device-tree/chosen/linux,initrd-start"
    printf '\120\1\0\1' >"$T/root/proc/device-tree/chosen/linux,initrd-end"
    fadump capture --no-release
    [ "$status" = 0 ]
    [[ $errors == *"0xffe0000 to 0xfff0000 of the dump are not the crashed kernel's memory: this boot's RTAS was put on top of it; boot with crashkernel=1296M or more from now on"* ]]
    [[ $errors == *"0x50000000 to 0x50020000 of the dump are not the crashed kernel's memory: this boot's initrd was put"* ]]
    grep -q "0xffe0000 to 0xfff0000 of the dump are not" "$(dump_dir)/capture.log"
    output=$(cat "$(dump_dir)/manifest.json")
    [ "$(json overwritten.0.by)" = RTAS ]
    [ "$(json overwritten.0.address)" = $((0xffe0000)) ]
    [ "$(json overwritten.0.bytes)" = 65536 ]
    [ "$(json overwritten.1.by)" = initrd ]
    rm "$T/root/proc/device-tree/chosen/linux,initrd-"*
    rm -r "$T/root/var/crash/"*
    fadump capture --no-release
    [[ $errors == *"boot with crashkernel=768M or more from now on"* ]]
}

@test "with 768 MiB of boot memory nothing lies on the dump" {
    fadump capture --no-release
    [ "$status" = 0 ]
    [[ $errors != *"not the crashed kernel's memory"* ]]
    ! grep -q overwritten "$(dump_dir)/manifest.json"
}

@test "no dump is active: exit 3, nothing touched" {
    rm -rf "$T/root"
    tree pseries-production
    fadump capture
    [ "$status" = 3 ]
    [ -z "$(ls "$T/root/var/crash")" ]
    [ ! -e "$T/root/run/fadump-ng" ]
    fadump release
    [ "$status" = 3 ]
}

@test "--core: saved from a file, nothing released, nothing recorded" {
    core sound-be-4k
    fadump capture --core "$T/core" --target file:///elsewhere
    [ "$status" = 0 ]
    cmp "$T/dump" "$T"/root/elsewhere/*/vmcore
    [ -z "$(release_mem)" ]
    [ ! -e "$T/root/run/fadump-ng" ]
    head -c 1000 "$T/core" >"$T/short"
    fadump capture --core "$T/short" --target file:///elsewhere
    [ "$status" = 4 ]
}

@test "makedumpfile missing, and vmcore-dmesg missing" {
    rm "$T/bin/vmcore-dmesg"
    stub vmcore-dmesg 'exit 1'
    fadump capture --no-release
    [ "$status" = 0 ]
    [[ $errors == *"no log of the crashed kernel"* ]]
    status=0
    errors=$(PATH=$T/empty "$FADUMP_NG" --root "$T/root" capture 2>&1) || status=$?
    [ "$status" = 1 ]
    [[ $errors == *makedumpfile* ]]
    [ -z "$(release_mem)" ]
}

@test "makedumpfile cannot be run at all: the log of the crash is saved" {
    mkdir "$T/only"
    printf '#!/bin/sh\necho "[   99.000000] Kernel panic - not syncing: a test"\n' >"$T/only/vmcore-dmesg"
    chmod +x "$T/only/vmcore-dmesg"
    status=0
    errors=$(PATH=$T/only "$FADUMP_NG" --root "$T/root" capture 2>&1) || status=$?
    [ "$status" = 1 ]
    [[ $errors == *"makedumpfile cannot be run"* ]]
    nothing_published
    grep -q 'a test' "$(dump_dir)/vmcore-dmesg.txt"
    grep -q 'makedumpfile cannot be run' "$(dump_dir)/manifest.json"
}

@test "a makedumpfile that does not say what it can do is used with care" {
    stub makedumpfile '
case " $* " in
*" -v "*) exit 1 ;;
*" -F "*) tell "echo \"$*\" >>\"$STUB/calls\""; cat "$FLAT" ;;
esac'
    echo 'threads = 2' >"$T/root/etc/fadump-ng.conf"
    fadump capture --no-release
    [ "$status" = 0 ]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    [[ $(cat "$T/calls") == *" -c "* ]]
    [[ $(cat "$T/calls") != *num-threads* ]]
}

@test "compression and threads: never what makedumpfile has not" {
    echo 'compress = snappy' >"$T/root/etc/fadump-ng.conf"
    fadump capture --no-release
    [ "$status" = 0 ]
    [[ $errors == *snappy* ]]
    [[ $(cat "$T/calls") != *" -p "* ]]
    rm -r "$T/root/var/crash" "$T/calls"
    echo 'threads = 2' >"$T/root/etc/fadump-ng.conf"
    STUB_VERSION=1.7.7 fadump capture --no-release
    [[ $errors == *threads* ]]
    [[ $(cat "$T/calls") != *num-threads* ]]
}

@test "makedumpfile-options that would break the stream are left out rather than the dump" {
    echo 'makedumpfile-options = --split' >"$T/root/etc/fadump-ng.conf"
    fadump capture --no-release
    [ "$status" = 0 ]
    [[ $errors == *"--split"* ]]
    [[ $(cat "$T/calls") != *split* ]]
    cmp "$T/dump" "$(dump_dir)/vmcore"
}

@test "an old makedumpfile for a newer kernel is warned about" {
    STUB_VERSION=1.7.3 fadump capture --no-release
    [ "$status" = 0 ]
    [[ $errors == *1.7.3* ]]
}

@test "a configuration that does not parse: exit 4 with file and line, nothing captured" {
    printf '# one\ntarget = file:///x\ncompres = lzo\n' >"$T/root/etc/fadump-ng.conf"
    fadump capture
    [ "$status" = 4 ]
    [[ $errors == *"/etc/fadump-ng.conf:3: "*compress* ]]
    nothing_published
}

@test "deadline: a capture that takes too long fails, and leaves no process" {
    stub makedumpfile '
case " $* " in
*" -v "*) printf "makedumpfile: version 1.7.8 (x)\nlzo\tenabled\n" ;;
*" -F "*) tell "echo $$ >\"$STUB/pid\""; exec sleep 60 ;;
esac'
    echo 'deadline = 1s' >"$T/root/etc/fadump-ng.conf"
    fadump capture
    [ "$status" = 1 ]
    nothing_published
    ! kill -0 "$(cat "$T/pid")"
}

# Stopped, it is what one is that waits in the kernel for a disk or a server: it answers nothing.
@test "a target that hangs costs its deadline; the next one takes the dump, and no process is left" {
    printf 'target = file:///srv/dumps\ntarget = file:///var/crash\ndeadline = 3s\n' >"$T/root/etc/fadump-ng.conf"
    stub makedumpfile '
case " $* " in
*" -v "*) printf "makedumpfile: version 1.7.8 (x)\nlzo\tenabled\n" ;;
*" -F "*)
    [ -s "$STUB/pid" ] || tell "pgrep -P $PPID fadump-target >\"$STUB/pid\"; kill -STOP \$(cat \"$STUB/pid\")"
    cat "$FLAT" ;;
esac'
    fadump capture --no-release
    [ "$status" = 0 ]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    [ ! -e /proc/"$(cat "$T/pid")" ]
    [[ $errors == *"file:///srv/dumps: "*"does not answer: given up after "* ]]
    output=$(cat "$(dump_dir)/manifest.json")
    [ "$(json targets.0.ok)" = False ]
    [ "$(json targets.1.ok)" = True ]
}

@test "on-success holds for a late capture, too, and never while the dump is in memory" {
    echo 'on-success = reboot' >"$T/root/etc/fadump-ng.conf"
    STUB_EXIT=1 fadump capture --late
    [ "$status" = 1 ]
    [[ $errors != *systemctl* ]]
    fadump capture --late
    [[ $errors == *"the dump is saved, and on-success = reboot: systemctl reboot"* ]]
    # A person's own, in the running system, changes nothing about it.
    rm -r "$T/root/var/crash/"* "$T/root/run/fadump-ng"
    fadump capture --no-release
    [[ $errors != *systemctl* ]]
}

@test "on-failure other than late-capture: the late service does nothing" {
    echo 'on-failure = continue' >"$T/root/etc/fadump-ng.conf"
    fadump capture --late --json
    [ "$status" = 5 ]
    [ "$(json outcome)" = left ]
    [[ $errors == *"nothing was done, because on-failure is not late-capture. A dump is active and its core is sound. Save it with 'fadump-ng capture'; an orderly reboot would destroy it."* ]]
    nothing_published
    rm -r "$T/root"
    tree pseries-production
    echo 'on-failure = continue' >"$T/root/etc/fadump-ng.conf"
    fadump capture --late
    [ "$status" = 3 ]
}

# What 6.12 says in state A with 64 KiB pages; here the kernel freed the header's page while it booted.
refused_and_freed() {
    rm -rf "$T/root"
    tree state-a
    header_is_freed
    sed -i 's/freeing reserved memory (0x[0-9a-f]*/freeing reserved memory (0x60010000/' "$T/root/dev/kmsg"
}

@test "state A: the header's page is taken out of use before registering, and that of bootargs_append" {
    local offline=$T/root/sys/devices/system/memory/soft_offline_page append=$T/root/sys/kernel/fadump/bootargs_append
    refused_and_freed
    : >"$offline"
    printf 'fadump=on nr_cpus=16 numa=off\n' >"$T/root/proc/cmdline"
    fadump capture
    [ "$status" = 4 ]
    [[ $errors == *"took the page of the fadump header (0x60010000) out of use"* ]]
    [ "$(cat "$offline")" = 0xbffff800 ]
    [ "$(cat "$append")" = "nr_cpus=16 numa=off" ]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 1 ]
    # Not what this boot's command line ends with: somebody has had the memory.
    echo 0 >"$T/root/sys/kernel/fadump/registered"
    printf 'fadump=on\n' >"$T/root/proc/cmdline"
    fadump register
    [ "$status" = 0 ]
    [[ $errors == *"overwritten by somebody else"* ]]
    [ "$(head -c 1 "$append" | od -An -c | tr -d ' ')" = '\n' ]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 1 ]
}

@test "state A: not registered when the header's page cannot be had, or is not where it should be" {
    refused_and_freed
    fadump capture
    [ "$status" = 4 ]
    [[ $errors == *"overwrite memory in use"* ]]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 0 ]
    # Where the device tree does not say where the page is, and the kernel freed from elsewhere on.
    : >"$T/root/sys/devices/system/memory/soft_offline_page"
    rm "$T/root/proc/device-tree/rtas/ibm,kernel-dump"
    sed -i 's/(0x60010000/(0x50000000/' "$T/root/dev/kmsg"
    fadump register
    [ "$status" = 1 ]
    [ -z "$(cat "$T/root/sys/devices/system/memory/soft_offline_page")" ]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 0 ]
}

@test "a header that readers cannot make sense of: captured, and said" {
    "$TOOLS/mkkdump" --shift-utsname 4 "$T/dump"
    "$TOOLS/flatten" --rewrite "$T/dump" >"$T/flat"
    fadump capture --no-release
    [ "$status" = 0 ]
    [[ $errors == *"/vmcore: its header says machine "*"where VMCOREINFO says \"6.12.107-test\""* ]]
    output=$(cat "$(dump_dir)/manifest.json")
    [ "$(json complete)" = True ]
    [[ $(json dump.warning) == *"VMCOREINFO says"* ]]
    grep -q "its header says machine" "$(dump_dir)/capture.log"
}

@test "a header as it should be is not spoken of" {
    fadump capture --no-release
    [ "$status" = 0 ]
    [[ $errors != *"its header says"* ]]
    ! grep -q '"warning"' "$(dump_dir)/manifest.json"
}
