// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses: given, leased, or by autoconfiguration. */
#include "net/up_parts.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/dhcp.h"
#include "net/ip.h"
#include "net/lease.h"

#include <errno.h>
#include <string.h>

#define SETTINGS "/proc/sys/net/ipv6/conf/"

bool up_has_address(const char *name, enum net_family family, const char *prefix)
{
	const char *const argv[] = {"ip", "-json", "addr", "show", "dev", name, NULL};
	_cleanup_free_ struct seen_address *seen = NULL;
	_cleanup_free_ char *text = NULL;
	struct net_error ignored;
	size_t len, n, i;

	if (net_collect(argv, &text, &len, &ignored) < 0 ||
	    net_show_addresses(text, len, &seen, &n) < 0)
		return false;
	for (i = 0; i < n; i++)
		if (prefix ? strcmp(seen[i].prefix, prefix) == 0
			   : seen[i].family == family && seen[i].global)
			return true;
	return false;
}

/* An existing one was not added here, and stays. */
static int add_prefix(struct up *u, const char *name, const char *prefix)
{
	const char *const argv[] = {"ip", "addr", "replace", prefix, "dev", name, NULL};
	int r;

	if (up_has_address(name, NET_INET, prefix))
		return 0;
	r = up_run(u, argv);

	return r < 0 ? r : undo_add(u->undo, UNDO_ADDRESS, name, prefix, "", u->error);
}

/* Where IPv6 is off altogether the files are not there: what needs it will say so. */
static int set(struct up *u, const char *name, const char *setting, const char *value)
{
	_cleanup_free_ char *old = NULL;
	char path[128];
	size_t len;
	int r;

	(void)snprintf(path, sizeof(path), SETTINGS "%s/%s", name, setting);
	if (root_read(u->request->root, path, 16, &old, &len) < 0)
		return 0;
	old[strcspn(old, "\n")] = '\0';
	if (strcmp(old, value) == 0)
		return 0;
	r = undo_add(u->undo, UNDO_SETTING, value, path, old, u->error);
	if (r < 0)
		return r;
	r = root_write(u->request->root, path, value);
	return r < 0 ? net_refuse(u->error, "%s: %s", path, strerror(-r)) : 0;
}

int up_hear_routers(struct up *u, const char *name)
{
	int r = set(u, name, "disable_ipv6", "0");

	if (r == 0)
		r = set(u, name, "autoconf", "1");
	/* 2: also where something made this machine forward packets. */
	return r < 0 ? r : set(u, name, "accept_ra", "2");
}

static int take_lease(struct up *u, const char *name, const struct lease *l)
{
	struct net_plan *dns = &u->dns;
	size_t i;
	int r = 0;

	if (l->mtu)
		r = up_set_mtu(u, name, l->mtu);
	if (r == 0 && *l->prefix)
		r = add_prefix(u, name, l->prefix);
	if (r == 0 && *l->prefix6)
		r = add_prefix(u, name, l->prefix6);
	for (i = 0; i < l->n_routes && r == 0; i++)
		r = up_route(u, &l->routes[i], name);
	/* A person's own name servers come first, and are asked alone when there is no room. */
	for (i = 0; i < l->n_servers; i++)
		(void)!net_plan_add_server(dns, l->servers[i]);
	if (!*dns->search)
		memcpy(dns->search, l->search, sizeof(dns->search));
	return r;
}

int up_dhcp(struct up *u, const char *name, bool inet6, int64_t deadline)
{
	struct dhcp_request request = {
		.link = name,
		.script = u->request->dhcp_script,
		.inet6 = inet6,
		.deadline = deadline,
	};
	_cleanup_free_ char *text = NULL;
	struct lease lease;
	size_t len;
	int r;

	if (request.deadline > u->request->deadline)
		request.deadline = u->request->deadline;
	r = dhcp_ask(&request, &text, &len, u->error);
	if (r < 0)
		return r;
	if (lease_parse(text, len, &lease) < 0)
		return net_refuse(u->error, "%s: the DHCP server gave no address", name);
	return take_lease(u, name, &lease);
}

int up_address(struct up *u, const struct net_address *a)
{
	const char *name = up_name(u, a->link);
	/* All interfaces were asked, and this one had an answer. */
	bool done = strcmp(a->link, NET_ANY) == 0;

	/* Not set up here, but it has an address: that is as good as a lease. */
	if (!up_is_ours(u, name))
		done = done ||
		       up_has_address(name, a->how == NET_DHCP6 ? NET_INET6 : NET_INET, NULL);

	switch (a->how) {
	case NET_STATIC:
		return add_prefix(u, name, a->prefix);
	case NET_DHCP:
		return done ? 0 : up_dhcp(u, name, false, u->request->deadline);
	case NET_DHCP6:
		return done ? 0 : up_dhcp(u, name, true, u->request->deadline);
	case NET_AUTO6:
	case NET_LINK6:
		return 0;
	}
	return 0;
}

/* 1: it is there and may be used; 0: not yet; -errno. */
static int look(struct up *u, const struct net_address *a, const char *name)
{
	const char *const argv[] = {"ip", "-json", "-6", "addr", "show", "dev", name, NULL};
	_cleanup_free_ struct seen_address *seen = NULL;
	_cleanup_free_ char *text = NULL;
	size_t len, n, i;
	int r = net_collect(argv, &text, &len, u->error);

	if (r < 0)
		return r;
	if (net_show_addresses(text, len, &seen, &n) < 0)
		return net_refuse(u->error, "ip -json addr show: not the output that was expected");
	for (i = 0; i < n; i++) {
		if (seen[i].family != NET_INET6 ||
		    (a->how == NET_STATIC && strcmp(seen[i].prefix, a->prefix) != 0) ||
		    ((a->how == NET_AUTO6 || a->how == NET_DHCP6) && !seen[i].global) ||
		    (a->how == NET_LINK6 && seen[i].global))
			continue;
		if (seen[i].failed)
			return net_refuse(u->error, "%s: another host on the link has %s", name,
					  seen[i].address);
		if (!seen[i].tentative)
			return 1;
	}
	return 0;
}

int up_wait_address(struct up *u, const struct net_address *a)
{
	const char *name = up_name(u, a->link);
	int r;

	/* A leased one of IPv6 is looked for like any other that is not link-local. */
	if (a->how == NET_DHCP || (a->how == NET_STATIC && !strchr(a->prefix, ':')))
		return 0;
	do
		r = look(u, a, name);
	while (r == 0 && up_nap(u));
	if (r != 0)
		return r < 0 ? r : 0;
	return net_refuse(u->error, "%s: %s", name,
			  a->how == NET_AUTO6 ? "no router gave it an IPv6 address"
					      : "its IPv6 address did not become usable");
}
