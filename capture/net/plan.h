/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a target's host is reached: interfaces, addresses, routes, name servers. Recorded from the
 * running system or written as dracut's words, kept in the image as text, carried out by net/up.h
 * in a capture boot.
 *
 * The text is lines of "key = words":
 *
 *     target = HOST                        begins what is for this host; without one: for all hosts
 *     device = NAME [mac=MAC] [mtu=N]      "*": whichever has a carrier
 *     bond = NAME ports=NAME,... [mtu=N] [OPTION=VALUE ...]      options as ip-link(8) names them
 *     vlan = NAME parent=NAME id=N [protocol=802.1ad] [mtu=N]
 *     address = NAME PREFIX | dhcp | dhcp6 | auto6 | link6
 *     route = PREFIX|default [via=ADDRESS] [dev=NAME] [src=ADDRESS] [onlink]
 *     nameserver = ADDRESS
 *     search = DOMAIN ...
 *
 * An interface stands before what is made of it.
 */
#pragma once

#include "base/macros.h"
#include "net/address.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define NET_PATH          "/etc/fadump-ng.network" /* in the image */
#define NET_TEXT_MAX      (64 * KIB)
#define NET_ANY           "*"
#define NET_LINKS_MAX     24
#define NET_PORTS_MAX     8
#define NET_ADDRESSES_MAX 24
#define NET_ROUTES_MAX    24
#define NET_SERVERS_MAX   3 /* as many as resolv.conf(5) takes */
#define NET_OPTIONS_MAX   320
#define NET_SEARCH_MAX    256
#define NET_HOST_MAX      256

enum net_kind { NET_DEVICE, NET_BOND, NET_VLAN };
enum net_how { NET_STATIC, NET_DHCP, NET_DHCP6, NET_AUTO6, NET_LINK6 };

struct net_link {
	enum net_kind kind;
	char name[NET_NAME_MAX];
	unsigned int mtu;                        /* 0: as it is */
	char mac[NET_MAC_MAX];                   /* device: its permanent address; "" unknown */
	char ports[NET_PORTS_MAX][NET_NAME_MAX]; /* bond */
	size_t n_ports;
	char options[NET_OPTIONS_MAX]; /* bond: "mode=active-backup miimon=100" */
	char parent[NET_NAME_MAX];     /* VLAN */
	unsigned int id;               /* VLAN */
	bool service;                  /* VLAN: protocol 802.1ad */
};

struct net_address {
	char link[NET_NAME_MAX];
	enum net_how how;
	char prefix[NET_PREFIX_MAX]; /* static */
};

struct net_route {
	char to[NET_PREFIX_MAX];   /* "default": the family is that of via, or IPv4 */
	char via[NET_ADDRESS_MAX]; /* "": on the link itself */
	char link[NET_NAME_MAX];   /* "": whichever link the gateway is on */
	char src[NET_ADDRESS_MAX]; /* "" */
	bool onlink;               /* the gateway is there though no address says so */
};

struct net_plan {
	char target[NET_HOST_MAX]; /* host of the URL; "": for all */
	struct net_link links[NET_LINKS_MAX];
	size_t n_links;
	struct net_address addresses[NET_ADDRESSES_MAX];
	size_t n_addresses;
	struct net_route routes[NET_ROUTES_MAX];
	size_t n_routes;
	char servers[NET_SERVERS_MAX][NET_ADDRESS_MAX];
	size_t n_servers;
	char search[NET_SEARCH_MAX];
};

/* What is wrong with a plan, in one line for people. */
struct net_error {
	unsigned int line; /* of the text; 0: not in one */
	char text[240];
};

/*
 * The part of the text that is for host, or the one that is for all. All parts are checked. 0;
 * -ENOENT there is none for it; -EINVAL with *error filled.
 */
int net_plan_parse(const char *buf, size_t len, const char *host, struct net_plan *out,
		   struct net_error *error) _must_check_;
void net_plan_print(FILE *f, const struct net_plan *p);

/* One "key = words" line added to a plan: what the parser is made of. 0 or -EINVAL. */
int net_plan_add(struct net_plan *p, const char *key, char *words,
		 struct net_error *error) _must_check_;

const struct net_link *net_plan_link(const struct net_plan *p, const char *name);
bool net_plan_needs(const struct net_plan *p, enum net_how how);

/* Each adds what is not there yet. NULL or -E2BIG when there is no room. */
struct net_link *net_plan_add_link(struct net_plan *p, enum net_kind kind, const char *name);
int net_plan_add_address(struct net_plan *p, const struct net_address *a) _must_check_;
int net_plan_add_route(struct net_plan *p, const struct net_route *r) _must_check_;
int net_plan_add_server(struct net_plan *p, const char *address) _must_check_;

/* One of a bond's options, as ip-link(8) names them. 0 or -EINVAL. */
int net_link_add_option(struct net_link *l, const char *key, const char *value,
			struct net_error *error) _must_check_;

/* Fill *error, for modules of net/; the value is -EINVAL. */
void net_complain(struct net_error *error, const char *fmt, ...) _printf_(2, 3);
#define net_refuse(error, ...) (net_complain(error, __VA_ARGS__), -EINVAL)
