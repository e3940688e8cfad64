#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# For the DHCP client of a capture boot, udhcpc, dhcpcd or dhclient: tells what was got; the capture program, which reads it,
# does the rest.
# shellcheck disable=SC2154 # the clients' variables

lease() {
    printf '%s\n' "ip=$1" "subnet=$2" "router=$3" "staticroutes=$4" "dns=$5" "domain=$6" "search=$7" "mtu=$8" "ipv6=$9"
}

# dhclient's classless routes are a list of bytes (RFC 3442): as much of each destination as its length needs, then the router.
routes() {
    while [ $# -ge 5 ]; do
        length=$1 to='' n=0
        shift
        while [ "$n" -lt 4 ]; do
            if [ $((n * 8)) -lt "$length" ]; then
                to=$to${to:+.}$1
                shift
            else
                to=$to${to:+.}0
            fi
            n=$((n + 1))
        done
        [ $# -ge 4 ] || break
        printf '%s/%s %s.%s.%s.%s ' "$to" "$length" "$1" "$2" "$3" "$4"
        shift 4
    done
}

# Whole or not at all: the program looks at it when the client has ended.
put() {
    lease "$@" > "$fadump_ng_lease.new" && mv "$fadump_ng_lease.new" "$fadump_ng_lease"
}

case ${1-}:${reason-} in
    bound: | renew:)
        lease "$ip" "${mask:-$subnet}" "$router" "$staticroutes" "$dns" "$domain" "$search" "$mtu" "$ipv6"
        ;;
    *:BOUND | *:RENEW | *:REBIND | *:REBOOT)
        # shellcheck disable=SC2086 # bytes
        put "$new_ip_address" "$new_subnet_mask" "$new_routers" \
            "${new_classless_static_routes:-$(routes $new_rfc3442_classless_static_routes)}" "$new_domain_name_servers" \
            "$new_domain_name" "$new_domain_search" "$new_interface_mtu" ''
        ;;
    *:BOUND6 | *:RENEW6 | *:REBIND6 | *:REBOOT6)
        put '' '' '' '' "$new_dhcp6_name_servers" '' "$new_dhcp6_domain_search" '' \
            "${new_ip6_address:-$new_dhcp6_ia_na1_ia_addr1}"
        ;;
    *) exit 0 ;;
esac
# dhclient stays to renew the lease, and releases it when it is asked to end.
[ -z "${new_expiry-}${new_max_life-}" ] || [ "$(cat "/proc/$PPID/comm" 2> /dev/null)" != dhclient ] || kill -KILL "$PPID"
