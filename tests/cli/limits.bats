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
    run "$TOOLS/dumpcore" "$T/core" 0 65536 0 none 1 "-b 15" "$T/dump"
    [ "$status" = 1 ]
    [[ $output == *"at most 14"* ]]
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

# The stub's part of the work comes after what the test wants it to try.
stubbed() {
    rm -r "$T/root"
    tree pseries-dump
    capture_tools "$1"' cat "$FLAT"'
}

# What the manifest says of makedumpfile.
tool() {
    output=$(cat "$crash"/*/manifest.json)
    json "makedumpfile.$1"
}

# What died of its limit on $1 is run again, without that limit alone, and that is said.
again_without() {
    fadump capture --no-release
    [ "$status" = 0 ]
    cmp "$T/dump" "$crash"/*/vmcore
    [[ $errors == *"it may have died of the limits set to it; once more without those on $1"* ]]
    [ "$(wc -l <"$T/calls")" = 2 ]
    grep -q 'once more without those on' "$crash"/*/capture.log
}

@test "a makedumpfile that dies of its limit on files' size is run once more without it" {
    # shellcheck disable=SC2016
    stubbed 'f=$(mktemp /tmp/large.XXXXXX); head -c 40000000 /dev/zero >"$f"; rc=$?; rm "$f"; [ $rc = 0 ] || kill -XFSZ $$;'
    again_without "file size"
    [ "$(tool without_limits)" = "['file size']" ]
}

@test "a makedumpfile that dies of its limit on open files is run once more without it" {
    # shellcheck disable=SC2016
    stubbed 'python3 -c "for i in range(500): globals()[str(i)] = open(\"/dev/null\")" || exit 1;'
    again_without "open files"
    [ "$(tool without_limits)" = "['open files']" ]
}

@test "a makedumpfile that dies of its limit on memory is run once more without it" {
    # shellcheck disable=SC2016
    stubbed 'python3 -c "import mmap; mmap.mmap(-1, 3 << 30)" || exit 1;'
    again_without "memory"
    [ "$(tool without_limits)" = "['memory']" ]
}

@test "a makedumpfile that dies of a refused open is run once more without that" {
    echo needed >/var/tmp/fadump-ng-needed.$$
    stubbed "cat /var/tmp/fadump-ng-needed.$$ >/dev/null || exit 1;"
    again_without "files and identity"
    rm /var/tmp/fadump-ng-needed.$$
}

@test "a makedumpfile that dies of a refused call is run once more without that" {
    # shellcheck disable=SC2016
    stubbed 'python3 -c "import socket; socket.socket()" || exit 1;'
    again_without "system calls, files and identity"
}

@test "a makedumpfile that always dies is not run for ever, and its memory is kept" {
    # shellcheck disable=SC2016
    stubbed 'echo "Cannot allocate memory" >&2; exit 1;'
    fadump capture
    [ "$status" = 1 ]
    # The second without the limit, the third without a filter.
    [ "$(wc -l <"$T/calls")" = 3 ]
    [ -z "$(release_mem)" ]
    [ -z "$(find "$crash" -name 'vmcore*' ! -name vmcore-dmesg.txt)" ]
}

@test "a makedumpfile that is killed from outside is not run with another level: the next target has its turn" {
    stubbed "[ \"\$(wc -l <'$T/calls')\" -gt 1 ] || kill -KILL \$\$;"
    mkdir -p "$T/root/var/other"
    printf 'target = file:///var/crash\ntarget = file:///var/other\n' >"$T/root/etc/fadump-ng.conf"
    fadump capture --no-release
    [ "$status" = 0 ]
    [ -z "$(find "$crash" -name 'vmcore*' ! -name vmcore-dmesg.txt)" ]
    [ -n "$(find "$T/root/var/other" -name vmcore)" ]
    [[ $errors != *"dump-level = 1"* ]]
    output=$(cat "$T"/root/var/other/*/manifest.json)
    [ "$(json dump.level)" = 31 ]
}

@test "where the real makedumpfile cannot filter, the dump is taken with level 1, and all it said is kept" {
    "$TOOLS/mkbig" 5 65536 "$T/core"
    fadump capture --core "$T/core" --no-release --target file:///var/crash
    [ "$status" = 0 ]
    [[ $errors == *"once more with dump-level = 1, which needs more room"* ]]
    "$FADUMP_NG" verify --full "$crash"/*/
    grep -q "makedumpfile: __exclude_unnecessary_pages: Can't read the buffer of struct page" "$crash"/*/capture.log
    grep -q "makedumpfile: create_2nd_bitmap: Can't exclude unnecessary pages" "$crash"/*/capture.log
    [[ $(tool filtering_failed) == *"Can't exclude unnecessary pages"* ]]
    output=$(cat "$crash"/*/manifest.json)
    [ "$(json dump.level)" = 1 ]
    [[ $(json makedumpfile.argv) == *"'-d', '1'"* ]]
    # Asked for, it is tried once.
    printf 'dump-level = 1\n' >"$T/root/etc/fadump-ng.conf"
    rm -r "${crash:?}"/*
    fadump capture --core "$T/core" --no-release --target file:///var/crash
    [[ $errors != *"once more"* ]]
    [[ $(cat "$crash"/*/manifest.json) != *filtering_failed* ]]
}

@test "each target is judged for itself: where filtering failed once, the next one has a filtered dump" {
    # shellcheck disable=SC2016
    stubbed 'case " $* " in *" -d 31 "*) [ -e "$STUB/once" ] || { tell "touch $STUB/once"; echo "cannot exclude pages" >&2; exit 1; } ;; esac;
        case " $* " in *" -d 1 "*) exit 1 ;; esac;'
    fadump capture --target file:///var/crash --target file:///var/other
    [ "$(release_mem)" = 1 ]
    [[ $errors == *"once more with dump-level = 1"* ]]
    output=$(cat "$T"/root/var/other/*/manifest.json)
    [ "$(json dump.level)" = 31 ]
    [[ $output != *filtering_failed* ]]
    [ "$(json complete)" = True ]
}

@test "what cannot be filtered: no older dump gives way to it, and the late service does not fill the disk again to find out" {
    [ "$(id -u)" = 0 ] || skip "only root can mount a disk"
    # shellcheck disable=SC2016
    stubbed 'case " $* " in *" -d 31 "*) echo "cannot exclude pages" >&2; exit 1 ;; esac;'
    head -c 30000000 /dev/urandom >"$T/noise"
    "$TOOLS/flatten" "$T/noise" >"$T/flat"
    truncate -s 20M "$T/disk"
    mkfs.ext4 -q -F "$T/disk"
    printf 'keep-free = 0\nmake-room = oldest\n' >"$T/root/etc/fadump-ng.conf"
    cat >"$T/apart" <<END
mount -o loop "$T/disk" "$crash"
"$FADUMP_NG" --root "$T/root" capture || echo "first \$?"
"$FADUMP_NG" --root "$T/root" capture --late || echo "late \$?"
umount "$crash"
END
    run unshare --mount --propagation private bash -eu "$T/apart" 3>&-
    echo "$output"
    [[ $output == *"once more with dump-level = 1"*"first 1"*"once more with dump-level = 1"*"as when an earlier try ran out of room"*"late 1"* ]]
    [ "$(grep -c -- '-d 1 ' "$T/calls")" = 1 ]
    [ -z "$(release_mem)" ]
}

# Each thing that docs/capture.md says a confined makedumpfile cannot do.
@test "a confined makedumpfile reaches no network, no other file, no other process, and the system less than its user may" {
    [ "$(id -u)" = 0 ] || skip "an ordinary user has less to give up"
    echo secret >/var/tmp/fadump-ng-secret.$$
    chmod 600 /var/tmp/fadump-ng-secret.$$
    cat >"$T/tries" <<'END'
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, what):
    try:
        what()
        print("can", name)
    except OSError:
        pass
def call(*args):
    if libc.syscall(*args) < 0:
        raise OSError(ctypes.get_errno(), "")
attempt("inet", lambda: socket.socket(socket.AF_INET))
attempt("inet6", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
attempt("unix", lambda: socket.socket(socket.AF_UNIX))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK))
attempt("pair", socket.socketpair)
attempt("secret", lambda: open(sys.argv[1]))
for path in ("/etc/passwd", "/etc/shadow", "/root", "/etc/ssh", "/var/log", "/run", "/home"):
    attempt(path, lambda: os.open(path, os.O_RDONLY))
attempt("write", lambda: open("/var/tmp/fadump-ng-evil", "w"))
attempt("directory", lambda: os.mkdir("/tmp/fadump-ng-evil"))
attempt("link", lambda: os.symlink("/etc", "/tmp/fadump-ng-evil"))
attempt("fifo", lambda: os.mkfifo("/tmp/fadump-ng-evil"))
attempt("kill", lambda: os.kill(1, 0))
attempt("root", lambda: os.setuid(0))
attempt("memory of others", lambda: open("/proc/1/mem"))
attempt("environment of others", lambda: open("/proc/1/environ").read())
attempt("ptrace", lambda: call(101, 0, 0, 0, 0))
attempt("unshare", lambda: os.unshare(os.CLONE_NEWUSER) if hasattr(os, "unshare") else call(272, 0x10000000))
print("links", len(open("/proc/self/net/dev").readlines()) - 2)
END
    # shellcheck disable=SC2016
    stubbed 'python3 "$STUB/tries" /var/tmp/fadump-ng-secret.'$$' >"$STUB/can" 2>&1;'
    : >"$T/can"
    chmod 666 "$T/can"
    fadump capture --no-release
    rm /var/tmp/fadump-ng-secret.$$
    [ "$status" = 0 ]
    cat "$T/can"
    if [[ $errors == *"less confined"*files* ]]; then
        # No Landlock in this kernel: said in the log, and in the manifest.
        [[ $(tool sandbox_missing) == *files* ]]
        [ -z "$(grep -vE '^(can (secret|/|directory|link|fifo|write)|links)' "$T/can")" ]
    else
        [ -z "$(grep -v '^links' "$T/can")" ]
    fi
    # A network of its own has a loopback device at most.
    grep -qE '^links [01]$' "$T/can"
}
