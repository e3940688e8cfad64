/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolv.conf(5) and hosts(5), as far as they matter here. */
#pragma once

#include "net/plan.h"

#define RESOLV_PATH "/etc/resolv.conf"
/* The real servers, where systemd-resolved stands before them. */
#define RESOLV_RESOLVED "/run/systemd/resolve/resolv.conf"
/* The first line of what resolv_format() gives. */
#define RESOLV_OURS "# Written by fadump-ng for the time of the capture.\n"
#define HOSTS_PATH  "/etc/hosts"
#define RESOLV_MAX  (64 * KIB)

struct resolv {
	char servers[NET_SERVERS_MAX][NET_ADDRESS_MAX]; /* not those of this machine itself */
	size_t n_servers;
	bool local; /* a server on this machine itself was named */
	char search[NET_SEARCH_MAX];
};

/* What is not understood is left out. */
void resolv_parse(const char *buf, size_t len, struct resolv *out);
/* The text for a plan; the caller frees it; NULL without memory. */
char *resolv_format(const struct net_plan *p);
/* Does hosts(5) know the name? */
bool hosts_know(const char *buf, size_t len, const char *name);
