#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The hook that dracut sources before it opens a shell or ends the boot, with dracut's functions and systemctl stood in for.

# shellcheck disable=SC2016,SC2030,SC2031
load lib

setup() {
    cli_setup
    mkdir -p "$T/bin" "$T/root/sys/kernel/fadump" "$T/root/proc" "$T/root/run/initramfs" "$T/root/usr/lib/fadump-ng"
    PATH=$T/bin:$PATH
    export STUB=$T
    stub systemctl '
echo "systemctl $*" >>"$STUB/did"
case "$*" in
"is-active fadump-ng-capture.service") cat "$STUB/state"; [ "$(cat "$STUB/state")" = active ] ;;
"--quiet is-active systemd-udev-trigger.service") [ -e "$STUB/triggered" ] ;;
*"start fadump-ng-capture.service") rm -f "$STUB/root/proc/vmcore" ;;
esac'
    stub fadump-ng 'echo "fadump-ng $*" >>"$STUB/did"; [ "$*" != capture ] || rm -f "$STUB/root/proc/vmcore"'
    stub udevadm 'echo "udevadm $*" >>"$STUB/did"'
    stub systemd-udevd 'echo "udevd $*" >>"$STUB/did"'
    echo inactive >"$T/state"
    : >"$T/did"
    : >"$T/root/sys/kernel/fadump/release_mem"
    : >"$T/root/proc/vmcore"
    cp "$HERE/../../modules.d/99fadump-ng/fadump-ng-capture.sh" "$T/root/usr/lib/fadump-ng/capture"
}

# As dracut's emergency_shell() or die() sources it: hook PLAIN|SYSTEMD COMMAND-LINE [NAME=VALUE]...
hook() {
    local how=$1 line=$2
    shift 2
    [ "$how" = plain ] || set -- "$@" DRACUT_SYSTEMD=1
    env "$@" CMDLINE="$line" fadump_ng_root="$T/root" systemdutildir="$T/bin" /bin/sh -uc '
warn() { echo "warning: $*"; }
getarg() {
    for word in $CMDLINE; do
        case $word in
        "$1") return 0 ;;
        "$1="*) echo "${word#*=}"; return 0 ;;
        esac
    done
    return 1
}
getargbool() {
    value=$(getarg "$2") || value=$1
    [ "$value" != 0 ] && [ "$value" != no ]
}
. "$1"' hook "$HERE/../../modules.d/99fadump-ng/fadump-ng-emergency.sh"
}

did() {
    local all
    all=$(cat "$T/did")
    echo "$all"
    [ "$all" = "$(printf '%s\n' "$@")" ]
}

START='systemctl --job-mode=ignore-dependencies start'
STATE='systemctl is-active fadump-ng-capture.service'
TRIGGER='systemctl --quiet is-active systemd-udev-trigger.service'
WAITING='waiting until the capture of the crash dump has ended'

@test "an ordinary boot: nothing is run, nothing said" {
    rm "$T/root/sys/kernel/fadump/release_mem"
    local how line
    for how in plain systemd; do
        for line in rd.break=cmdline rd.shell=0 'rd.emergency=reboot'; do
            [ -z "$(hook $how "$line")" ]
        done
    done
    [ ! -s "$T/did" ]
}

@test "systemd: a capture that runs is waited for, before a shell and before the end" {
    echo activating >"$T/state"
    mkdir -p "$T/root/run/fadump-ng/tried"
    local line
    for line in rd.break=initqueue rd.shell=0 rd.emergency=poweroff ''; do
        : >"$T/did"
        run hook systemd "$line"
        [[ $output == *"$WAITING"* ]]
        did "$STATE" "$START fadump-ng-capture.service"
    done
}

@test "systemd: one that has ended is not run again" {
    mkdir -p "$T/root/run/fadump-ng/tried"
    rm "$T/root/proc/vmcore"
    [ -z "$(hook systemd rd.shell=0)" ]
    did "$STATE"
}

@test "systemd: a break before devices comes first; the watchdog is stopped, and the dump is not forgotten" {
    local line
    for line in rd.break=cmdline rd.break=pre-udev rd.break=pre-trigger; do
        : >"$T/did"
        run hook systemd "$line"
        [[ $output == *"a crash dump is in memory and not saved yet"*"do not reboot"* ]]
        [[ $output != *waiting* ]]
        did "$STATE" "$TRIGGER" "fadump-ng guard end"
    done
}

@test "systemd: once devices come, the capture starts by itself, and is waited for" {
    : >"$T/triggered"
    run hook systemd rd.break=initqueue
    [[ $output == *"$WAITING"* ]]
    did "$STATE" "$TRIGGER" "$START fadump-ng-capture.service"
}

@test "systemd: where the boot ends before devices come, the capture runs first" {
    local line
    for line in rd.shell=0 rd.emergency=reboot 'rd.break=cmdline rd.emergency=halt'; do
        : >"$T/did"
        run hook systemd "$line"
        [[ $output == *"$WAITING"* ]]
        did "$STATE" "$TRIGGER" "$START fadump-ng-guard.service" "$START systemd-udevd.service" \
            "$START systemd-udev-trigger.service" "$START fadump-ng-capture.service"
    done
    # die(), which halts after the shell, too.
    : >"$T/root/run/initramfs/.die"
    for line in '' rd.shell; do
        : >"$T/did"
        run hook systemd "$line"
        grep -q "start fadump-ng-capture.service" "$T/did"
    done
}

@test "plain: a break before devices comes first, the capture later, once" {
    local name
    for name in cmdline pre-udev pre-trigger initqueue; do
        : >"$T/did"
        run hook plain rd.break=$name _rdshell_name=$name
        [[ $output == *"not saved yet"* ]]
        did "fadump-ng guard end"
        [ ! -e "$T/root/run/fadump-ng/tried" ]
    done
    : >"$T/did"
    mkdir -p "$T/root/run/udev"
    : >"$T/root/run/udev/control"
    hook plain rd.break=pre-mount _rdshell_name=pre-mount
    grep -qx "fadump-ng capture" "$T/did"
    : >"$T/did"
    [ -z "$(hook plain rd.break=mount _rdshell_name=mount)" ]
    [ ! -s "$T/did" ]
}

@test "plain: where the boot ends, or nothing else led into the shell but a failure, the capture runs first" {
    local line
    for line in rd.shell=0 '' 'rd.emergency=reboot rd.break=cmdline'; do
        rm -rf "$T/root/run/fadump-ng"
        : >"$T/did"
        hook plain "$line" _rdshell_name="$([ "${line##*=}" = cmdline ] && echo cmdline || echo dracut)"
        did "udevd --daemon --resolve-names=never" "udevadm trigger --type=subsystems --action=add" \
            "udevadm trigger --type=devices --action=add" "fadump-ng capture" "fadump-ng guard end"
    done
}

@test "memory that is still held at the end of the boot is said" {
    stub fadump-ng ''
    run hook plain rd.shell=0 _rdshell_name=dracut
    [[ $output == *"memory of the crash was not released. If the dump was not saved, it is lost"* ]]
    run hook plain '' _rdshell_name=dracut
    [[ $output != *"is lost"* ]]
}

@test "nothing is begun when the machine is shut down" {
    [ -z "$(hook plain rd.break=shutdown action=Shutdown)" ]
    [ ! -s "$T/did" ]
}
