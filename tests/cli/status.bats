#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# status and check: what is said of each situation, and with which exit status.

load lib

setup() {
    cli_setup
}

@test "production: ready" {
    tree pseries-production
    image
    fadump status
    [ "$status" = 0 ]
    [[ $output == "ready: registered"* ]]
    fadump status --json
    [ "$(json ready)" = True ]
    [ "$(json platform)" = pseries ]
    [ "$(json verdict)" = none ]
    [ "$(json dump_active)" = False ]
    [ "$(json mem_reserved_bytes)" = 805372336 ]
    fadump check
    [ "$status" = 3 ]
}

@test "an initramfs without a capture: not ready, with the reason, for as long as its kernel is there" {
    tree pseries-production
    image
    mkdir -p "$T/root/var/lib/fadump-ng/no-capture" "$T/root/usr/lib/modules/6.13.0"
    echo 'the name nowhere cannot be resolved' >"$T/root/var/lib/fadump-ng/no-capture/6.13.0"
    echo gone >"$T/root/var/lib/fadump-ng/no-capture/7.0.0"
    fadump status
    # Of another kernel: said, and no obstacle to this one.
    [[ $output == "ready: registered"*"kernel 6.13.0 was built without a capture: the name nowhere cannot be resolved"* ]]
    fadump status --json
    [ "$(json ready)" = True ]
    [ "$(json no_capture_kernel)" = 6.13.0 ]
    [ "$(json no_capture_reason)" = 'the name nowhere cannot be resolved' ]
    rm -r "$T/root/usr/lib/modules/6.13.0"
    mkdir -p "$T/root/usr/lib/modules/6.12.107"
    echo 'makedumpfile is not installed' >"$T/root/var/lib/fadump-ng/no-capture/6.12.107"
    fadump status
    [[ $output == "not ready: the initramfs cannot capture"*"kernel 6.12.107 was built without a capture: makedumpfile is not installed"* ]]
    fadump status --json
    [ "$(json ready)" = False ]
    rm -r "$T/root/usr/lib/modules/6.12.107"
    fadump status --json
    [ "$(json ready)" = True ]
    [ "$(json no_capture_kernel)" = None ]
}

@test "powernv: ready" {
    tree powernv-production
    image
    fadump status --json
    [ "$status" = 0 ]
    [ "$(json ready)" = True ]
    [ "$(json platform)" = powernv ]
    [ "$(json bootargs_append)" = None ]
}

@test "an active dump: sound, and the machine is not ready" {
    tree pseries-dump
    fadump check
    [ "$status" = 0 ]
    [[ $output == dump:* ]]
    fadump check --json
    [ "$(json verdict)" = dump ]
    [ "$(json core.page_size)" = 65536 ]
    [ "$(json core.byte_order)" = little ]
    fadump status --json
    [ "$(json ready)" = False ]
    [ "$(json dump_active)" = True ]
    [ "$(json capture_boot)" = True ]
    [ -z "$(release_mem)" ]
}

@test "an active dump on powernv" {
    tree powernv-dump
    fadump check --json
    [ "$status" = 0 ]
    [ "$(json verdict)" = dump ]
}

@test "an active dump with the files of kernels before 5.6" {
    tree old-files-dump
    fadump check --json
    [ "$status" = 0 ]
    [ "$(json verdict)" = dump ]
    fadump status --json
    [ "$(json capture_boot)" = True ]
}

@test "a core that is cut off is invalid, and says where" {
    tree bad-core
    fadump check
    [ "$status" = 4 ]
    [ "$(wc -l <"$T/stderr")" = 1 ]
    fadump check --json
    [ "$(json verdict)" = bad-core ]
    [ "$(json detail)" != None ]
}

@test "no fadump at all" {
    tree inactive
    fadump status
    [ "$status" = 0 ]
    [[ $output == "not ready: this kernel or firmware has no fadump"* ]]
    fadump check
    [ "$status" = 3 ]
}

@test "fadump off, reservation failed, not registered: each says what to do" {
    tree off
    fadump status
    [[ $output == *"fadump=on"* ]]
    rm -rf "$T/root"
    tree reserve-failed
    fadump status
    [[ $output == "not ready: no memory could be reserved"* ]]
    [[ $output == *"less than 0x30000000"* ]]
    rm -rf "$T/root"
    tree register-failed
    fadump status
    [[ $output == "not ready: not registered"* ]]
    [[ $output == *"Hardware Error"* ]]
    rm -rf "$T/root"
    tree unregistered
    fadump status
    [[ $output == *"fadump-ng register"* ]]
}

@test "state A: the dump is lost, and the kernel's reason is given" {
    tree state-a
    fadump check
    [ "$status" = 4 ]
    [[ $errors == *"kernel"* ]]
    [ "$(wc -l <"$T/stderr")" = 1 ]
    fadump check --json
    [ "$(json verdict)" = refused ]
    [[ $(json kernel_said) == *"Old magic number"* ]]
    fadump status
    [[ $output == *"Old magic number"* ]]
}

@test "state B: the memory is still reserved" {
    tree state-b
    fadump check --json
    [ "$status" = 4 ]
    [ "$(json verdict)" = no-vmcore ]
    [[ $(json kernel_said) == *"not sane"* ]]
}

@test "state C: fadump is off in a capture boot" {
    tree state-c
    fadump check --json
    [ "$status" = 4 ]
    [ "$(json verdict)" = fadump-off ]
    fadump status --json
    [ "$(json ready)" = False ]
}

@test "after a release: ready, and what a reboot would give back" {
    tree released
    image
    fadump status
    [ "$status" = 0 ]
    [[ $output == "ready:"* ]]
    [[ $output == *"a reboot gives about"* ]]
    fadump status --json
    [ "$(json reboot_gives_memory_back)" = True ]
}

@test "a boot that carried on: what it lacks, as far as it is seen" {
    local sys=proc/sys
    tree released
    image
    cd "$T/root"
    mkdir -p $sys/kernel $sys/fs/epoll sys/class/net/eth0/device sys/class/net/eth0/queues/rx-0 sys/class/scsi_host/host0
    echo 2494 >$sys/kernel/threads-max
    echo 400000 >$sys/fs/epoll/max_user_watches
    printf 'DRIVER=mlx5_core\nPCI_ID=1\n' >sys/class/net/eth0/device/uevent
    echo lpfc >sys/class/scsi_host/host0/proc_name
    echo 1 >sys/class/scsi_host/host0/nr_hw_queues
    echo 0-15 >sys/devices/system/cpu/online
    fadump status
    [[ $output == "ready:"* ]]
    [[ $output == *"degraded:   huge pages (HugeTLB) are off until the next reboot"* ]]
    [[ $output == *"degraded:   kernel.threads-max is 2494, sized for little memory; about 9062 after a fresh boot"* ]]
    [[ $output == *"degraded:   eth0 (mlx5_core): 1 queue for 16 CPUs"* ]]
    [[ $output == *"degraded:   host0 (lpfc): 1 queue for 16 CPUs"* ]]
    [[ $output != *epoll* ]]
    fadump status --json
    [ "$(json degraded_limits)" = "[{'name': 'kernel.threads-max', 'now': 2494, 'fresh_boot': 9062}]" ]
    [ "$(json degraded_adapters.1)" = 'host0 (lpfc): 1 queue for 16 CPUs' ]
    [ "$(json huge_pages_off)" = True ]
    # An ordinary boot is what it is.
    rm -r sys/kernel/fadump/release_mem sys/kernel/fadump_release_mem
    fadump status --json
    [ "$(json degraded_limits)" = '[]' ]
    [ "$(json huge_pages_off)" = False ]
}

@test "user pages wanted in the dump, and fadump=on puts some where the firmware writes" {
    tree pseries-production
    echo 'dump-level = 23' >"$T/root/etc/fadump-ng.conf"
    image
    fadump status
    [[ $output == "ready:"*"user pages: dump-level wants"*"fadump=nocma"* ]]
    fadump status --json
    [ "$(json user_pages_lost)" = True ]
    fadump config check
    [ "$status" = 0 ]
    [[ $errors == *"fadump-ng.conf: dump-level = 23 keeps the programs' memory"*"boot with fadump=nocma instead, or add 8 to dump-level" ]]
    sed -i s/fadump=on/fadump=nocma/ "$T/root/proc/cmdline"
    fadump status --json
    [ "$(json user_pages_lost)" = False ]
    fadump config check
    [ -z "$errors" ]
    echo 'dump-level = 31' >"$T/root/etc/fadump-ng.conf"
    sed -i s/fadump=nocma/fadump=on/ "$T/root/proc/cmdline"
    fadump config check
    [ -z "$errors" ]
}

@test "huge pages and a boot that carries on: config check recommends a reboot" {
    tree pseries-production
    sed -i '1s/$/ hugepagesz=1G hugepages=16/' "$T/root/proc/cmdline"
    fadump config check
    [ "$status" = 0 ]
    [[ $errors == *"set up for huge pages (hugepages), and a boot that carries on after a capture has none until the next reboot; set on-success = reboot" ]]
    echo 'on-success = reboot' >"$T/root/etc/fadump-ng.conf"
    fadump config check
    [ -z "$errors" ]
}

@test "a capture boot without a dump and without a reason: registering tells" {
    tree undecided
    fadump check --json
    [ "$status" = 4 ]
    [ "$(json verdict)" = undecided ]
    fadump status
    [[ $output == "not ready: the machine crashed, and what became of the dump is not known"* ]]
    [[ $output == *"Run 'fadump-ng register': if it succeeds the dump is lost and fadump is armed again; if it is refused the memory is still reserved."* ]]
    # Without the file the page cannot be had: it is not known whether that is the dump's memory.
    fadump register
    [ "$status" = 1 ]
    [[ $errors == *"cannot be taken out of use (No such file or directory), and the kernel log no longer says whether the last crash's memory is still reserved"* ]]
    [[ $errors != *reboot* ]]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 0 ]
    # The device tree says where the header's page is; the log has forgotten.
    : >"$T/root/sys/devices/system/memory/soft_offline_page"
    fadump register
    [ "$status" = 0 ]
    [[ $errors == *"took the page of the fadump header (0x60010000) out of use"* ]]
}

@test "started by kexec out of a boot that had crashed before: not taken for a crash" {
    tree pseries-dump
    : >"$T/root/proc/device-tree/chosen/linux,booted-from-kexec"
    fadump status
    [[ $output == "not ready: this kernel was started by kexec, and takes what an earlier crash had left for a dump"* ]]
    [[ $output == *"kexec: This kernel was started by kexec, and took what an earlier crash had left for a dump; it is no crash of this boot"* ]]
    [[ $output == *"copy what there is with 'fadump-ng capture --core /proc/vmcore'. After that reboot through the firmware"* ]]
    fadump status --json
    [ "$(json state)" = kexec ]
    [ "$(json ready)" = False ]
    fadump check
    [ "$status" = 5 ]
    fadump capture --json
    [ "$status" = 5 ]
    [ "$(json outcome)" = kexec ]
    [ -z "$(ls "$T/root/var/crash")" ]
    fadump register
    [ "$status" = 5 ]
    fadump release
    [ "$status" = 1 ]
    [ -z "$(release_mem)" ]
    [ "$(cat "$T/root/sys/kernel/fadump/registered")" = 0 ]
}

@test "on powernv every kernel is started by kexec, from petitboot: a dump is a dump" {
    tree powernv-dump
    : >"$T/root/proc/device-tree/chosen/linux,booted-from-kexec"
    fadump check --json
    [ "$status" = 0 ]
    [ "$(json state)" = dump ]
}

@test "a dump of the firmware's under a kernel without fadump: lost, and why" {
    local verb
    tree pseries-dump
    rm -r "$T/root/sys/kernel/fadump" "$T/root/sys/kernel/"fadump_* "$T/root/proc/vmcore"
    fadump status
    [ "$status" = 0 ]
    [[ $output == "not ready: this kernel or firmware has no fadump"* ]]
    [[ $output == *"unsupported: The machine crashed and the firmware kept its memory, but this kernel has no fadump (CONFIG_FA_DUMP) and uses that memory: the dump is lost."* ]]
    [[ $output == *"Boot a kernel with CONFIG_FA_DUMP=y and fadump=on; or set up kdump instead."* ]]
    fadump status --json
    [ "$(json state)" = unsupported ]
    for verb in check capture; do
        fadump $verb
        [ "$status" = 4 ]
        [[ $errors == *"the dump is lost"* ]]
    done
    fadump register
    [ "$status" = 1 ]
    [[ $errors == *"the dump is lost. Boot a kernel with CONFIG_FA_DUMP=y"* ]]
    fadump release
    [ "$status" = 3 ]
    [[ $errors == *"the dump is lost"* ]]
}

@test "kdump's flag where newer kernels have it" {
    tree pseries-production
    mkdir "$T/root/sys/kernel/kexec"
    echo 1 >"$T/root/sys/kernel/kexec/crash_loaded"
    rm "$T/root/sys/kernel/kexec_crash_loaded"
    fadump status --json
    [ "$(json kdump_loaded)" = True ]
}

@test "RTAS in the reserved area: said with the size that mends it, by status and register" {
    local said="RTAS (0x2fff0000 to 0x30000000) lies in the area that fadump reserves (0x20000000 to 0x400101b0): it may be overwritten, so that a crash leaves no dump, or lie on pages of a dump; boot with crashkernel=768M or more"
    tree small
    image
    fadump status
    [[ $output == "ready: registered"*"reserved:   $said"* ]]
    fadump status --json
    [ "$(json in_reserved_area.0.what)" = RTAS ]
    [ "$(json in_reserved_area.0.address)" = $((0x2fff0000)) ]
    [ "$(json in_reserved_area.0.bytes)" = 65536 ]
    [ "$(json crashkernel_at_least)" = $((768 << 20)) ]
    fadump register
    [ "$status" = 0 ]
    [[ $errors == *"$said"* ]]
    # The log forgets; debugfs does not.
    : >"$T/root/dev/kmsg"
    fadump status --json
    [ "$(json crashkernel_at_least)" = None ]
    mkdir -p "$T/root/sys/kernel/debug/powerpc"
    printf 'CPU :[0x00000020000000-0x000000200009ff] 0xa00 bytes, Dumped: 0x0\nDUMP: Src: 0x00000000000000, Dest: 0x00000020010000, Size: 0x20000000, Dumped: 0x0 bytes\n' >"$T/root/sys/kernel/debug/powerpc/fadump_region"
    # An initrd that ends higher, in 64 bits.
    printf '\0\0\0\0\060\0\0\0' >"$T/root/proc/device-tree/chosen/linux,initrd-start"
    printf '\0\0\0\0\064\0\0\0' >"$T/root/proc/device-tree/chosen/linux,initrd-end"
    fadump status
    [[ $output == *"RTAS (0x2fff0000"*"initrd (0x30000000 to 0x34000000) lies in the area"*"crashkernel=832M or more"* ]]
    rm -r "$T/root"
    tree pseries-production
    fadump status --json
    [ "$(json in_reserved_area)" = '[]' ]
    [ "$(json crashkernel_at_least)" = None ]
}

@test "a boot that carried on warns of kexec" {
    tree released
    image
    fadump status
    [[ $output == *"do not start another kernel with kexec from this boot: it would take what the crash left for a new dump; reboot through the firmware"* ]]
    rm -r "$T/root"
    tree pseries-production
    fadump status
    [[ $output != *"with kexec"* ]]
}

@test "every kernel's files: with and without the old names" {
    local situation
    for situation in old-files old-symlinks directory-only; do
        rm -rf "$T/root"
        tree $situation
        fadump status --json
        [ "$(json kernel_ready)" = True ]
        [ "$(json conflict)" = None ]
    done
}

@test "kdump configured as well is said" {
    tree kdump-too
    fadump status
    [[ $output == *"kdump kernel is loaded as well"* ]]
    [[ $output == *"systemctl disable kdump.service"* ]]
    fadump status --json
    [ "$(json conflict)" = kdump.service ]
}

@test "every sound core is sound, every bad one is invalid with one line" {
    local text
    for text in "$HERE"/../data/cores/sound-*.txt; do
        core "$(basename "$text" .txt)"
        run "$FADUMP_NG" check --core "$T/core"
        echo "$text: $output"
        [ "$status" = 0 ]
    done
    for text in "$HERE"/../data/cores/bad-*.txt; do
        core "$(basename "$text" .txt)"
        run "$FADUMP_NG" check --core "$T/core"
        echo "$text: $output"
        [ "$status" = 4 ]
        "$FADUMP_NG" check --core "$T/core" 2>&1 >/dev/null | wc -l | grep -qx 1
    done
}

@test "a core that is not there, or not a file" {
    run "$FADUMP_NG" check --core "$T/nowhere"
    [ "$status" = 1 ]
    [[ $output == *"$T/nowhere: No such file"* ]]
    run "$FADUMP_NG" check --core "$T"
    [ "$status" = 1 ]
    mkfifo "$T/fifo"
    run timeout 10 "$FADUMP_NG" check --core "$T/fifo"
    [ "$status" = 1 ]
}

@test "a user who may not read the kernel's log, or take a page, is sent to root" {
    local place situation
    for situation in undecided state-a; do
        rm -rf "$T/root"
        tree $situation
        chmod 600 "$T/root/dev/kmsg" "$T/root/sys/kernel/fadump/registered"
        (umask 077 && : >"$T/root/sys/devices/system/memory/soft_offline_page")
        mkdir -p "$T/root/run/fadump-ng"
        (umask 077 && echo '{}' >"$T/root/run/fadump-ng/record.json")
        place=$(mktemp -d)
        cp -a "$T/root" "$FADUMP_NG" "$place/"
        chmod 755 "$place"
        as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$place/fadump-ng" --root "$place/root" "$@" 2>&1; }
        as_user status >"$T/status" || :
        as_user register >"$T/register" && status=0 || status=$?
        rm -rf "$place"
        cat "$T/status" "$T/register"
        [ "$status" = 1 ]
        grep -q 'undecided: ' "$T/status"
        grep -qx '            The kernel log may not be read: run as root.' "$T/status"
        grep -qx 'last dump:  /run/fadump-ng/record.json: Permission denied; run as root' "$T/status"
        grep -q 'not registered: the page of the fadump header: Permission denied; run as root' "$T/register"
        ! grep -q reboot "$T/register"
    done
}

# Nothing of this machine, and no advice to release memory.
of_a_file() {
    [[ $output$errors != *"dump is active"* ]]
    [[ $output$errors != *"release --force"* ]]
    [[ $output$errors != */proc/vmcore* ]]
    [[ $output$errors != *"in memory"* ]]
}

@test "a file is judged as a file, whatever it is and whatever the machine's state" {
    local situation file
    "$TOOLS/mkkdump" "$T/kdump"
    "$TOOLS/flatten" "$T/kdump" >"$T/flat"
    head -c 10000 "$T/flat" >"$T/cut-flat"
    head -c 4096 /dev/zero >"$T/zeros"
    : >"$T/empty"
    echo text >"$T/text"
    cp "$FADUMP_NG" "$T/program"
    core sound-le-64k
    gzip -c "$T/core" >"$T/core.gz"
    head -c 70000 "$T/core" >"$T/cut-core"
    for situation in pseries-production pseries-dump bad-core; do
        rm -rf "$T/root"
        tree $situation
        for file in zeros empty text program core.gz cut-core; do
            fadump check --core "$T/$file"
            [ "$status" = 4 ]
            of_a_file
            [[ $errors == "fadump-ng: $T/$file: not a core that can be captured: "* ]]
            [ "$(wc -l <"$T/stderr")" = 1 ]
            fadump check --core "$T/$file" --json
            [ "$(json verdict)" = bad-core ]
            [ "$(json file)" = "$T/$file" ]
            of_a_file
            fadump capture --core "$T/$file"
            [ "$status" = 4 ]
            of_a_file
            [[ $errors == "fadump-ng: $T/$file: not a core that can be captured: "* ]]
        done
        for file in kdump flat cut-flat; do
            fadump capture --core "$T/$file"
            [ "$status" = 4 ]
            of_a_file
        done
        fadump check --core "$T/core"
        [ "$status" = 0 ]
        of_a_file
        fadump check --core "$T/flat"
        [ "$status" = 0 ]
        [[ $output == *"fadump-ng unflatten"* ]]
        fadump check --core "$T/cut-flat"
        [ "$status" = 4 ]
        [[ $errors == *"not a whole flattened dump"* ]]
        fadump capture --core "$T/nowhere"
        [ "$status" = 1 ]
        of_a_file
    done
    fadump capture --core "$T/core.gz"
    [[ $errors == *"it is compressed with gzip; expand it first, with gzip -d"* ]]
    fadump capture --core "$T/flat"
    [[ $errors == *"it is a flattened dump; 'fadump-ng unflatten FILE OUT'"* ]]
    fadump capture --core "$T"
    [ "$status" = 1 ]
    [[ $errors == *"$T: not a regular file"* ]]
}

@test "a user who may not read the kernel's files is sent to root" {
    tree pseries-dump
    chmod 400 "$T/root/proc/vmcore"
    chmod 600 "$T/root/sys/kernel/fadump/registered"
    # Where this user may go: neither bats' directory nor the one of the program need be.
    local place verb
    place=$(mktemp -d)
    cp -a "$T/root" "$FADUMP_NG" "$place/"
    chmod 755 "$place"
    for verb in status check register unregister capture; do
        setpriv --reuid=65534 --regid=65534 --clear-groups \
            "$place/fadump-ng" --root "$place/root" $verb >/dev/null 2>"$T/$verb" && status=0 || status=$?
        echo "$status" >>"$T/$verb"
    done
    rm -rf "$place"
    for verb in status check register unregister capture; do
        echo "$verb: $(cat "$T/$verb")"
        [[ $(cat "$T/$verb") == *"Permission denied; run as root"*$'\n'1 ]]
    done
}
