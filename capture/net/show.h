/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `ip -json` prints, as far as it matters here. Format: iproute2; keys come and go with its
 * versions. */
#pragma once

#include "net/plan.h"

struct seen_link {
	char name[NET_NAME_MAX];
	char mac[NET_MAC_MAX];         /* permanent where it has one, else the one it has; "" */
	char kind[20];                 /* "vlan", "bond", "bridge", ...; "": a device of its own */
	char master[NET_NAME_MAX];     /* of a port; "" */
	char parent[NET_NAME_MAX];     /* of a VLAN; "" */
	char options[NET_OPTIONS_MAX]; /* of a bond, as in struct net_link */
	unsigned int mtu, id;
	bool service;       /* VLAN: 802.1ad */
	bool hardware_like; /* Ethernet or InfiniBand, not the loopback */
	bool up, carrier;
};

struct seen_address {
	char link[NET_NAME_MAX];
	char address[NET_ADDRESS_MAX];
	char prefix[NET_PREFIX_MAX];
	enum net_family family;
	unsigned int length;
	bool dynamic, global, tentative, failed; /* failed: another host has it */
};

struct seen_route {
	char type[16]; /* "": an ordinary one; "local", "unreachable", ... */
	char to[NET_PREFIX_MAX];
	char via[NET_ADDRESS_MAX];
	char link[NET_NAME_MAX];
	char src[NET_ADDRESS_MAX];
	char protocol[16]; /* "kernel", "dhcp", "ra", ...; "" */
	bool onlink;
	bool other_family; /* the gateway is of another family than the route */
};

/* Each: 0, -ENOMEM, or -EINVAL when it is not that. *out is the caller's to free. */
int net_show_links(const char *buf, size_t len, struct seen_link **out, size_t *n) _must_check_;
int net_show_addresses(const char *buf, size_t len, struct seen_address **out,
		       size_t *n) _must_check_;
/* The first route. -ENOENT: there is none. */
int net_show_route(const char *buf, size_t len, struct seen_route *out) _must_check_;
