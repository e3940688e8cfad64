// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/plan.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const char *const kind_words[] = {
	[NET_DEVICE] = "device",
	[NET_BOND] = "bond",
	[NET_VLAN] = "vlan",
};

static const char *const how_words[] = {
	[NET_DHCP] = "dhcp",
	[NET_DHCP6] = "dhcp6",
	[NET_AUTO6] = "auto6",
	[NET_LINK6] = "link6",
};

void net_complain(struct net_error *error, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	(void)vsnprintf(error->text, sizeof(error->text), fmt, ap);
	va_end(ap);
	/* A message goes to terminals and journals. */
	for (p = error->text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

const struct net_link *net_plan_link(const struct net_plan *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->n_links; i++)
		if (strcmp(p->links[i].name, name) == 0)
			return &p->links[i];
	return NULL;
}

bool net_plan_needs(const struct net_plan *p, enum net_how how)
{
	size_t i;

	for (i = 0; i < p->n_addresses; i++)
		if (p->addresses[i].how == how)
			return true;
	return false;
}

struct net_link *net_plan_add_link(struct net_plan *p, enum net_kind kind, const char *name)
{
	struct net_link *l;
	size_t i;

	for (i = 0; i < p->n_links; i++)
		if (strcmp(p->links[i].name, name) == 0)
			return &p->links[i];
	if (p->n_links == NET_LINKS_MAX)
		return NULL;
	l = &p->links[p->n_links++];
	*l = (struct net_link){.kind = kind};
	(void)snprintf(l->name, sizeof(l->name), "%s", name);
	return l;
}

int net_plan_add_address(struct net_plan *p, const struct net_address *a)
{
	size_t i;

	for (i = 0; i < p->n_addresses; i++)
		if (p->addresses[i].how == a->how && strcmp(p->addresses[i].link, a->link) == 0 &&
		    strcmp(p->addresses[i].prefix, a->prefix) == 0)
			return 0;
	if (p->n_addresses == NET_ADDRESSES_MAX)
		return -E2BIG;
	p->addresses[p->n_addresses++] = *a;
	return 0;
}

int net_plan_add_route(struct net_plan *p, const struct net_route *r)
{
	size_t i;

	for (i = 0; i < p->n_routes; i++)
		if (strcmp(p->routes[i].to, r->to) == 0 && strcmp(p->routes[i].via, r->via) == 0 &&
		    strcmp(p->routes[i].link, r->link) == 0)
			return 0;
	if (p->n_routes == NET_ROUTES_MAX)
		return -E2BIG;
	p->routes[p->n_routes++] = *r;
	return 0;
}

int net_plan_add_server(struct net_plan *p, const char *address)
{
	size_t i;

	for (i = 0; i < p->n_servers; i++)
		if (strcmp(p->servers[i], address) == 0)
			return 0;
	if (p->n_servers == NET_SERVERS_MAX)
		return -E2BIG;
	(void)snprintf(p->servers[p->n_servers++], NET_ADDRESS_MAX, "%s", address);
	return 0;
}

static void print_link(FILE *f, const struct net_link *l)
{
	size_t i;

	fprintf(f, "%s = %s", kind_words[l->kind], l->name);
	for (i = 0; i < l->n_ports; i++)
		fprintf(f, "%s%s", i ? "," : " ports=", l->ports[i]);
	if (l->kind == NET_VLAN)
		fprintf(f, " parent=%s id=%u%s", l->parent, l->id,
			l->service ? " protocol=802.1ad" : "");
	if (*l->mac)
		fprintf(f, " mac=%s", l->mac);
	if (l->mtu)
		fprintf(f, " mtu=%u", l->mtu);
	fprintf(f, "%s%s\n", *l->options ? " " : "", l->options);
}

static void print_route(FILE *f, const struct net_route *r)
{
	fprintf(f, "route = %s", r->to);
	if (*r->via)
		fprintf(f, " via=%s", r->via);
	if (*r->link)
		fprintf(f, " dev=%s", r->link);
	if (*r->src)
		fprintf(f, " src=%s", r->src);
	fprintf(f, "%s\n", r->onlink ? " onlink" : "");
}

void net_plan_print(FILE *f, const struct net_plan *p)
{
	size_t i;

	if (*p->target)
		fprintf(f, "target = %s\n", p->target);
	for (i = 0; i < p->n_links; i++)
		print_link(f, &p->links[i]);
	for (i = 0; i < p->n_addresses; i++)
		fprintf(f, "address = %s %s\n", p->addresses[i].link,
			p->addresses[i].how == NET_STATIC ? p->addresses[i].prefix
							  : how_words[p->addresses[i].how]);
	for (i = 0; i < p->n_routes; i++)
		print_route(f, &p->routes[i]);
	for (i = 0; i < p->n_servers; i++)
		fprintf(f, "nameserver = %s\n", p->servers[i]);
	if (*p->search)
		fprintf(f, "search = %s\n", p->search);
}
