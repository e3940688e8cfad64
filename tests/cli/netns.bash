# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A machine with one network card, eth0, and a server behind it, in namespaces of their own. Sourced by what runs
# in `unshare --net --mount`; $T is the test's directory.

mount --make-rprivate /
mount -t sysfs sysfs /sys
mkdir -p "$T/etc"
cp /etc/passwd "$T/etc"
echo 'nameserver 203.0.113.1' >"$T/resolv.conf"
ln -sf "$T/resolv.conf" "$T/etc/resolv.conf"
mount --bind "$T/etc" /etc

ip link add name eth0 type veth peer name srv
unshare --net sleep 300 3>&- &
server=$!
trap 'kill $server $children 2>/dev/null' EXIT
children=
until [ "$(readlink /proc/$server/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done
ip link set srv netns "$server"

there() {
    nsenter --net=/proc/$server/ns/net "$@"
}

there ip link set lo up
there ip link set srv up
there ip addr add 198.51.100.1/24 dev srv
there ip addr add 203.0.113.1/32 dev lo
there ip addr add 2001:db8:9::1/64 dev srv nodad
there ip addr add 2001:db8:77::1/128 dev lo

# A process beside, ended with the test.
beside() {
    # Not through a function: it is this very process that is to be ended.
    nsenter --net=/proc/$server/ns/net "$@" >>"$T/beside.log" 2>&1 3>&- &
    children="$children $!"
}

dhcp_server() {
    printf '%s\n' 'start 198.51.100.20' 'end 198.51.100.30' 'interface srv' "lease_file $T/leases" "pidfile $T/pid" \
        'option subnet 255.255.255.0' 'option router 198.51.100.1' 'option dns 203.0.113.1' \
        'option domain lab.example' "$@" >"$T/udhcpd.conf"
    : >"$T/leases"
    beside busybox udhcpd -f "$T/udhcpd.conf"
}

router() {
    beside /usr/bin/python3 -c '
import socket, struct, time
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
index = socket.if_nametoindex("srv")
advert = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + struct.pack(
    "!BBBBIII16s", 3, 4, 64, 0xC0, 86400, 14400, 0, socket.inet_pton(socket.AF_INET6, "2001:db8:9::"))
while True:
    try:
        s.sendto(advert, ("ff02::1", 0, 0, index))
    except OSError:
        pass
    time.sleep(0.5)'
}

# What there is of a network, without what comes and goes by itself.
state() {
    ip -o link | sed 's/ qdisc.*//; s/,\(LOWER_UP\|M-DOWN\|NO-CARRIER\)//g'
    ip -o addr | grep -v ' fe80:' || :
    ip route
    ip -6 route | grep -v '^fe80' || :
    stat -c '%N %F' /etc/resolv.conf*
    cat /etc/resolv.conf
    cat /proc/sys/net/ipv6/conf/eth0/accept_ra
}

# netup in the background: fd 4 holds it up.
up() {
    rm -f "$T/hold" "$T/said"
    mkfifo "$T/hold"
    PATH=${NETUP_PATH-$PATH} "$TOOLS/netup" "$T/plan" "$1" "${2:-20}" "$T/udhcpc" <"$T/hold" >"$T/said" 2>&1 3>&- &
    netup=$!
    exec 4>"$T/hold"
    until grep -qs . "$T/said" || ! kill -0 "$netup" 2>/dev/null; do sleep 0.1; done
    cat "$T/said"
    grep -q '^up' "$T/said"
}

down() {
    exec 4>&-
    wait "$netup"
    tail -n 1 "$T/said"
}

fails() {
    if "$TOOLS/netup" "$T/plan" "$1" "${2:-3}" "$T/udhcpc" </dev/null >"$T/said" 2>&1 3>&-; then return 1; fi
    cat "$T/said"
}

# set -e does not see a "!".
never() {
    if "$@"; then return 1; fi
}
