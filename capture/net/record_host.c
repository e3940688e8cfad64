// SPDX-License-Identifier: GPL-2.0-or-later
/* The running system is asked how it reaches a host. */
#include "net/record.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/ip.h"
#include "net/resolv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RESOLVE_MS INT64_C(15000)

void net_running_deinit(struct net_running *s)
{
	free(s->links);
	free(s->addresses);
	*s = (struct net_running){.n_links = 0};
}

int net_running_init(struct net_running *out, struct net_error *error)
{
	static const char *const links[] = {"ip", "-json", "-details", "link", "show", NULL};
	static const char *const addresses[] = {"ip", "-json", "addr", "show", NULL};
	_cleanup_free_ char *link_text = NULL, *address_text = NULL;
	size_t link_len = 0, address_len = 0;
	int r;

	*out = (struct net_running){.n_links = 0};
	r = net_collect(links, &link_text, &link_len, error);
	if (r == 0)
		r = net_collect(addresses, &address_text, &address_len, error);
	if (r < 0)
		return r;
	r = net_show_links(link_text, link_len, &out->links, &out->n_links);
	if (r == 0)
		r = net_show_addresses(address_text, address_len, &out->addresses,
				       &out->n_addresses);
	return r < 0 ? net_refuse(error, "ip -json: not the output that was expected") : 0;
}

int net_resolve(const char *host, int64_t deadline, char *out, size_t size, struct net_error *error)
{
	const char *const argv[] = {"getent", "ahosts", host, NULL};
	char address[NET_ADDRESS_MAX], text[NET_HOST_MAX];
	_cleanup_free_ char *found = NULL;
	size_t len, n = strcspn(host, "%");
	struct net_error why;

	(void)snprintf(text, sizeof(text), "%.*s", (int)n, host);
	if (net_address_parse(text, address, NULL) < 0) {
		if (net_collect_until(argv, deadline, &found, &len, &why) < 0)
			return net_refuse(error, "the name %s cannot be resolved%s", host,
					  strstr(why.text, "no such program")
						  ? ": getent is not installed"
						  : "");
		found[strcspn(found, " \t\n")] = '\0';
		if (net_address_parse(found, address, NULL) < 0)
			return net_refuse(error, "the name %s has no address", host);
	}
	(void)snprintf(out, size, "%s", address);
	return 0;
}

static int ask_route(const char *const *argv, struct seen_route *out, struct net_error *error)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = net_collect(argv, &text, &len, error);

	if (r < 0)
		return r;
	if (net_show_route(text, len, out) < 0)
		return net_refuse(error, "ip route get: not the output that was expected");
	return 0;
}

/* The way to one address. zone: the interface of a link-local one, or NULL. */
static int record_address(const struct net_running *s, const char *address, const char *zone,
			  struct net_plan *p, struct net_error *error)
{
	const char *const get[] = {"ip", "-json", "route", "get", address, zone ? "dev" : NULL,
				   zone, NULL};
	const char *const fib[] = {
		"ip", "-json", "route", "get", "fibmatch", address, zone ? "dev" : NULL,
		zone, NULL};
	struct seen_route how, match;
	struct net_error ignored;
	int r = ask_route(get, &how, error);

	if (r < 0)
		return r;
	/* Where the table's entry is not told, the way to this one address will do. */
	if (ask_route(fib, &match, &ignored) < 0) {
		match = how;
		(void)snprintf(match.protocol, sizeof(match.protocol), "%s",
			       *how.via ? "" : "kernel");
	}
	return net_record_route(s, &how, &match, p, error);
}

static int read_resolv(const struct root *root, struct resolv *out)
{
	_cleanup_free_ char *text = NULL, *resolved = NULL;
	size_t len;
	int r = root_read(root, RESOLV_PATH, RESOLV_MAX, &text, &len);

	*out = (struct resolv){.local = false};
	if (r < 0)
		return r;
	resolv_parse(text, len, out);
	if (out->local && root_read(root, RESOLV_RESOLVED, RESOLV_MAX, &resolved, &len) == 0)
		resolv_parse(resolved, len, out);
	return 0;
}

static bool in_hosts(const struct root *root, const char *host)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	return root_read(root, HOSTS_PATH, RESOLV_MAX, &text, &len) == 0 &&
	       hosts_know(text, len, host);
}

/* The name servers, and the way to each: the one that is reached otherwise than the host counts,
 * too. */
static int record_servers(const struct root *root, const struct net_running *s, const char *host,
			  struct net_plan *p, struct net_error *error)
{
	struct net_error why = {.line = 0};
	struct resolv resolv;
	size_t i;

	(void)!read_resolv(root, &resolv);
	for (i = 0; i < resolv.n_servers; i++)
		if (record_address(s, resolv.servers[i], NULL, p, &why) == 0)
			(void)!net_plan_add_server(p, resolv.servers[i]);
	(void)snprintf(p->search, sizeof(p->search), "%s", resolv.search);
	if (p->n_servers || net_plan_needs(p, NET_DHCP) || in_hosts(root, host))
		return 0;
	return net_refuse(error,
			  "no name server for %s that a capture boot could ask%s%s; write an "
			  "address in its place, or its line into /etc/hosts",
			  host, why.text[0] ? ": " : "", why.text);
}

int net_record(const struct root *root, const char *host, struct net_plan *out,
	       struct net_error *error)
{
	_cleanup_free_ struct net_plan *p = calloc(1, sizeof(*p));
	_cleanup_(net_running_deinit) struct net_running s = {.n_links = 0};
	char address[NET_ADDRESS_MAX];
	const char *zone = strchr(host, '%');
	int r;

	if (!p)
		return -ENOMEM;
	(void)snprintf(p->target, sizeof(p->target), "%s", host);
	r = net_resolve(host, clock_ms() + RESOLVE_MS, address, sizeof(address), error);
	if (r == 0)
		r = net_running_init(&s, error);
	if (r == 0)
		r = record_address(&s, address, zone ? zone + 1 : NULL, p, error);
	if (r == 0 && !zone && strcmp(address, host) != 0 &&
	    net_address_parse(host, address, NULL) < 0)
		r = record_servers(root, &s, host, p, error);
	if (r == 0)
		*out = *p;
	return r;
}

/* Does it stand for a card? A VLAN has its parent's address, and must not be taken for it. */
static bool is_card(const struct seen_link *l)
{
	return l->hardware_like &&
	       (!*l->kind || strcmp(l->kind, "bridge") == 0 || strcmp(l->kind, "veth") == 0);
}

int net_record_devices(struct net_plan *p, struct net_error *error)
{
	_cleanup_(net_running_deinit) struct net_running s = {.n_links = 0};
	size_t i, k;
	int r = net_running_init(&s, error);

	for (i = 0; i < p->n_links && r == 0; i++) {
		struct net_link *l = &p->links[i];

		for (k = 0; k < s.n_links; k++)
			if (l->kind == NET_DEVICE && !*l->mac && is_card(&s.links[k]) &&
			    strcmp(s.links[k].name, l->name) == 0)
				(void)snprintf(l->mac, sizeof(l->mac), "%s", s.links[k].mac);
	}
	return r;
}
