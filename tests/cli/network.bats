#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The network of a capture: brought up over a real interface to a real server in namespaces, and down again; what this
# machine's kernel has no driver for, with an `ip` that writes down what it is told. The lab sees the rest.

load lib

setup() {
    cli_setup
    export T HERE
    cp "$HERE/../../modules.d/99fadump-ng/fadump-ng-udhcpc.sh" "$T/udhcpc"
    chmod +x "$T/udhcpc"
    mkdir -p "$T/bin" "$T/root/etc"
}

plan() {
    printf '%s\n' "$@" >"$T/plan"
}

# A script between namespaces. Without the right to make them, or without veth, there is nothing to see.
inside() {
    unshare --net --mount ip link add name eth0 type veth peer name srv 2>/dev/null || skip "no network namespaces here"
    timeout 120 unshare --net --mount bash -exuc ". '$HERE/netns.bash'; $1" 3>&-
}

conf() {
    printf '%s\n' "$@" >"$T/root/etc/fadump-ng.conf"
}

@test "static: found by its MAC address whatever it is called, reached beyond a router, then as it was" {
    inside '
printf "%s\n" "device = old0 mac=$(cat /sys/class/net/eth0/address) mtu=1400" "address = old0 198.51.100.5/24" \
    "route = default via=198.51.100.1 dev=old0" "nameserver = 203.0.113.1" "search = lab.example" >$T/plan
state >$T/before
up 203.0.113.1
ip addr show eth0 | grep "mtu 1400"
ip addr show eth0 | grep "inet 198.51.100.5/24"
ip route get 203.0.113.1 | grep "via 198.51.100.1 dev eth0"
grep "^nameserver 203.0.113.1$" /etc/resolv.conf
grep "^search lab.example$" /etc/resolv.conf
busybox ping -c 1 -W 3 203.0.113.1
down
state >$T/after
diff $T/before $T/after'
}

@test "static IPv6: waits until the address may be used; one that somebody else has is refused" {
    inside '
printf "%s\n" "device = eth0" "address = eth0 2001:db8:9::5/64" "route = default via=2001:db8:9::1 dev=eth0" >$T/plan
state >$T/before
up 2001:db8:77::1
never grep tentative <<<"$(ip -6 addr show dev eth0 | grep -v " fe80:")"
busybox ping -6 -c 1 -W 3 2001:db8:77::1
down
state >$T/after
diff $T/before $T/after
there ip addr add 2001:db8:9::5/64 dev srv nodad
fails 2001:db8:77::1 10
grep "another host on the link has 2001:db8:9::5" $T/said
state >$T/after
diff $T/before $T/after'
}

@test "DHCP: address, way out and name server; on the interface that is named, or on any that answers" {
    command -v busybox >/dev/null || skip "busybox is not installed"
    inside '
dhcp_server
state >$T/before
for name in eth0 "*"; do
    printf "%s\n" "device = $name" "address = $name dhcp" >$T/plan
    up 203.0.113.1
    ip addr show eth0 | grep "inet 198.51.100.[23][0-9]/24"
    grep "^nameserver 203.0.113.1$" /etc/resolv.conf
    grep "^search lab.example$" /etc/resolv.conf
    busybox ping -c 1 -W 3 203.0.113.1
    down
    state >$T/after
    diff $T/before $T/after
done'
}

@test "DHCP: classless routes take the place of the router, and an MTU is taken and put back" {
    command -v busybox >/dev/null || skip "busybox is not installed"
    inside '
dhcp_server "option mtu 1300" "option staticroutes 203.0.113.0/24 198.51.100.1"
printf "%s\n" "device = eth0" "address = eth0 dhcp" >$T/plan
state >$T/before
up 203.0.113.1
ip addr show eth0 | grep "mtu 1300"
ip route | grep "^203.0.113.0/24 via 198.51.100.1"
never grep ^default <<<"$(ip route)"
down
state >$T/after
diff $T/before $T/after'
}

# by_client CLIENT: a lease by this one, where no other is installed.
by_client() {
    command -v busybox >/dev/null || skip "busybox is not installed"
    command -v "$1" >/dev/null || skip "$1 is not installed"
    local program
    mkdir "$T/only"
    for program in ip udevadm modprobe getent sh cat mv "$1"; do
        ! command -v "$program" >/dev/null || ln -s "$(command -v "$program")" "$T/only/$program"
    done
    cp "$HERE/../../modules.d/99fadump-ng/fadump-ng-dhclient.conf" "$T/udhcpc.conf"
    export NETUP_PATH=$T/only
    inside '
dhcp_server "option mtu 1300" "option staticroutes 203.0.113.0/24 198.51.100.1, 192.0.2.128/25 198.51.100.1"
printf "%s\n" "device = eth0" "address = eth0 dhcp" >$T/plan
state >$T/before
up 203.0.113.1 60
ip addr show eth0
ip addr show eth0 | grep "mtu 1300"
[ "$(ip -4 addr show eth0 | grep -c "inet 198.51.100.[23][0-9]/24")" = 1 ]
ip route | grep "^203.0.113.0/24 via 198.51.100.1"
ip route | grep "^192.0.2.128/25 via 198.51.100.1"
grep "^nameserver 203.0.113.1$" /etc/resolv.conf
busybox ping -c 1 -W 3 203.0.113.1
down
state >$T/after
diff $T/before $T/after
# Nothing of the client stays.
[ -z "$(ls /run/fadump-ng/lease.* /run/fadump-ng/dhclient.* 2>/dev/null)" ]'
}

@test "DHCP by dhcpcd, where that is the client" {
    by_client dhcpcd
}

@test "DHCP by dhclient, where that is the client" {
    by_client dhclient
}

@test "autoconfigured IPv6: the router is listened to, and the settings are put back" {
    inside '
router
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_ra
printf "%s\n" "device = eth0" "address = eth0 auto6" >$T/plan
state >$T/before
up 2001:db8:77::1
ip -6 addr show dev eth0 | grep "inet6 2001:db8:9:"
busybox ping -6 -c 1 -W 3 2001:db8:77::1
down
state >$T/after
diff $T/before $T/after'
}

@test "what does not come is said in one line, in time, and nothing is left behind" {
    command -v busybox >/dev/null || skip "busybox is not installed"
    inside '
state >$T/before
try() {
    local from=$SECONDS
    fails 203.0.113.1 3
    grep -F "$1" $T/said
    [ "$(wc -l <$T/said)" = 1 ]
    [ $((SECONDS - from)) -le 15 ]
    state >$T/after
    diff $T/before $T/after
}
printf "%s\n" "device = eth0" "address = eth0 dhcp" >$T/plan
try "eth0: no DHCP server answered"
printf "%s\n" "device = eth0" "address = eth0 auto6" >$T/plan
try "eth0: no router gave it an IPv6 address"
printf "%s\n" "device = eth7 mac=02:00:00:00:00:07" "address = eth7 dhcp" >$T/plan
try "interface eth7 with the address 02:00:00:00:00:07 did not appear; is its driver in the image?"
printf "%s\n" "device = eth0" "address = eth0 198.51.100.5/24" >$T/plan
try "Network is unreachable"
printf "%s\n" "device = eth0" "address = eth0 198.51.100.5/24" "route = default via=192.0.2.1 dev=eth0" >$T/plan
try "ip -4 route replace default via 192.0.2.1 dev eth0 proto 250: "
there ip link set srv down
try "eth0 has no carrier"
printf "%s\n" "device = *" "address = * dhcp" >$T/plan
try "no interface has a carrier"'
}

@test "what was there before stays: an address, routes, an interface that is up, its MTU, somebody else's default route" {
    inside '
ip addr add 198.51.100.5/24 dev eth0
ip link set eth0 up
ip route add default via 198.51.100.1
ip route add 203.0.113.0/24 via 198.51.100.1
until ip route get 203.0.113.1; do sleep 0.1; done
printf "%s\n" "device = eth0 mtu=1400" "address = eth0 198.51.100.5/24" "address = eth0 dhcp" \
    "route = default via=198.51.100.1 dev=eth0" "route = 203.0.113.0/24 via=198.51.100.1 dev=eth0" >$T/plan
state >$T/before
up 203.0.113.1
state >$T/meanwhile
diff $T/before $T/meanwhile
down
state >$T/after
diff $T/before $T/after

# The root file system is beyond eth1.
ip addr flush dev eth0
ip link set eth0 down
ip link add name eth1 type veth peer name beyond
ip addr add 192.0.2.2/24 dev eth1
ip link set eth1 up
ip link set beyond up
ip route add default via 192.0.2.1
printf "%s\n" "device = eth0" "address = eth0 198.51.100.5/24" "route = default via=198.51.100.1 dev=eth0" >$T/plan
state >$T/before
up 203.0.113.1
ip route get 203.0.113.1 | grep "via 198.51.100.1 dev eth0"
ip route show default | grep "via 192.0.2.1 dev eth1"
busybox ping -c 1 -W 3 203.0.113.1
down
state >$T/after
diff $T/before $T/after'
}

@test "what somebody else has set up meanwhile stays, and the interface with it" {
    inside '
printf "%s\n" "device = eth0 mtu=1400" "address = eth0 198.51.100.5/24" "route = default via=198.51.100.1 dev=eth0" \
    "nameserver = 203.0.113.1" >$T/plan
up 203.0.113.1
# As the boot does it for a root file system across the network.
ip addr add 198.51.100.77/24 dev eth0
ip route replace default via 198.51.100.1 dev eth0 proto dhcp
ip link set dev eth0 mtu 1450
rm /etc/resolv.conf
echo "nameserver 203.0.113.7" >/etc/resolv.conf
down
ip link show eth0 | grep "mtu 1450.*UP"
ip addr show eth0 | grep "inet 198.51.100.77/24"
ip route show default | grep "via 198.51.100.1 dev eth0 proto dhcp"
[ "$(cat /etc/resolv.conf)" = "nameserver 203.0.113.7" ]
# Of another network.
ip addr flush dev eth0
ip link set eth0 down
up 203.0.113.1
ip addr add 192.0.2.77/24 dev eth0
down
ip link show eth0 | grep UP
ip addr show eth0 | grep "inet 192.0.2.77/24"
never grep "198.51.100.5/" <<<"$(ip addr show eth0)"'
}

@test "a boot that brings up a network of its own: it is waited for, used, and left as it is" {
    export CORE=$T/core MKCORE
    core sound-900-cpus
    PATH=$T/bin:$PATH
    stub mount.nfs 'exit 32'
    inside '
: >/etc/initrd-release
mkdir -p /etc/cmdline.d
echo "rd.neednet=1" >/etc/cmdline.d/40-root.conf
printf "%s\n" "device = eth0" "address = eth0 198.51.100.5/24" "route = default via=198.51.100.1 dev=eth0" >/etc/fadump-ng.network
echo "network-deadline = 120s" >$T/conf
"$FADUMP_NG" --config $T/conf capture --core $CORE --target nfs://203.0.113.1/x >$T/log 2>&1 3>&- &
capture=$!
until grep "brings up one of its own (rd.neednet=1); waiting for it" $T/log; do sleep 0.1; done
ip addr add 198.51.100.9/24 dev eth0
ip link set eth0 up
ip route add default via 198.51.100.1
wait $capture || :
cat $T/log
grep "network: 203.0.113.1 is reached over eth0, which is up already" $T/log
never grep "bringing it up\|down again" $T/log
ip addr show eth0 | grep "inet 198.51.100.9/24"
ip route show default | grep "via 198.51.100.1 dev eth0"'
}

@test "a default route by which nothing answers is no way to a target" {
    export CORE=$T/core MKCORE
    core sound-900-cpus
    PATH=$T/bin:$PATH
    stub mount.nfs 'ip route get 203.0.113.1; exit 32'
    inside '
: >/etc/initrd-release
ip link add name eth1 type veth peer name beyond
ip addr add 192.0.2.2/24 dev eth1
ip link set eth1 up
ip link set beyond up
ip route add default via 192.0.2.1
printf "%s\n" "device = eth0" "address = eth0 198.51.100.5/24" "route = default via=198.51.100.1 dev=eth0" >/etc/fadump-ng.network
state >$T/before
"$FADUMP_NG" capture --core $CORE --target nfs://203.0.113.1/x >$T/log 2>&1 3>&- || :
cat $T/log
grep "network: bringing it up for 203.0.113.1" $T/log
grep "network: 203.0.113.1 is reached over eth0" $T/log
grep "network: down again, as it was" $T/log
state >$T/after
diff $T/before $T/after'
}

# Interfaces come into being as they are made.
recording_ip() {
    stub ip '
card() {
    printf "{\"ifname\":\"%s\",\"flags\":[\"BROADCAST\"%s],\"mtu\":1500,\"link_type\":\"ether\",\"address\":\"%s\"%s}" "$@"
}
case "$*" in
"-json -details link show")
    printf "["
    card ens1 "" 52:54:00:00:00:01 ; printf ,
    card ens2 "" 52:54:00:00:00:02
    [ ! -e "$STUB/bond0" ] || { printf , ; card bond0 "$(cat "$STUB/bond0")" 52:54:00:00:00:01 ",\"linkinfo\":{\"info_kind\":\"bond\"}"; }
    [ ! -e "$STUB/bond0.5" ] || { printf , ; card bond0.5 ",\"UP\",\"LOWER_UP\"" 52:54:00:00:00:01 ",\"linkinfo\":{\"info_kind\":\"vlan\"}"; }
    printf "]\n" ;;
"-json addr show"* | "-json -"[46]" route show"*) exit 1 ;;
"-json route get"*) printf "[{\"dst\":\"203.0.113.1\",\"dev\":\"bond0.5\",\"prefsrc\":\"198.51.100.5\",\"flags\":[]}]\n" ;;
*)
    echo "ip $*" >>"$STUB/calls"
    case "$*" in
    "link add name bond0 "*) : >"$STUB/bond0" ;;
    "link add link bond0 "*) : >"$STUB/bond0.5" ;;
    "link del dev "*) rm "$STUB/$4" ;;
    *"$STUB_FAILS"*) [ -z "$STUB_FAILS" ] || { echo "RTNETLINK answers: Operation not permitted" >&2; exit 2; } ;;
    esac ;;
esac'
    stub modprobe 'echo "modprobe $*" >>"$STUB/calls"'
    export STUB=$T STUB_FAILS=
    PATH=$T/bin:$PATH
    plan 'device = eth0 mac=52:54:00:00:00:02' 'device = eth1 mac=52:54:00:00:00:01' \
        'bond = bond0 ports=eth0,eth1 mtu=9000 mode=active-backup miimon=100 primary=eth0' \
        'vlan = bond0.5 parent=bond0 id=5 mtu=1400' 'address = bond0.5 198.51.100.5/24' \
        'route = default via=198.51.100.1 dev=bond0.5'
}

@test "a VLAN on a bond is made of the cards with the recorded addresses, and goes in the opposite order" {
    recording_ip
    run "$TOOLS/netup" "$T/plan" 203.0.113.1 10 "$T/udhcpc" </dev/null
    echo "$output"
    [ "$status" = 0 ]
    cat "$T/calls"
    # Where the driver is built in there is nothing to load.
    diff - <(grep -v modprobe "$T/calls") <<'END'
ip link add name bond0 type bond mode active-backup miimon 100 primary ens2
ip link set dev ens2 down
ip link set dev ens2 master bond0
ip link set dev ens1 down
ip link set dev ens1 master bond0
ip link set dev bond0 mtu 9000
ip link set dev bond0 up
ip link add link bond0 name bond0.5 type vlan protocol 802.1Q id 5
ip link set dev bond0.5 mtu 1400
ip link set dev bond0.5 up
ip addr replace 198.51.100.5/24 dev bond0.5
ip -4 route replace default via 198.51.100.1 dev bond0.5 proto 250
ip -4 route del default dev bond0.5 proto 250
ip addr del 198.51.100.5/24 dev bond0.5
ip addr flush dev bond0.5
ip link set dev bond0.5 down
ip link del dev bond0.5
ip addr flush dev bond0
ip link set dev bond0 down
ip link del dev bond0
END
}

@test "an idle bond0 of the driver's own gives way, and is there again in the end" {
    recording_ip
    : >"$T/bond0"
    run "$TOOLS/netup" "$T/plan" 203.0.113.1 10 "$T/udhcpc" </dev/null
    [ "$status" = 0 ]
    [ "$(grep -v modprobe "$T/calls" | head -n 1)" = "ip link del dev bond0" ]
    [ "$(grep -v modprobe "$T/calls" | tail -n 1)" = "ip link add name bond0 type bond" ]
    # One that is in use is used, and stays.
    : >"$T/calls"
    rm -f "$T/bond0.5"
    echo ',"UP","LOWER_UP"' >"$T/bond0"
    run "$TOOLS/netup" "$T/plan" 203.0.113.1 10 "$T/udhcpc" </dev/null
    [ "$status" = 0 ]
    ! grep -E 'add name bond0|del dev bond0$|dev bond0 down' "$T/calls"
}

@test "a command that fails is shown with what it said, and what was done is undone" {
    recording_ip
    export STUB_FAILS='dev ens1 master'
    run "$TOOLS/netup" "$T/plan" 203.0.113.1 10 "$T/udhcpc" </dev/null
    [ "$status" = 1 ]
    [ "$output" = "ip link set dev ens1 master bond0: RTNETLINK answers: Operation not permitted" ]
    [ ! -e "$T/bond0" ]
    [ "$(grep -v modprobe "$T/calls" | tail -n 1)" = "ip link del dev bond0" ]
}

@test "config network: nothing without a target across one, or with none; the words for all hosts" {
    conf 'target = file:///var/crash'
    fadump config network
    [ "$status" = 0 ]
    [ -z "$output" ]
    conf 'target = ssh://u@server/x' 'network = none'
    fadump config network
    [ "$status" = 0 ]
    [ -z "$output" ]
    conf 'target = ssh://u@server/x' 'target = nfs://other/x' \
        'network = vlan=bond7.5:bond7 bond=bond7:cardA,cardB:mode=802.3ad ip=192.0.2.5::192.0.2.1:24::bond7.5:none'
    fadump config network
    [ "$status" = 0 ]
    diff - <(printf '%s\n' "$output") <<'END'
device = cardA
device = cardB
bond = bond7 ports=cardA,cardB mode=802.3ad
vlan = bond7.5 parent=bond7 id=5
address = bond7.5 192.0.2.5/24
route = default via=192.0.2.1 dev=bond7.5
END
    fadump config network --needs
    diff - <(printf '%s\n' "$output") <<'END'
interface cardA
interface cardB
module bonding
module 8021q
END
}

@test "config network --boot: the word by which the boot brings up a network of its own" {
    conf 'target = file:///x'
    mkdir -p "$T/root/proc"
    echo 'root=/dev/sda2 ro' >"$T/root/proc/cmdline"
    fadump config network --boot
    [ "$status" = 0 ]
    [ -z "$output" ]
    echo 'root=nfs:192.0.2.1:/x ro' >"$T/root/proc/cmdline"
    fadump config network --boot
    [ "$output" = root=nfs:192.0.2.1:/x ]
    fadump config check --boot
    [ "$status" = 2 ]
}

@test "config check and config network name the word that is wrong" {
    local command
    for command in check network; do
        conf 'target = ssh://u@192.0.2.1/x' 'network = ip=eth0:dhcp gateway=1.2.3.4'
        fadump config $command
        [ "$status" = 4 ]
        [[ $errors == *"network: gateway=1.2.3.4: not one of ip="* ]]
        [ "$(wc -l <"$T/stderr")" = 1 ]
    done
    conf 'network-deadline = off'
    fadump config check
    [ "$status" = 4 ]
}

@test "config network: a host that cannot be found, and no way to one, fail with the target and why" {
    PATH=$T/bin:$PATH
    stub getent 'exit 2'
    conf 'target = ssh://u@nowhere.example/x'
    fadump config network
    [ "$status" = 1 ]
    [[ $errors == *"target ssh://u@nowhere.example/x: the name nowhere.example cannot be resolved"* ]]
    stub ip 'case "$*" in *"link show" | *"addr show") echo "[]" ;; *) echo "RTNETLINK answers: Network is unreachable" >&2; exit 2 ;; esac'
    conf 'target = nfs://192.0.2.1/x'
    fadump config network
    [ "$status" = 1 ]
    [[ $errors == *"192.0.2.1: RTNETLINK answers: Network is unreachable"* ]]
    [ "$(wc -l <"$T/stderr")" = 1 ]
}

@test "outside a capture boot's own initramfs a capture never touches the network" {
    rm -r "$T/root"
    tree pseries-dump
    PATH=$T/bin:$PATH
    stub ip 'echo "$*" >>"$STUB/calls"'
    stub makedumpfile 'exit 1'
    stub vmcore-dmesg 'exit 1'
    stub ssh 'exit 255'
    export STUB=$T
    conf 'target = ssh://u@192.0.2.1/x'
    fadump capture --no-release
    [ "$status" = 1 ]
    # Not even over a tree that looks like one.
    : >"$T/root/etc/initrd-release"
    fadump capture --no-release
    [ "$status" = 1 ]
    [ ! -e "$T/calls" ]
}

@test "a capture in an initramfs brings it up for the first target that needs it, once, and takes it down" {
    export CORE=$T/core MKCORE
    core sound-900-cpus
    PATH=$T/bin:$PATH
    # A target that cannot be mounted; what it saw of the network.
    stub mount.nfs 'ip route get 203.0.113.1; exit 32'
    stub ssh 'exit 255'
    inside '
: >/etc/initrd-release
printf "%s\n" "target = 203.0.113.1" "device = eth0" "address = eth0 198.51.100.5/24" \
    "route = default via=198.51.100.1 dev=eth0" "target = 192.0.2.1" "device = eth8" "address = eth8 dhcp" \
    >/etc/fadump-ng.network
echo "network-deadline = 2s" >$T/conf
state >$T/before
capture() {
    if "$FADUMP_NG" --config $T/conf capture --core $CORE "$@" >$T/log 2>&1 3>&-; then return 1; fi
    cat $T/log
    state >$T/after
    diff $T/before $T/after
}
capture --target file:///nowhere
never grep "network:" $T/log
capture --target nfs://203.0.113.1/x --target nfs://203.0.113.1/y
[ "$(grep -c "network: bringing it up" $T/log)" = 1 ]
grep "network: 203.0.113.1 is reached over eth0" $T/log
grep "network: down again, as it was" $T/log
# A failure is remembered, and the next host has its chance.
from=$SECONDS
capture --target nfs://192.0.2.1/x --target nfs://192.0.2.1/y --target nfs://203.0.113.1/x
[ "$(grep -c "nfs://192.0.2.1/.: network: interface eth8 did not appear" $T/log)" = 2 ]
[ "$(grep -c "network: bringing it up for 192.0.2.1" $T/log)" = 1 ]
grep "network: 203.0.113.1 is reached over eth0" $T/log
capture --target nfs://192.0.2.2/x
grep "/etc/fadump-ng.network in the image says nothing of 192.0.2.2; build the image again" $T/log
echo "network = none" >>$T/conf
capture --target nfs://203.0.113.1/x
never grep "network:" $T/log
# One that is up already is used and left alone.
ip addr add 198.51.100.9/24 dev eth0
ip link set eth0 up
ip route add default via 198.51.100.1
until ip route get 203.0.113.1; do sleep 0.1; done
sleep 2
state >$T/before
echo "network-deadline = 2s" >$T/conf
capture --target nfs://203.0.113.1/x
grep "network: 203.0.113.1 is reached over eth0, which is up already" $T/log
# Not an initramfs: nothing is looked at.
rm /etc/initrd-release
ip link set eth0 down
state >$T/before
capture --target nfs://203.0.113.1/x
never grep "network:" $T/log'
}
