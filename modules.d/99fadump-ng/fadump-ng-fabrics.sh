#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Targets on disks of a storage network (iSCSI, FCoE, NVMe over fabrics): which of dracut's modules connects them. Sourced by
# module-setup.sh.
# shellcheck disable=SC2154 # dracut's own variables: host_devs, kernel_cmdline...

# "MODULE NAME TRANSPORT" a line: dracut's module for a storage network, and the disk that a target's device $1 has there.
fadump_ng_fabrics() {
    local name transport file

    while read -r name _ _ transport; do
        # lsblk says "nvme", whatever the transport. A namespace with several paths has it at its controllers.
        if [[ $name == nvme* ]]; then
            transport=
            for file in "${fadump_ng_sysfs-/sys}/class/block/$name"/device/{,nvme*/}transport; do
                [[ $transport || ! -r $file ]] || read -r transport < "$file"
            done
        fi
        case $name:$transport in
            nvme*:tcp | nvme*:rdma | nvme*:fc) echo "nvmf $name $transport" ;;
            *:iscsi | *:fcoe) echo "$transport $name $transport" ;;
        esac
    done < <(lsblk --inverse --noheadings --raw --output KNAME,TYPE,PATH,TRAN "$1" 2> /dev/null)
}

# Does the boot connect the disk $2, with dracut's module $1? Modules do so for the devices that dracut was told of, those of
# the root file system among them, and where the command line says how.
fadump_ng_is_connected() {
    local device words line

    # shellcheck disable=SC2154
    for device in "${host_devs[@]}"; do
        [[ $'\n'$(fadump_ng_look_at "$device") != *$'\n'"$2 "* ]] || return 0
    done
    case $1 in
        iscsi) words='(root|netroot)=iscsi:|rd\.iscsi\.|iscsi_firmware' ;;
        fcoe) words='(rd\.)?fcoe=|netroot=fcoe:' ;;
        nvmf) words='rd\.nvmf\.' ;;
    esac
    # Not one pipeline: dracut sets pipefail, and most of these files are not there.
    # shellcheck disable=SC2154
    line=$(
        echo "$kernel_cmdline"
        cat "${fadump_ng_proc-/proc}/cmdline" "$dracutsysrootdir"/etc/cmdline "$dracutsysrootdir"/etc/cmdline.d/*.conf 2> /dev/null
    ) || :
    grep -Eq "(^|[[:space:]])($words)" <<< "$line"
}

# A target on a storage network that the image would not reach means an image without a capture.
fadump_ng_check_fabrics() {
    local module name transport

    while read -r module name transport; do
        # shellcheck disable=SC2154
        [[ $(find "$dracutbasedir/modules.d" -maxdepth 1 -name "[0-9][0-9]$module" -print -quit) ]] \
            || fadump_ng_give_up "a target's device is on $name, which is reached over $transport: dracut's module $module is not \
installed; install it, or take another target"
        # The adapter finds what is on Fibre Channel by itself.
        [[ $module:$transport == nvmf:fc ]] || fadump_ng_is_connected "$module" "$name" \
            || fadump_ng_give_up "a target's device is on $name, which is reached over $transport, and nothing connects it in the \
boot: build the image with --add-device /dev/$name, or say how it is connected on the kernel's command line (dracut.cmdline(7)), \
or take an ssh:// or nfs:// target"
    done < "$fadump_ng_answers/fabrics"
}
