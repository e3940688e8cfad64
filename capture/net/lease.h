/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a DHCP client got, as fadump-ng-udhcpc.sh says it: "name=value" lines with udhcpc's names.
 * It comes from the network: what is not an address is not believed.
 */
#pragma once

#include "net/plan.h"

struct lease {
	char prefix[NET_PREFIX_MAX];  /* IPv4; "" */
	char prefix6[NET_PREFIX_MAX]; /* IPv6; "" */
	unsigned int mtu;             /* 0: not said */
	struct net_route routes[8];
	size_t n_routes;
	char servers[NET_SERVERS_MAX][NET_ADDRESS_MAX];
	size_t n_servers;
	char search[NET_SEARCH_MAX];
};

/* 0, or -ENODATA when there is no address in it. */
int lease_parse(const char *buf, size_t len, struct lease *out) _must_check_;
