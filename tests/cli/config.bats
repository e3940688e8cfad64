#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later

load lib

setup() {
    cli_setup
    mkdir -p "$T/root/etc"
}

conf() {
    printf '%s\n' "$@" >"$T/root/etc/fadump-ng.conf"
}

@test "no file: the defaults; show prints every key and is read back" {
    fadump config check
    [ "$status" = 0 ]
    fadump config show
    [ "$status" = 0 ]
    [[ $output == *"target = file:///var/crash"* ]]
    printf '%s\n' "$output" >"$T/shown"
    run "$FADUMP_NG" --config "$T/shown" config show
    [ "$status" = 0 ]
    [ "$output" = "$(cat "$T/shown")" ]
}

@test "errors name file, line and the nearest key: exit 4, one line" {
    conf '# comment' 'dump-levle = 31'
    fadump config check
    [ "$status" = 4 ]
    [[ $errors == *"fadump-ng.conf:2: "*dump-level* ]]
    [ "$(wc -l <"$T/stderr")" = 1 ]
    local line
    for line in 'dump-level = 32' 'dump-level =' 'threads = -1' 'deadline = soon' 'compress = gzip' \
        'on-failure = explode' 'target = var/crash' 'target = ftp://host/x' 'just words' \
        'target = ssh://user:secret@host/x' 'makedumpfile-options = --split'; do
        conf "$line"
        fadump config check
        echo "$line"
        [ "$status" = 4 ]
        [ "$(wc -l <"$T/stderr")" = 1 ]
    done
}

@test "a line cut off in the middle is an error, wherever it is cut" {
    local text='dump-level = 31' n
    for n in 1 5 10 11 12 13 14 15; do
        printf 'compress = lzo\n%s' "${text:0:n}" >"$T/root/etc/fadump-ng.conf"
        fadump config check
        echo "$n"
        [ "$status" = 4 ]
    done
}

@test "a named file that is not there, an unreadable one" {
    run "$FADUMP_NG" --config "$T/nowhere" config check
    [ "$status" = 1 ]
    [[ $output == *"$T/nowhere"* ]]
    run "$FADUMP_NG" --config "$T" config check
    [ "$status" = 1 ]
}

@test "an also without a target before it" {
    conf 'target = also file:///srv'
    fadump config check
    [ "$status" = 4 ]
    [[ $errors == *"the first target cannot be an \"also\""* ]]
}

@test "import: another tool's file becomes a configuration that is read as it is; nothing goes lost in silence" {
    cat >"$T/kdump.conf" <<'EOF'
ext4 UUID=03138356-5e61-4ab3-b58e-27507ac41937
path /crash
core_collector makedumpfile -l --message-level 7 -d 31
failure_action dump_to_rootfs
fence_kdump_nodes node1 node2
EOF
    fadump config import "$T/kdump.conf"
    [ "$status" = 0 ]
    [[ $output == *"# line 5: fence_kdump_nodes node1 node2"*"NOT TAKEN OVER"* ]]
    [[ $errors == *"kdump.conf:5: fence_kdump_nodes node1 node2: not taken over: "* ]]
    [ "$(wc -l <"$T/stderr")" = 1 ]
    printf '%s\n' "$output" >"$T/root/etc/fadump-ng.conf"
    fadump config check
    [ "$status" = 0 ]
    fadump config show
    [[ $output == *"target = file:///crash?device=UUID=03138356-5e61-4ab3-b58e-27507ac41937&fstype=ext4
target = file:///var/crash"* ]]
    [[ $output == *"compress = lzo"* ]]
    # Said once is enough for a script that wants silence; the comments stay.
    run "$FADUMP_NG" -q config import "$T/kdump.conf"
    [ "$status" = 0 ]
    [[ $output != *"fadump-ng:"* ]]
}

@test "import: without a name the machine's own, Fedora's before SUSE's before Debian's" {
    fadump config import
    [ "$status" = 1 ]
    [[ $errors == *"/etc/kdump.conf, /etc/sysconfig/kdump and /etc/default/kdump-tools"* ]]
    mkdir -p "$T/root/etc/default" "$T/root/etc/sysconfig"
    echo 'KDUMP_COREDIR=/debian' >"$T/root/etc/default/kdump-tools"
    fadump config import
    [[ $output == *"target = file:///debian"* ]]
    echo 'KDUMP_SAVEDIR=/suse' >"$T/root/etc/sysconfig/kdump"
    fadump config import
    [[ $output == *"target = file:///suse"* ]]
    echo 'path /fedora' >"$T/root/etc/kdump.conf"
    fadump config import
    [[ $output == *"target = file:///fedora"* ]]
}

@test "import: no target left is a failure, and the output says what that means" {
    echo 'raw /dev/sda5' >"$T/kdump.conf"
    fadump config import "$T/kdump.conf"
    [ "$status" = 1 ]
    [[ $output == *"NO TARGET WAS TAKEN OVER"* ]]
    [[ $errors == *"no target could be taken over"* ]]
}

@test "import: files of something else, binary ones, those that kdump itself refuses, none" {
    local text
    for text in 'hello world' 'FOO=bar' 'path /a\npath /b' 'path /a\0'; do
        printf "$text\n" >"$T/x"
        fadump config import "$T/x"
        echo "$text"
        [ "$status" = 4 ]
        [ -z "$output" ]
        [[ $errors == *"/x:"[12]": "* ]]
        [ "$(wc -l <"$T/stderr")" = 1 ]
    done
    fadump config import "$T/nowhere"
    [ "$status" = 1 ]
    [[ $errors == *"$T/nowhere: No such file"* ]]
    fadump config import "$T"
    [ "$status" = 1 ]
}
