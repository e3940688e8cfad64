#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Surroundings that mean harm, or are broken: what was planted where the dump goes, file systems that change under us, things
# that are not there, and cores of every size. A dump is saved elsewhere then, or kept; never lost, and nothing else is touched.

load lib

setup() {
    cli_setup
    tree pseries-dump
    # Ours, and closed to others: but for the way there it would do for a dump.
    mkdir -m 0700 "$T/outside"
    # Between the two halves of the stream something may happen: $STUB/meanwhile.
    capture_tools '
    head -c "${FIRST-5000}" "$FLAT"
    [ ! -e "$STUB/meanwhile" ] || { sleep 1; tell "CRASH=\"${CRASH-}\" nsenter -t $$ -m sh \"$STUB/meanwhile\""; }
    tail -c "+$((${FIRST-5000} + 1))" "$FLAT"'
    crash=$T/root/var/crash
}

# The directory that this crash gets, learned by a capture elsewhere.
expected() {
    fadump capture --no-release --target file:///learn
    [ "$status" = 0 ]
    name=$(basename "$T"/root/learn/*)
    rm -r "$T/root/learn" "$T/root/run/fadump-ng"
}

# It ended well, and by itself.
captured() {
    fadump capture --no-release "$@"
    [ "$status" = 0 ]
}

# Nothing was written, made or removed where we have no business.
outside_untouched() {
    [ "$(cd "$T/outside" && find . -type f -exec cat {} + | sort)" = precious ]
    [ "$(find "$T/outside" -mindepth 1 | wc -l)" = 1 ]
}

# A mount namespace of our own. Root makes one as it is, others become root in it.
apart() {
    if [ "$(id -u)" = 0 ]; then
        timeout 120 unshare --mount --propagation private bash -eu "$T/apart" 3>&-
    else
        timeout 120 unshare --map-root-user --mount --propagation private bash -eu "$T/apart" 3>&-
    fi
}

@test "planted: the directory's name leads elsewhere" {
    expected
    echo precious >"$T/outside/file"
    ln -s "$T/outside" "$crash/$name"
    ln -s ../../../outside "$crash/$name.2"
    touch "$crash/$name.3"
    mkfifo "$crash/$name.4"
    ln -s "$name.5" "$crash/$name.5"
    captured
    cmp "$T/dump" "$crash/$name.6/vmcore"
    [ ! -L "$crash/$name.6" ]
    outside_untouched
}

@test "planted: every name in a directory of our own leads elsewhere" {
    local file
    expected
    echo precious >"$T/outside/file"
    mkdir -m 0700 "$crash/$name"
    for file in vmcore.incomplete vmcore-dmesg.txt vmcore-dmesg.txt.incomplete manifest.json manifest.json.incomplete \
        capture.log capture.log.incomplete; do
        ln -s "$T/outside/file" "$crash/$name/$file"
    done
    captured
    cmp "$T/dump" "$crash/$name/vmcore"
    for file in vmcore vmcore-dmesg.txt manifest.json capture.log; do
        [ ! -L "$crash/$name/$file" ]
        [ -s "$crash/$name/$file" ]
    done
    outside_untouched
}

@test "planted: a vmcore that leads elsewhere is taken for a dump, and left alone" {
    expected
    echo precious >"$T/outside/file"
    mkdir -m 0700 "$crash/$name"
    ln -s "$T/outside/file" "$crash/$name/vmcore"
    captured
    cmp "$T/dump" "$crash/$name.2/vmcore"
    [ "$(readlink "$crash/$name/vmcore")" = "$T/outside/file" ]
    outside_untouched
}

@test "planted: FIFOs for every name; nobody waits for a reader or a writer" {
    local file
    expected
    mkdir -m 0700 "$crash/$name"
    for file in vmcore.incomplete vmcore-dmesg.txt manifest.json capture.log; do
        mkfifo "$crash/$name/$file"
    done
    mkdir -p "$T/root/run/fadump-ng"
    mkfifo "$T/root/run/fadump-ng/record.json" "$T/root/run/fadump-ng/record.json.incomplete"
    rm "$T/root/etc/hostname"
    mkfifo "$T/root/etc/hostname"
    timeout 60 "$FADUMP_NG" --root "$T/root" capture --no-release
    cmp "$T/dump" "$crash"/localhost-*/vmcore
    [ -f "$T/root/run/fadump-ng/record.json" ]
    rm "$T/root/etc/hostname"
    echo lab >"$T/root/etc/hostname"
    rm -r "$T/root/run/fadump-ng"
    timeout 60 "$FADUMP_NG" --root "$T/root" capture --no-release
    cmp "$T/dump" "$crash/$name/vmcore"
    [ -f "$crash/$name/manifest.json" ]
}

@test "planted: a FIFO is no core, no manifest and no dump; nobody waits" {
    local what
    captured
    mkfifo "$T/fifo"
    mkdir "$T/saved"
    cp "$crash"/*/vmcore "$T/saved"
    mkfifo "$T/saved/manifest.json"
    for what in "capture --core $T/fifo" "check --core $T/fifo" "verify $T/fifo"; do
        # shellcheck disable=SC2086
        status=0
        timeout 60 "$FADUMP_NG" --root "$T/root" $what || status=$?
        echo "$what: $status"
        [ "$status" = 1 ] || [ "$status" = 4 ]
    done
    timeout 60 "$FADUMP_NG" --root "$T/root" verify "$T/saved" || [ $? = 4 ]
    rm "$crash"/*/vmcore
    mkfifo "$(echo "$crash"/*)/vmcore"
    status=0
    timeout 60 "$FADUMP_NG" --root "$T/root" release || status=$?
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
}

@test "a predictable name: what another user made is not used" {
    [ "$(id -u)" = 0 ] || skip "only root can make another user's directory"
    expected
    mkdir -m 0700 "$crash/$name"
    chown 65534 "$crash/$name"
    chmod 3777 "$crash"
    captured
    [ -z "$(ls "$crash/$name")" ]
    cmp "$T/dump" "$crash/$name.2/vmcore"
    [ "$(stat -c %u "$crash/$name.2")" = 0 ]
}

@test "every name that the dump could have is taken: said, and the next target has it" {
    expected
    ln -s "$T/outside" "$crash/$name"
    /usr/bin/python3 -SIc 'import os, sys
for i in range(2, 1002):
    os.symlink(sys.argv[1], f"{sys.argv[2]}.{i}")' "$T/outside" "$crash/$name"
    [ -L "$crash/$name.2" ] && [ -L "$crash/$name.1001" ]
    captured --target file:///var/crash --target file:///second
    [[ $errors == *"cannot make a directory $name"* ]]
    cmp "$T/dump" "$T/root/second/$name/vmcore"
    [ -z "$(ls "$T/outside")" ]
}

@test "read-only: the target is named, the next one has the dump" {
    cat >"$T/apart" <<END
mount -t tmpfs -o ro none "$crash"
"$FADUMP_NG" --root "$T/root" capture --no-release --target file:///var/crash --target file:///second
END
    run apart
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"file:///var/crash: "*"not writable: Read-only file system"* ]]
    cmp "$T/dump" "$T"/root/second/*/vmcore
}

# As a disk with errors does it: ext4 stops writing, whoever has files open.
@test "read-only in the middle: no dump there, the next target has it, nothing is released for the half" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a disk"
    truncate -s 20M "$T/disk"
    echo 'keep-free = 0' >"$T/root/etc/fadump-ng.conf"
    mkfs.ext4 -q -F "$T/disk"
    echo 'mount -o remount,abort "$CRASH" || true' >"$T/meanwhile"
    cat >"$T/apart" <<END
mount -o loop "$T/disk" "$crash"
export CRASH="$crash"
status=0
"$FADUMP_NG" --root "$T/root" capture || status=\$?
echo "first \$status"
find "$crash" -name vmcore
rm "$T/meanwhile"
"$FADUMP_NG" --root "$T/root" capture --target file:///var/crash --target file:///second || true
umount "$crash"
END
    run apart
    echo "$output"
    [[ $output == *"first 1"* ]]
    [[ $output != *"$crash/"*/vmcore$'\n'* ]]
    [[ $output == *"first 1"*"not writable: Read-only file system"* ]]
    cmp "$T/dump" "$T"/root/second/*/vmcore
    # For the second, whole one.
    [ "$(release_mem)" = 1 ]
}

@test "read-only in the middle, and no other target: nothing is released" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a disk"
    truncate -s 20M "$T/disk"
    echo 'keep-free = 0' >"$T/root/etc/fadump-ng.conf"
    mkfs.ext4 -q -F "$T/disk"
    echo 'mount -o remount,abort "$CRASH" || true' >"$T/meanwhile"
    cat >"$T/apart" <<END
mount -o loop "$T/disk" "$crash"
CRASH="$crash" "$FADUMP_NG" --root "$T/root" capture || echo "status \$?"
umount "$crash"
END
    run apart
    echo "$output"
    [[ $output == *"status 1"* ]]
    [[ $output == *"nothing was released"* ]]
    [ -z "$(release_mem)" ]
}

# The kernel tells of data that it could not write once, whichever write or sync comes next.
@test "storage that is out of room for a moment, below a file system that has room: nothing is released" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a disk"
    export FIRST=120000000
    "$TOOLS/mkkdump" --pages 8192 --block-size 65536 "$T/dump"
    flat_of "$T/dump" "$T/flat"
    mkdir "$T/below"
    echo "sync -f '$crash' || true; mount -o remount,size=1G '$T/below'" >"$T/meanwhile"
    cat >"$T/apart" <<END
mount -t tmpfs -o size=70M tmpfs "$T/below"
truncate -s 600M "$T/below/disk"
mkfs.ext4 -q -F -O ^has_journal -N 100 -E lazy_itable_init=0 "$T/below/disk"
mount -o loop "$T/below/disk" "$crash"
"$FADUMP_NG" --root "$T/root" capture --core "$T/root/proc/vmcore" || echo "status \$?"
find "$crash" -name vmcore
umount "$crash"
END
    run apart
    echo "$output"
    [[ $output == *"No space left on device"*"status 1"* ]]
    [[ $output != *"$crash/"*/vmcore$'\n'* && $output != *"/vmcore: complete"* ]]
    [ -z "$(release_mem)" ]
}

@test "another file system mounted over the target in the middle: the dump is on the first, and not confirmed from the second" {
    echo 'mount -t tmpfs none "$CRASH"' >"$T/meanwhile"
    cat >"$T/apart" <<END
CRASH="$crash" "$FADUMP_NG" --root "$T/root" capture --no-release
ls -A "$crash"
"$FADUMP_NG" --root "$T/root" release || echo "release \$?"
umount "$crash"
END
    run apart
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"release 1"* ]]
    [ -z "$(release_mem)" ]
    cmp "$T/dump" "$crash"/*/vmcore
}

@test "host names: none, of slashes, of dots, of bytes, endless" {
    local text want
    while IFS='|' read -r text want; do
        rm -rf "$crash" "$T/root/run/fadump-ng" "$T/root/etc/hostname"
        # shellcheck disable=SC2059
        [ "$text" = none ] || printf "$text" >"$T/root/etc/hostname"
        captured
        echo "$text"
        [[ $(basename "$crash"/*) == "$want"-20[0-9][0-9]* ]]
        cmp "$T/dump" "$crash/$(ls "$crash")/vmcore"
    done <<END
none|localhost
|localhost
\\n|localhost
../../../tmp/evil|localhost
/etc/passwd|_etc_passwd
a/b|a_b
a/../../b.example.com|a_
.hidden|localhost
a b|a
\\033[31mred|__31mred
\\377\\376|__
$(printf '%0300d' 7)|$(printf '%064d' 0)
END
    [ ! -e "$T/root/tmp/evil" ]
}

@test "no console, or one that nobody reads" {
    mkdir -p "$T/root/dev"
    touch "$T/root/etc/initrd-release"
    rm -f "$T/root/dev/console"
    captured
    mkfifo "$T/root/dev/console"
    timeout 60 "$FADUMP_NG" --root "$T/root" capture --no-release
    rm "$T/root/dev/console"
    mkdir "$T/root/dev/console"
    captured
    [ "$(find "$crash" -name vmcore | wc -l)" = 3 ]
}

@test "standard streams that are closed: the dump has none of what was meant for them" {
    "$FADUMP_NG" --root "$T/root" capture --no-release <&- >&- 2>&-
    cmp "$T/dump" "$crash"/*/vmcore
    ! grep -q saving "$crash"/*/vmcore-dmesg.txt
}

@test "a namespace without the user that readers of the core become: said, and captured all the same" {
    captured
    [[ $errors != *"headers were read with"* ]]
    run unshare --user --map-root-user "$FADUMP_NG" --root "$T/root" capture --no-release
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"the core's headers were read with root's identity, which could not be given up"* ]]
    cmp "$T/dump" "$crash"/*.2/vmcore
    grep -q 'a test' "$crash"/*.2/vmcore-dmesg.txt
}

@test "1 TiB, 900 CPUs, the other byte order: captured like any other" {
    local text
    for text in sound-1tib sound-900-cpus sound-be-64k; do
        rm -rf "$T/root"
        CORE_TEXT=$HERE/../data/cores/$text.txt tree pseries-dump
        captured
        echo "$text"
        cmp "$T/dump" "$crash"/*/vmcore
        [ "$text" != sound-900-cpus ] || [[ $errors == *"900 CPUs"* ]]
        [ "$text" != sound-1tib ] || [[ $errors == *"for a core of 1098"[0-9]*" MB"* ]]
    done
}
