#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the image needs for its targets: fadump-ng's answers, asked for once a build, and what they were when they were last
# complete. And what becomes of an image that cannot capture. Sourced by module-setup.sh.
#
# The module is in every image that a kernel update builds, perhaps with the network or a disk away. Such a build must not
# fail: a kernel without an initramfs does not boot. With FADUMP_NG_STRICT set it fails instead.
# shellcheck disable=SC2154 # dracut's own variables: initdir, kernel...

fadump_ng_work=${DRACUT_TMPDIR:-${initdir%/*}}/fadump-ng
fadump_ng_answers=$fadump_ng_work/answers
fadump_ng_state=${fadump_ng_var-${dracutsysrootdir-}/var/lib}/fadump-ng
fadump_ng_conf=${fadump_ng_conf-/etc/fadump-ng.conf}

# Asked for, and not by an image of kdump's own, in which it would only be in the way.
fadump_ng_wanted() {
    local asked=" $dracutmodules $add_dracutmodules $force_add_dracutmodules "

    [[ $asked == *" fadump-ng "* && $asked != *" kdumpbase "* && $asked != *" kdump "* ]]
}

# The image will have no working capture. Ends the subshell of fadump_ng_try.
fadump_ng_give_up() {
    [[ -s $fadump_ng_work/broken ]] || printf '%s\n' "$1" > "$fadump_ng_work/broken"
    exit 1
}

fadump_ng_try() {
    [[ ! -s $fadump_ng_work/broken ]] || return 1
    ("$@") && return
    [[ -s $fadump_ng_work/broken ]] \
        || echo "what a capture needs could not be installed" > "$fadump_ng_work/broken"
    return 1
}

fadump_ng_tool() {
    find_binary "$1" > /dev/null || fadump_ng_give_up "$1 is not installed; install the package $2"
}

# fadump_ng_ask FILE ARGUMENT...: an answer of the program's.
fadump_ng_ask() {
    local file=$1
    shift
    (umask 077 && fadump-ng config "$@" > "$file" 2> "$file.said") && return
    fadump_ng_reason=$(< "$file.said")
    fadump_ng_reason=${fadump_ng_reason#fadump-ng: }
    fadump_ng_reason=${fadump_ng_reason:-fadump-ng config $* failed}
    return 1
}

# The drivers of a device, then those of the buses that it is on. The argument is its directory in sysfs.
fadump_ng_drivers() {
    local path

    path=$(readlink -e "$1") || return 0
    while [[ $path == */devices/* ]]; do
        [[ ! -e $path/driver/module ]] || basename "$(readlink -e "$path/driver/module")"
        path=${path%/*}
    done
}

# "NAME TYPE PATH" a line: a target's device and all that it is made of. Silent about a device that is not there now.
fadump_ng_look_at() {
    lsblk --inverse --noheadings --raw --output KNAME,TYPE,PATH "$1" 2> /dev/null
}

# The layers of each target's device, their drivers, and the rules for udev. 2 when a device is away.
fadump_ng_ask_devices() {
    local answers=$1 device name lines status=0

    : > "$answers/layers"
    : > "$answers/fabrics"
    while read -r _ device; do
        fadump_ng_fabrics "$device" >> "$answers/fabrics"
        lines=$(fadump_ng_look_at "$device")
        [[ $lines ]] || {
            fadump_ng_reason="the device $device, which a target is on, is not there"
            status=2
        }
        echo "${lines:+$lines$'\n'}" >> "$answers/layers"
    done < "$answers/devices"
    while read -r name _; do
        [[ ! $name ]] || fadump_ng_drivers "${fadump_ng_sysfs-/sys}/class/block/$name"
    done < "$answers/layers" | sort -u > "$answers/drivers"
    fadump_ng_assemble < "$answers/layers" > "$answers/rules"
    return $status
}

# All answers. 1 when one is not to be had, 2 when they lack what is known of a device that is away.
fadump_ng_ask_all() {
    local answers=$1

    fadump_ng_ask "$answers/config" show --for-image || return 1
    fadump_ng_ask "$answers/devices" devices || return 1
    fadump_ng_ask "$answers/needs" network --needs || return 1
    fadump_ng_ask "$answers/network" network || return 1
    fadump_ng_ask "$answers/remote" remote || return 1
    fadump_ng_ask "$answers/mark" mark || return 1
    sha256sum < "$fadump_ng_conf" > "$answers/of" 2> /dev/null
    fadump_ng_ask_devices "$answers"
}

# What the last complete answers were, if they were about the configuration that there is now.
fadump_ng_recall() {
    local record=$fadump_ng_state/image

    [[ -s $record/of && $(sha256sum < "$fadump_ng_conf" 2> /dev/null) == $(< "$record/of") ]] || return 1
    rm -rf "$fadump_ng_answers" && cp -a "$record" "$fadump_ng_answers" || return 1
    # The program and the keys are those of now.
    (fadump_ng_ask "$fadump_ng_answers/mark" mark) || return 1
    dwarn "fadump-ng: $fadump_ng_reason; the image gets what was recorded on $(date -r "$record/of" '+%F')"
}

# The same for what is known of a device that is away: nothing else is replaced.
fadump_ng_recall_devices() {
    local record=$fadump_ng_state/image name

    cmp -s "$record/devices" "$fadump_ng_answers/devices" || return 1
    for name in layers fabrics drivers rules; do
        cp "$record/$name" "$fadump_ng_answers/$name" 2> /dev/null || return 1
    done
    dwarn "fadump-ng: $fadump_ng_reason; the image gets what was recorded of it on $(date -r "$record/of" '+%F')"
}

# Best effort: /var may be read-only.
fadump_ng_remember() {
    local record=$fadump_ng_state/image

    { mkdir -p "$fadump_ng_state" && chmod 0700 "$fadump_ng_state" && rm -rf "$record.new" \
        && cp -a "$fadump_ng_answers" "$record.new" && rm -rf "$record" && mv "$record.new" "$record"; } 2> /dev/null \
        || dwarn "fadump-ng: cannot record in $record what this image was built for"
}

# Once a build: the answers, in files of their own, or a reason for the image to have no capture.
fadump_ng_prepare() {
    local status=0

    [[ ! -d $fadump_ng_work ]] || return 0
    mkdir -p "$fadump_ng_answers"
    # Asked for by others: dracut adds what depends() prints to the same list.
    [[ " $dracutmodules $add_dracutmodules $force_add_dracutmodules " != *" multipath "* ]] || : > "$fadump_ng_work/multipath"
    fadump_ng_try fadump_ng_check_tools || return 0
    fadump_ng_ask_all "$fadump_ng_answers" || status=$?
    case $status in
        0) : > "$fadump_ng_work/complete" ;;
        1) { [[ ! ${FADUMP_NG_STRICT-} ]] && fadump_ng_recall; } || printf '%s\n' "$fadump_ng_reason" > "$fadump_ng_work/broken" ;;
        2) fadump_ng_recall_devices || dwarn "fadump-ng: $fadump_ng_reason; its drivers may be missing in the image" ;;
    esac
    fadump_ng_try fadump_ng_check_answers || :
}

# Say it in the build's output, in the image, and to fadump-ng status.
fadump_ng_mark() {
    local reason

    reason=$(< "$fadump_ng_work/broken")
    derror "fadump-ng: $reason"
    derror "fadump-ng: THIS IMAGE CANNOT CAPTURE A CRASH DUMP. A dump stays in memory until the running system has saved it." \
        "Build the image again when the reason is gone."
    printf '%s\n' "$reason" > "$initdir/etc/fadump-ng.no-capture"
    { mkdir -p "$fadump_ng_state/no-capture" && chmod 0700 "$fadump_ng_state" \
        && rm -f "$fadump_ng_state/no-capture/$kernel" \
        && printf '%s\n' "$reason" > "$fadump_ng_state/no-capture/$kernel"; } 2> /dev/null \
        || dwarn "fadump-ng: cannot record in $fadump_ng_state that this image cannot capture"
}

fadump_ng_unmark() {
    rm -f "$fadump_ng_state/no-capture/$kernel"
}

# By which fadump-ng status tells whether the image still fits.
fadump_ng_install_mark() {
    (umask 077 && { cat "$fadump_ng_answers/mark" && echo "kernel $kernel"; } > "$initdir/etc/fadump-ng.image")
}

# Nothing that starts a capture, and nothing secret, stays in an image that could not finish one.
fadump_ng_undo() {
    local what name

    rm -f "$initdir/etc/fadump-ng.conf" "$initdir/etc/fadump-ng.network" "$initdir/etc/fadump-ng.image" \
        "$initdir/etc/udev/rules.d/69-fadump-ng.rules" \
        "$initdir$systemdsystemunitdir"/fadump-ng-*.service "$initdir$systemdsystemunitdir"/*.wants/fadump-ng-* \
        "$initdir"/etc/systemd/system/*.wants/fadump-ng-* "$initdir"/{,var/}lib/dracut/hooks/*/{,*/}00-fadump-ng-*
    rm -rf "$initdir$systemdsystemunitdir"/fadump-ng-capture.service.d "$initdir$systemdsystemunitdir"/*.d/fadump-ng.conf
    [[ -e $fadump_ng_answers/remote ]] || return 0
    while read -r what name; do
        [[ $what != private ]] || rm -f "$initdir$name"
    done < "$fadump_ng_answers/remote"
}
