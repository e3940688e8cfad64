#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# config import over files as distributions ship them and as administrators write them.

load lib

setup() {
    cli_setup
    mkdir -p "$T/root/etc/sysconfig" "$T/root/etc/default"
    STOCK=$HERE/../data/import
}

# Its text comes on standard input.
import() {
    cat >"$T/$1"
    echo "--- $1"
    cat "$T/$1"
    fadump config import "$T/$1"
}

# What the configuration that came out says of a key, targets of one line each.
value_of() {
    printf '%s\n' "$output" >"$T/out.conf"
    "$FADUMP_NG" --root "$T/root" --config "$T/out.conf" config show | sed -n "s/^$1 = //p"
}

nothing_lost() {
    [ "$status" = 0 ] && [ -z "$errors" ] && [[ $output != *"NOT TAKEN OVER"* ]]
}

@test "stock files: nothing in them is lost, and dumps go where they went" {
    local file
    for file in "$STOCK"/*; do
        fadump config import "$file"
        echo "^ ${file##*/}"
        nothing_lost
        if [[ $file == *fedora*sysconfig || $file == *rhel*sysconfig ]]; then
            [[ $output == *"/etc/kdump.conf"* ]]
        else
            [ "$(value_of target)" = file:///var/crash ]
            [ "$(value_of dump-level)" = 31 ]
        fi
    done
}

@test "kdump.conf: a value in quotes is the value" {
    local q
    for q in '"' "'" ''; do
        import kdump.conf <<EOF
path ${q}/var/crash/a b${q}   # where
core_collector ${q}makedumpfile -l --message-level 7 -d 31${q}
failure_action	${q}shell${q}
EOF
        nothing_lost
        [ "$(value_of target)" = file:///var/crash/a%20b ]
        [ "$(value_of compress)" = lzo ]
        [ "$(value_of on-failure)" = shell ]
    done
    import kdump.conf <<<'nfs "h:/e"'
    [ "$(value_of target)" = nfs://h/e/var/crash ]
    import kdump.conf <<<'ssh "u@h"'
    [ "$(value_of target)" = ssh://u@h/var/crash ]
    import kdump.conf <<<'ext4 LABEL="/boot"'
    [ "$(value_of target)" = 'file:///var/crash?device=LABEL=/boot&fstype=ext4' ]
}

@test "kdump.conf: quotes that do not match, and lines that seem to go on, are no value" {
    local line
    for line in 'path "/srv' "path /srv'" 'path \"/srv\"' 'path /s"r"v' 'path "/srv#1"' 'path /srv \' 'nfs "h:/e'; do
        import kdump.conf <<<"$line"
        [ "$status" = 1 ]
        [[ $output == *"NO TARGET WAS TAKEN OVER"*"NOT TAKEN OVER"* ]]
        [[ $errors == *"kdump.conf:1: ${line%% *} ...: not taken over: "* ]]
    done
    # Nor is a directory guessed for a target whose own is not known.
    import kdump.conf <<<$'path "/srv\nnfs h:/e'
    [ "$status" = 1 ]
    import kdump.conf < <(printf 'path "/srv"\r\ncore_collector\t"makedumpfile -d 1"\r\n')
    nothing_lost
    [ "$(value_of target)" = file:///srv ]
    [ "$(value_of dump-level)" = 1 ]
}

@test "kdump.conf: a target that dracut mounts is the target" {
    while IFS='|' read -r line target; do
        import kdump.conf <<<"path /crash"$'\n'"dracut_args $line"
        [ "$status" = 0 ]
        [ "$(value_of target)" = "$target" ]
    done <<'EOF'
--mount "filer.example.net:/vol/kdump /mnt/kdump nfs4 defaults"|nfs://filer.example.net/vol/kdump/crash
--mount '192.0.2.1:/share /test nfs rw,vers=3,proto=tcp'|nfs://192.0.2.1/share/crash?vers=3&proto=tcp
--mount="[2001:db8::1]:/e /m nfs4"|nfs://[2001:db8::1]/e/crash
--add-drivers "a b" --mount "/dev/vg/lv /mnt xfs defaults,rw"|file:///crash?device=/dev/vg/lv&fstype=xfs
--mount "UUID=1-2 /mnt btrfs subvol=/@c"|file:///crash?device=UUID=1-2&fstype=btrfs&subvol=/@c
--mount "/dev/sdb1 /mnt ext4 defaults 0 0" --omit-drivers x|file:///crash?device=/dev/sdb1&fstype=ext4
EOF
    import kdump.conf <<<'dracut_args --mount "h:/e /m nfs defaults"'
    nothing_lost
    [ "$(value_of target)" = nfs://h/e/var/crash ]
    import kdump.conf <<<'dracut_args --omit-drivers "cfg80211 snd" --add-drivers=ext2'
    [ "$status" = 0 ]
    [[ $errors == *"dracut_args --omit-drivers ...: not taken over: --omit-drivers, --add-drivers: "* ]]
    [ "$(value_of target)" = file:///var/crash ]
    # A word that is neither an option nor one's value.
    import kdump.conf <<<'dracut_args x--mount "h:/e /m nfs"'
    [ "$status" = 0 ]
    [[ $errors == *"not taken over: word 1 of it belongs to no option"* ]]
}

@test "a target that cannot be one is said, and is a failure" {
    local line
    for line in 'raw /dev/sda5' 'virtiofs fs' 'minix /dev/sda1' 'dracut_args --mount "//h/s /m cifs user=x"' \
        'dracut_args --mount "h:/e /m nfs' 'dracut_args --mount' 'nfs h' 'nfs' $'force_rebuild 0\nglusterfs h:/v' 'net h:/e'; do
        import kdump.conf <<<"$line"
        [ "$status" = 1 ]
        [[ $output == *"NO TARGET WAS TAKEN OVER"*"NOT TAKEN OVER"* ]]
        [[ $errors == *"no target could be taken over"* ]]
    done
    for line in 'KDUMP_SAVEDIR=cifs://u:p@h/s' 'KDUMP_SAVEDIR=ftp://h/s' 'KDUMP_SAVEDIR=ssh://h:ssh/s' 'KDUMP_SAVEDIR=h:/s' \
        'KDUMP_SAVEDIR="$D"' 'KDUMP_SAVEDIR="/x' 'FTP=h:/x' 'NFS=h' 'KDUMP_CPUS=1 KDUMP_SAVEDIR=/x' 'KDUMP_CPUS=1; test -d /x && KDUMP_SAVEDIR=/x'; do
        import sysconfig <<<"$line"
        [ "$status" = 1 ]
        [[ $output == *"NO TARGET WAS TAKEN OVER"*"NOT TAKEN OVER"* ]]
        [[ $errors == *"no target could be taken over"* ]]
    done
    # kdump itself refuses these.
    for line in $'nfs h:/e\ndracut_args --mount "h:/e /m nfs"' 'dracut_args --mount "h:/e /m nfs" --mount "g:/e /n nfs"'; do
        import kdump.conf <<<"$line"
        [ "$status" = 4 ]
    done
}

@test "makedumpfile's options are read as getopt reads them" {
    while IFS='|' read -r words level compress threads extra; do
        import kdump.conf <<<"core_collector makedumpfile $words"
        nothing_lost
        [ "$(value_of dump-level),$(value_of compress),$(value_of threads),$(value_of makedumpfile-options)" = "$level,$compress,$threads,$extra" ]
        import kdump-tools <<<"MAKEDUMP_ARGS='$words'"
        nothing_lost
        [ "$(value_of dump-level),$(value_of compress),$(value_of threads),$(value_of makedumpfile-options)" = "$level,$compress,$threads,$extra" ]
    done <<'EOF'
-ld31|31|lzo|auto|
-cd31|31|zlib|auto|
-Fzd 17|17|zstd|auto|
-d31 -l -c|31|zlib|auto|
-d 31 -d 1 -p --num-threads 4|1|snappy|4|
-l --num-threads=8 --message-level=7 -d31|31|lzo|8|
-Dlfd 9|9|lzo|auto|-D -f
-l -d 31 --cyclic-buffer=1024|31|lzo|auto|--cyclic-buffer 1024
-l -d 31 --num 2 --mess 1|31|lzo|2|
EOF
}

@test "makedumpfile's options: where a word is not understood the defaults hold" {
    local words
    for words in 'd 17 -c' '-ld31 q' '-lQd31' '-l -d' '-l -d 1 --nonsense' '-l -d 1 | gzip' '-l "-d 1' '-l --num-threads' '-l -d 1 --non-mmap=3'; do
        import kdump.conf <<<"core_collector makedumpfile $words"
        [ "$status" = 0 ]
        [[ $errors == *"is not understood"* ]]
        [ "$(value_of dump-level),$(value_of compress),$(value_of threads)" = 31,auto,auto ]
    done
    for words in scp 'cp --sparse=always' cat; do
        import kdump.conf <<<"core_collector $words"
        [[ $errors == *"only makedumpfile"* ]]
        [ "$(value_of dump-level),$(value_of compress)" = 31,auto ]
    done
}

@test "SUSE: the options of makedumpfile have the last word, wherever they stand" {
    local a='KDUMP_DUMPLEVEL=31
KDUMP_DUMPFORMAT="compressed"
KDUMP_CPUS=32' b='MAKEDUMPFILE_OPTIONS="-zd1 --num-threads 4"'
    for text in "$a"$'\n'"$b" "$b"$'\n'"$a"; do
        import sysconfig <<<"$text"
        nothing_lost
        [ "$(value_of dump-level),$(value_of compress),$(value_of threads)" = 1,zstd,4 ]
    done
    import sysconfig <<<"$a"$'\n''MAKEDUMPFILE_OPTIONS="--num-threads 2"'
    [ "$(value_of dump-level),$(value_of compress),$(value_of threads)" = 31,zlib,2 ]
}

@test "the command for a failure is judged by its words" {
    while IFS='|' read -r command action lost; do
        import kdump-tools <<<"KDUMP_FAIL_CMD=\"$command\""
        [ "$status" = 0 ]
        [ "$(value_of on-failure)" = "$action" ]
        if [ "$lost" = lost ]; then [[ $errors == *"not taken over"* ]]; else nothing_lost; fi
    done <<'EOF'
reboot -f|reboot
/sbin/shutdown -r now|reboot
shutdown -h now|poweroff
shutdown -H +1|halt
/usr/share/crash/notify; reboot -f|reboot|lost
echo 'x'; /bin/bash; reboot -f|shell
/bin/sh|shell
sh -c 'sync; reboot -f'|reboot
systemctl --force reboot|reboot
/sbin/init 6|reboot
halt -p|poweroff
exec /sbin/poweroff -f|poweroff
/bin/sh /usr/local/sbin/notify|late-capture|lost
/usr/share/bash/x|late-capture|lost
echo 'reboot'|late-capture|lost
shutdown -c|late-capture|lost
EOF
}

@test "what kdump keeps is kept" {
    import kdump.conf <<<'path /var/crash'
    [ "$(value_of keep)" = all ]
    import kdump-tools <<<'KDUMP_COREDIR=/var/crash'
    [ "$(value_of keep)" = all ]
    import sysconfig <<<'KDUMP_SAVEDIR=/var/crash'
    [ "$(value_of keep)" = all ]
    while IFS='|' read -r line keep; do
        import file <<<"$line"
        [ "$(value_of keep)" = "$keep" ]
    done <<'EOF'
KDUMP_NUM_DUMPS=0|all
KDUMP_NUM_DUMPS=3|3
KDUMP_NUM_DUMPS=""|all
KDUMP_NUM_DUMPS=-2|all
KDUMP_NUM_DUMPS=many|all
KDUMP_KEEP_OLD_DUMPS=0|all
KDUMP_KEEP_OLD_DUMPS=-1|1
KDUMP_KEEP_OLD_DUMPS=5|6
KDUMP_KEEP_OLD_DUMPS=""|all
EOF
    # Neither of them deletes anything on a server.
    import kdump-tools <<<$'KDUMP_NUM_DUMPS=3\nNFS=h:/e'
    [ "$(value_of keep)" = all ]
    import sysconfig <<<$'KDUMP_KEEP_OLD_DUMPS=3\nKDUMP_SAVEDIR=nfs://h/e'
    [ "$(value_of keep)" = all ]
}

@test "SUSE's directories and URLs" {
    while IFS='|' read -r value target; do
        import sysconfig <<<"KDUMP_SAVEDIR=\"$value\""
        nothing_lost
        [ "$(value_of target | paste -sd ' ')" = "$target" ]
    done <<'EOF'
nfs://192.0.2.7:/mnt|nfs://192.0.2.7/mnt
nfs://[2001:db8::7]:/mnt|nfs://[2001:db8::7]/mnt
nfs://2001:db8::7/mnt|nfs://[2001:db8::7]/mnt
nfs://2001:db8::7:/mnt|nfs://[2001:db8::7]/mnt
sftp://u@h:/d|ssh://u@h/d
SFTP://u@h:2222/d|ssh://u@h:2222/d
ssh://u@[2001:db8::7]:22/d|ssh://u@[2001:db8::7]:22/d
scp://u@h/d nfs://n/e /f|ssh://u@h/d nfs://n/e file:///f
file:///var/my crash|file:///var/my%20crash
/a	/b|file:///a file:///b
EOF
}

@test "boot arguments: what they say of the network is taken over, the rest is answered" {
    local name
    for name in FADUMP_COMMANDLINE_APPEND KDUMP_COMMANDLINE_APPEND KDUMP_COMMANDLINE KDUMP_CMDLINE_APPEND; do
        import sysconfig <<<"$name='numa=off cgroup_disable=memory cma=0 ip=192.0.2.5::192.0.2.1:24::eth0:none nameserver=192.0.2.1 rd.neednet=1'"
        nothing_lost
        [ "$(value_of network)" = "ip=192.0.2.5::192.0.2.1:24::eth0:none nameserver=192.0.2.1" ]
        [[ $output == *bootargs_append* ]]
        import sysconfig <<<"$name='numa=off module_blacklist=a,b net_delay=5'"
        [ "$status" = 0 ]
        [[ $errors == *": not taken over: module_blacklist, net_delay: "*bootargs_append* ]]
        [ "$(value_of network)" = auto ]
    done
    # It is what counts there, whatever the other setting says.
    import sysconfig <<<$'KDUMP_NETCONFIG=eth1:dhcp\nFADUMP_COMMANDLINE_APPEND="ip=eth0:dhcp"'
    nothing_lost
    [ "$(value_of network)" = ip=eth0:dhcp ]
    import sysconfig <<<'KDUMP_COMMANDLINE_APPEND="ip=eth0:pigeon"'
    [[ $errors == *"not taken over"* ]]
    import sysconfig <<<$'KEXEC_ARGS="-s"\nKDUMP_COMMANDLINE_REMOVE="quiet rd.lvm.lv kaslr"'
    [[ $errors == *"not taken over: rd.lvm.lv: "* ]]
}

@test "Fedora's two files are read together" {
    echo 'path /srv' >"$T/root/etc/kdump.conf"
    printf 'KEXEC_ARGS="-s"\nFADUMP_COMMANDLINE_APPEND="cma=0 ip=eth0:dhcp debug=9"\nKDUMP_SAVEDIR=/x\n' >"$T/root/etc/sysconfig/kdump"
    fadump config import
    [ "$status" = 0 ]
    [[ $output == *"from /etc/kdump.conf and /etc/sysconfig/kdump."*"# From /etc/sysconfig/kdump:"* ]]
    [[ $errors == *"/etc/sysconfig/kdump:2: "*"not taken over: debug: "* ]]
    # Its kdump does not know that one.
    [[ $errors == *"/etc/sysconfig/kdump:3: KDUMP_SAVEDIR=...: not taken over: not known"* ]]
    [ "$(value_of target)" = file:///srv ]
    [ "$(value_of network)" = ip=eth0:dhcp ]
    # Scripts that no setting names.
    mkdir -p "$T/root/etc/kdump/post.d"
    touch "$T/root/etc/kdump/post.d/notify"
    echo 'KDUMP_COREDIR=/debian' >"$T/root/etc/default/kdump-tools"
    fadump config import
    [ "$status" = 0 ]
    [[ $output == *"/etc/kdump/post.d: 1 script"* ]]
    [[ $errors == *"/etc/kdump/post.d: 1 script: not taken over: "* ]]
    [[ $errors == *"/etc/default/kdump-tools: not read, since /etc/kdump.conf is there"* ]]
    printf 'KEXEC_ARGS=\0' >"$T/root/etc/sysconfig/kdump"
    fadump config import
    [ "$status" = 4 ]
    [[ $errors == *"/etc/sysconfig/kdump:1: control character"* ]]
}

@test "every setting that is not taken over is answered on both streams" {
    local line name
    while read -r line; do
        name=${line%%[= ]*}
        import file <<<"$line"
        [ "$status" = 0 ]
        [[ $output == *"# line 1: $name"*"# NOT TAKEN OVER: "* ]]
        [[ $errors == *"/file:1: $name"*": not taken over: "* ]]
    done <<'EOF'
KDUMP_TRANSFER=/usr/bin/x
KDUMP_PRESCRIPT=/usr/bin/x
KDUMP_POSTSCRIPT=/usr/bin/x
KDUMP_REQUIRED_PROGRAMS=/usr/bin/x
KDUMP_SMTP_SERVER=h
KDUMP_SMTP_USER=u
KDUMP_NOTIFICATION_TO=a@b
KDUMP_NOTIFICATION_CC=a@b
KDUMP_FADUMP=true
KDUMP_FADUMP_SHELL=true
KDUMP_CRASHKERNEL="crashkernel=512M"
KDUMP_KERNELVER=kdump
KDUMP_AUTO_RESIZE=true
KDUMP_VERBOSE=8
KDUMP_DUMPFORMAT=ELF
KDUMP_DUMPFORMAT=none
KDUMP_NET_TIMEOUT=0
KDUMP_HOST_KEY=*
KDUMP_SSH_IDENTITY="a b"
KEXEC_OPTIONS=-x
KDUMPTOOL_FLAGS=NOSPLIT
KDUMP_SYSCTL="kernel.panic_on_oops=1"
SSH_KDUMP_RETRIES=3
NFS_TIMEO=10
NFS_RETRANS=9
HOSTTAG=serial
KDUMP_COMPRESSION=gzip
KDUMP_DUMP_DMESG=0
USE_KDUMP=0
KDUMP_KERNEL=/boot/x
KDUMP_KEXEC_ARGS=-x
KEXEC_ARGS=-x
KDUMP_IMG=Image
KDUMP_STDLOGLVL=4
kdump_pre /x
kdump_post /x
kdump_emergency /x
extra_bins /x
extra_modules gfs2
force_rebuild 1
fence_kdump_args -p 7410
fence_kdump_nodes a b
failure_action explode
final_action shell
EOF
}

@test "an empty value, a value twice, and tabs and CRLF are taken as the tool takes them" {
    import sysconfig < <(printf 'KDUMP_SAVEDIR=""\r\nKDUMP_CPUS=1\r\n\tKDUMP_CPUS = 3\r\nKDUMP_CPUS="2"\t# two\r\nKDUMP_DUMPLEVEL=\\\r\n1\r\n')
    [ "$(value_of target)" = file:///var/crash ]
    [ "$(value_of threads)" = 2 ]
    [ "$(value_of dump-level)" = 1 ]
    [[ $output == *"# line 2: KDUMP_CPUS=1"$'\n'"# set again in line 4"* ]]
    [[ $errors == *":3: KDUMP_CPUS"*"not an assignment"* ]]
    import sysconfig <<<'KDUMP_CPUS=2; KDUMP_SAVEDIR=/srv; # both'
    nothing_lost
    [ "$(value_of threads) $(value_of target)" = "2 file:///srv" ]
    # The first line that is known tells what file it is.
    import sysconfig <<<$'test -f /etc/x && . /etc/x\nKDUMP_SAVEDIR=/srv'
    [ "$(value_of target)" = file:///srv ]
}

@test "no secret comes out, whatever it is in" {
    local n=0 line
    # A setting that is taken over in part, too: the secret is what begins with "sesame".
    while IFS= read -r line; do
        [ -n "$line" ] || continue
        n=$((n + 1))
        import file <<<"$line"
        [[ $output != *sesame* && $errors != *sesame* ]]
    done <<'EOF'
KDUMP_TRANSFER="lftp -u dump,sesame1 sftp://h.example"
KDUMP_POSTSCRIPT="curl -u dump:sesame2 https://h.example/x"
KDUMP_SAVEDIR="ftp://dump:open sesame3@h.example/crash"
kdump_post /usr/bin/curl -u dump:sesame4 https://h.example/
kdump_pre TOKEN=sesame5 /usr/bin/curl
core_collector /usr/local/bin/push --password=sesame6
core_collector makedumpfile -l --password=sesame7 -d 31
core_collector makedumpfile -l -d sesame8
dracut_args --mount "//h/share /m cifs username=u,password=sesame9"
dracut_args --add-drivers x --kernel-cmdline "rd.iscsi.password=sesame10"
dracut_args --mount "h:/e /m nfs sec=sys,password=sesame11"
fence_kdump_args -p 7410 -k sesame12
KDUMP_FAIL_CMD="curl -u dump:sesame13 https://h/; reboot -f"
KDUMP_FAIL_CMD="PW=sesame14 reboot -f"
KDUMP_FAIL_CMD="echo sesame53; reboot -f"
KDUMP_FAIL_CMD="reboot -f; echo sesame54"
FTP_PASSWORD=sesame15
KDUMP_SMTP_PASSWORD='sesame16'
KDUMP_SMTP_SERVER="smtps://u:sesame17@h"
KDUMP_SAVEDIR="ssh://u:sesame18@h/s"
KDUMP_SAVEDIR="ssh://u:x/sesame19@h/s"
KDUMP_SAVEDIR="ssh://u:x /sesame20@h/s"
KDUMP_SAVEDIR="ssh://u:a@sesame21@h/s"
KDUMP_SAVEDIR="cifs://h/s?password=sesame22"
KDUMP_SAVEDIR="https://sesame23@h/s"
KDUMP_SAVEDIR="/a sftp://u:sesame24@h/x"
SSH=u:sesame25@h
FTP="u:sesame26@h:/x"
NFS="u:sesame27@h:/x"
ssh u:sesame28@h
nfs u:sesame29@h:/e
KDUMP_COMMANDLINE_APPEND="numa=off netroot=iscsi:u:sesame30@h::3260::iqn rd.iscsi.password=sesame31"
KDUMP_COMMANDLINE_REMOVE="rd.luks.key=sesame32"
KDUMP_CMDLINE="root=cifs://u:sesame33@h/s quiet"
KEXEC_ARGS="--append=password=sesame34"
MAKEDUMPFILE_OPTIONS="-l sesame35"
MAKEDUMP_ARGS="--token=sesame36 -l"
KDUMP_CPUS="${X:-sesame37}"
KDUMP_CPUS=$(curl -u u:sesame38 h)
KDUMP_SAVEDIR="ssh://u:sesame39
KDUMP_CPUS=2; curl -u u:sesame40 h
KDUMP_CPUS=2 MY_TOKEN=sesame41
export API_KEY=sesame42; KDUMP_CPUS=1
KDUMP_REQUIRED_PROGRAMS="/bin/x sesame43"
KDUMP_SAVEDIR="ftp://dump:sesame44"
VENDOR_KEY=sesame45
vendor_option sesame46
kdump_emergency /x sesame47
extra_bins /x sesame48
KDUMP_POSTSCRIPT="curl -u u:sesame49 h"; KDUMP_POSTSCRIPT=""
KDUMP_KEXEC_ARGS="-x sesame50"
options mod key=sesame51
path "/srv/sesame52
EOF
    [ "$n" -ge 50 ]
}
