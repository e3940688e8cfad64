# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Common to the command line tests. FADUMP_NG and TOOLS come from tests/run.

cli_setup() {
    HERE=$BATS_TEST_DIRNAME
    T=$BATS_TEST_TMPDIR
    MKCORE=$TOOLS/mkcore
    export MKCORE
}

# once NAME COMMAND...: $BATS_FILE_TMPDIR/NAME is what the command makes at the path that is its last argument; for the first test of a
# file that wants it, to be copied by all.
once() {
    local made=$BATS_FILE_TMPDIR/$1
    shift
    if [ ! -e "$made" ]; then
        rm -rf "$made.new"
        "$@" "$made.new"
        mv "$made.new" "$made"
    fi
}

# A tree for --root that shows a machine in a named situation.
tree() {
    local text=${CORE_TEXT-} name
    name=tree-$1-${text##*/}
    once "$name" "$HERE/../tools/mktree.sh" "$1"
    mkdir -p "$T/root"
    [ -z "$(ls -A "$T/root")" ]
    cp -a "$BATS_FILE_TMPDIR/$name/." "$T/root"
}

# The program over the tree, stdout and stderr apart: $status, $output, $errors.
fadump() {
    status=0
    output=$("$FADUMP_NG" --root "$T/root" "$@" 2>"$T/stderr") || status=$?
    errors=$(cat "$T/stderr")
    echo "status $status"
    echo "$output"
    echo "$errors"
}

# image [COMMAND...]: the tree gets an initramfs for its kernel, as a build of now would make it, packed by the command (gzip -c). What the
# test has changed in $T/image since the last one stays.
image() {
    local release
    release=$(cat "$T/root/proc/sys/kernel/osrelease")
    if [ ! -e "$T/image" ]; then
        mkdir -p "$T/image/etc" "$T/image/usr/bin" "$T/root/boot"
        "$FADUMP_NG" --root "$T/root" config show >"$T/image/etc/fadump-ng.conf"
        { "$FADUMP_NG" --root "$T/root" config mark && echo "kernel $release"; } >"$T/image/etc/fadump-ng.image"
        head -c 100000 /dev/urandom >"$T/image/usr/bin/fadump-ng"
    fi
    (cd "$T/image" && find . | LC_ALL=C sort | cpio --quiet -o -H newc) | "${@:-cat}" >"$T/root/boot/initrd.img-$release"
}

# One value of the JSON object in $output, as Python prints it.
json() {
    printf '%s' "$output" | /usr/bin/python3 -SIc '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    value = value[int(key)] if key.isdigit() else value[key]
print(value)' "$1"
}

core() {
    "$MKCORE" "$HERE/../data/cores/$1.txt" "$T/core"
}

# A program of the test's own in place of a real one.
stub() {
    printf '#!/bin/sh\n%s\n' "$2" >"$T/bin/$1"
    chmod +x "$T/bin/$1"
}

# makedumpfile runs as nobody and may write little: what its stub wants done, `tell COMMAND` does. It ends with the test.
scribe() {
    mkfifo -m 666 "$T/tell" "$T/told"
    # shellcheck disable=SC2016 # the stub expands for itself
    stub tell 'echo "$1" >"$STUB/tell"; read -r _ <"$STUB/told"'
    # No child of the test's shell, which waits for those.
    # shellcheck disable=SC2016 # the inner shell expands them
    (bash -c 'while kill -0 "$2"; do
        # What had come when the time was over is the beginning of a line.
        read -r -t 5 more <&3 || { line+=$more; continue; }
        eval "$line$more"
        line=
        echo >&4
    done 3<>"$1/tell" 4<>"$1/told"' scribe "$T" $$ >/dev/null 2>&1 3>&- &)
}

# $T/dump: what mkkdump makes.
dump() {
    once dump "$TOOLS/mkkdump"
    cp "$BATS_FILE_TMPDIR/dump" "$T/dump"
}

# flat_of DUMP FLAT
flat_of() {
    "$TOOLS/flatten" --rewrite "$1" >"$2"
}

# Programs for a capture: a makedumpfile that runs the given words where it is to write the dump, which is in $FLAT.
# They may look at what the test left in $STUB, too.
capture_tools() {
    mkdir -p "$T/bin"
    PATH=$T/bin:$PATH
    dump
    once flat flat_of "$T/dump"
    cp "$BATS_FILE_TMPDIR/flat" "$T/flat"
    scribe
    export FLAT=$T/flat STUB=$T
    # shellcheck disable=SC2016 # the stub expands for itself
    stub makedumpfile '
case " $* " in
*" -v "*) printf "makedumpfile: version ${STUB_VERSION:-1.7.8} (released on 1 Jan 2026)\nlzo\tenabled\nsnappy\tdisabled\nzstd\tenabled\n" ;;
*" --dump-dmesg "*) exit 1 ;;
*" -F "*)
    # As the real one copies VMCOREINFO.
    copy=$(mktemp /tmp/vmcoreinfoXXXXXX) && echo x >"$copy" && rm "$copy" || exit 1
    tell "echo \"$*\" >>\"$STUB/calls\""
'"$1"' ;;
esac'
    stub vmcore-dmesg 'echo "[    1.000000] Linux version 6.12.0"; echo "[   99.000000] Kernel panic - not syncing: a test"'
}

# What was written to release_mem; empty when nothing was.
release_mem() {
    cat "$T/root/sys/kernel/fadump/release_mem"
}
