// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan that a route asks for. Nothing here runs anything. */
#include "net/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8

static const struct seen_link *find_link(const struct net_running *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n_links; i++)
		if (strcmp(s->links[i].name, name) == 0)
			return &s->links[i];
	return NULL;
}

static int record_link(const struct net_running *s, const char *seen, int depth, struct net_plan *p,
		       const char **name, struct net_error *error);

static struct net_link *add_link(struct net_plan *p, enum net_kind kind,
				 const struct seen_link *seen, struct net_error *error)
{
	struct net_link *l = net_plan_add_link(p, kind, seen->name);

	if (!l)
		(void)net_refuse(error, "more than %d interfaces", NET_LINKS_MAX);
	else
		l->mtu = seen->mtu >= 68 && seen->mtu <= 65535 ? seen->mtu : 0;
	return l;
}

static int record_bond(const struct net_running *s, const struct seen_link *bond, int depth,
		       struct net_plan *p, struct net_error *error)
{
	char ports[NET_PORTS_MAX][NET_NAME_MAX];
	struct net_link *l;
	size_t i, n = 0;
	const char *name = "";

	for (i = 0; i < s->n_links; i++) {
		if (strcmp(s->links[i].master, bond->name) != 0)
			continue;
		if (n == NET_PORTS_MAX)
			return net_refuse(error, "bond %s has more than %d ports", bond->name,
					  NET_PORTS_MAX);
		if (record_link(s, s->links[i].name, depth, p, &name, error) < 0)
			return -EINVAL;
		(void)snprintf(ports[n++], NET_NAME_MAX, "%s", name);
	}
	if (n == 0)
		return net_refuse(error, "bond %s has no ports now", bond->name);
	l = add_link(p, NET_BOND, bond, error);
	if (!l)
		return -EINVAL;
	memcpy(l->ports, ports, sizeof(l->ports));
	l->n_ports = n;
	(void)snprintf(l->options, sizeof(l->options), "%s", bond->options);
	return 0;
}

static int record_vlan(const struct net_running *s, const struct seen_link *vlan, int depth,
		       struct net_plan *p, struct net_error *error)
{
	const char *parent = "";
	struct net_link *l;

	if (!*vlan->parent)
		return net_refuse(error, "the interface below VLAN %s is not here", vlan->name);
	if (record_link(s, vlan->parent, depth, p, &parent, error) < 0)
		return -EINVAL;
	l = add_link(p, NET_VLAN, vlan, error);
	if (!l)
		return -EINVAL;
	(void)snprintf(l->parent, sizeof(l->parent), "%s", parent);
	l->id = vlan->id;
	l->service = vlan->service;
	return 0;
}

/* Is it something that leads out of the machine, and not to a guest or a container? */
static bool leads_out(const struct seen_link *l)
{
	return !*l->kind || strcmp(l->kind, "vlan") == 0 || strcmp(l->kind, "bond") == 0;
}

static int record_bridge(const struct net_running *s, const struct seen_link *bridge, int depth,
			 struct net_plan *p, const char **name, struct net_error *error)
{
	const struct seen_link *best = NULL;
	size_t i;

	for (i = 0; i < s->n_links; i++) {
		const struct seen_link *l = &s->links[i];

		if (strcmp(l->master, bridge->name) == 0 && leads_out(l) &&
		    (!best || (l->carrier && !best->carrier)))
			best = l;
	}
	if (!best)
		return net_refuse(error, "bridge %s has no port that leads out of this machine",
				  bridge->name);
	return record_link(s, best->name, depth, p, name, error);
}

static int record_link(const struct net_running *s, const char *seen, int depth, struct net_plan *p,
		       const char **name, struct net_error *error)
{
	const struct seen_link *l = find_link(s, seen);
	struct net_link *device;
	int r = 0;

	if (!l)
		return net_refuse(error, "no interface %.20s", seen);
	if (depth >= DEPTH_MAX)
		return net_refuse(error, "interface %s is made of too many others", seen);
	if (strcmp(l->kind, "bridge") == 0)
		return record_bridge(s, l, depth + 1, p, name, error);
	if (net_plan_link(p, l->name)) {
		*name = l->name;
		return 0;
	}
	if (strcmp(l->kind, "bond") == 0)
		r = record_bond(s, l, depth + 1, p, error);
	else if (strcmp(l->kind, "vlan") == 0)
		r = record_vlan(s, l, depth + 1, p, error);
	else if (!l->hardware_like || (*l->kind && strcmp(l->kind, "veth") != 0))
		r = net_refuse(error,
			       "interface %s is of the kind \"%s\", which a capture boot cannot "
			       "make; write the network by hand, as in network = ip=eth0:dhcp",
			       l->name, *l->kind ? l->kind : "no network card");
	else {
		device = add_link(p, NET_DEVICE, l, error);
		if (!device)
			return -EINVAL;
		(void)snprintf(device->mac, sizeof(device->mac), "%s", l->mac);
	}
	*name = l->name;
	return r;
}

int net_record_link(const struct net_running *s, const char *seen, struct net_plan *p,
		    const char **name, struct net_error *error)
{
	return record_link(s, seen, 0, p, name, error);
}

static const struct seen_address *find_address(const struct net_running *s, const char *link,
					       const char *address)
{
	const struct seen_address *found = NULL;
	size_t i;

	for (i = 0; i < s->n_addresses; i++)
		if (strcmp(s->addresses[i].address, address) == 0 &&
		    (!found || strcmp(s->addresses[i].link, link) == 0))
			found = &s->addresses[i];
	return found;
}

/* Where the address came from: what came from a server or a router is asked for again. */
static enum net_how how_gotten(const struct seen_address *a, const struct seen_route *match)
{
	if (!a)
		return NET_STATIC;
	if (a->family == NET_INET)
		return a->dynamic || strcmp(match->protocol, "dhcp") == 0 ? NET_DHCP : NET_STATIC;
	if (!a->global)
		return NET_LINK6;
	if (!a->dynamic)
		return NET_STATIC;
	return a->length == 128 ? NET_DHCP6 : NET_AUTO6;
}

/* The source of the address provides the default route as well. */
static bool comes_along(enum net_how how, const struct seen_route *match)
{
	bool usual = strcmp(match->to, "default") == 0;

	if (how == NET_DHCP)
		return usual || strcmp(match->protocol, "dhcp") == 0;
	return (how == NET_AUTO6 || how == NET_DHCP6) &&
	       (usual || strcmp(match->protocol, "ra") == 0);
}

static int add_route(const struct seen_route *how, const struct seen_route *match, const char *name,
		     const char *prefix, struct net_plan *p, struct net_error *error)
{
	struct net_route r = {.onlink = how->onlink || match->onlink};

	/* The address itself brings the route to its network. */
	if (!*how->via && strcmp(match->protocol, "kernel") == 0)
		return 0;
	(void)snprintf(r.to, sizeof(r.to), "%s", match->to);
	(void)snprintf(r.via, sizeof(r.via), "%s", how->via);
	(void)snprintf(r.link, sizeof(r.link), "%s", name);
	if (*how->via && *prefix && strncmp(how->via, "fe80:", 5) != 0 &&
	    !net_prefix_has(prefix, how->via))
		r.onlink = true;
	return net_plan_add_route(p, &r) < 0
		       ? net_refuse(error, "more than %d routes", NET_ROUTES_MAX)
		       : 0;
}

int net_record_route(const struct net_running *s, const struct seen_route *how,
		     const struct seen_route *match, struct net_plan *p, struct net_error *error)
{
	const struct seen_address *a = find_address(s, how->link, how->src);
	struct net_address address = {.how = how_gotten(a, match)};
	const char *name = "";
	int r;

	if (strcmp(how->type, "local") == 0 || strcmp(how->link, "lo") == 0)
		return net_refuse(error, "%.*s is this machine itself", (int)strcspn(how->to, "/"),
				  how->to);
	if (how->other_family)
		return net_refuse(error, "the gateway to %s is of another family of addresses",
				  how->to);
	if (!*how->src)
		return net_refuse(error, "no address of this machine's own leads to %s", how->to);
	r = net_record_link(s, how->link, p, &name, error);
	if (r < 0)
		return r;
	(void)snprintf(address.link, sizeof(address.link), "%s", name);
	if (address.how == NET_STATIC &&
	    net_prefix_parse(a ? a->prefix : how->src, address.prefix, NULL) < 0)
		return net_refuse(error, "%s is not an address", how->src);
	if (net_plan_add_address(p, &address) < 0)
		return net_refuse(error, "more than %d addresses", NET_ADDRESSES_MAX);
	return comes_along(address.how, match)
		       ? 0
		       : add_route(how, match, name, address.prefix, p, error);
}
