// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/lease.h"

#include "base/cleanup.h"
#include "net/resolv.h"

#include <errno.h>
#include <string.h>

struct values {
	char *ip, *subnet, *router, *routes, *dns, *domain, *search, *mtu, *ipv6;
};

static void find(char *text, struct values *v)
{
	const struct {
		const char *name;
		char **value;
	} names[] = {
		{"ip=", &v->ip},         {"subnet=", &v->subnet},
		{"router=", &v->router}, {"staticroutes=", &v->routes},
		{"dns=", &v->dns},       {"domain=", &v->domain},
		{"search=", &v->search}, {"mtu=", &v->mtu},
		{"ipv6=", &v->ipv6},
	};
	char *line;
	size_t i;

	while ((line = strsep(&text, "\n")))
		for (i = 0; i < ARRAY_SIZE(names); i++)
			if (strncmp(line, names[i].name, strlen(names[i].name)) == 0 &&
			    line[strlen(names[i].name)])
				*names[i].value = line + strlen(names[i].name);
}

static void add_route(struct lease *l, const char *to, const char *via)
{
	struct net_route r = {.onlink = false};

	if (l->n_routes == ARRAY_SIZE(l->routes) || !via || net_address_parse(via, r.via, NULL) < 0)
		return;
	if (strcmp(to, "0.0.0.0/0") == 0)
		(void)snprintf(r.to, sizeof(r.to), "default");
	else if (net_prefix_parse(to, r.to, NULL) < 0)
		return;
	if (strcmp(r.via, "0.0.0.0") == 0)
		r.via[0] = '\0';
	else
		r.onlink = !net_prefix_has(l->prefix, r.via);
	l->routes[l->n_routes++] = r;
}

static char *word(char **rest)
{
	char *w;

	do
		w = strsep(rest, " ");
	while (w && !*w);
	return w;
}

/* Classless routes take the place of the router (RFC 3442). */
static void take_routes(struct lease *l, struct values *v)
{
	char *to;

	if (!v->routes) {
		add_route(l, "0.0.0.0/0", word(&v->router));
		return;
	}
	while ((to = word(&v->routes)))
		add_route(l, to, word(&v->routes));
}

static void take_servers(struct lease *l, struct values *v)
{
	_cleanup_free_ char *text = NULL;
	struct resolv resolv;
	char *server;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	while ((server = word(&v->dns)))
		fprintf(f, "nameserver %s\n", server);
	if (v->search || v->domain)
		fprintf(f, "search %s\n", v->search ? v->search : v->domain);
	if (fclose(f) != 0)
		return;
	resolv_parse(text, len, &resolv);
	memcpy(l->servers, resolv.servers, sizeof(l->servers));
	l->n_servers = resolv.n_servers;
	memcpy(l->search, resolv.search, sizeof(l->search));
}

int lease_parse(const char *buf, size_t len, struct lease *out)
{
	_cleanup_free_ char *text = strndup(buf, len);
	struct lease l = {.mtu = 0};
	struct values v = {.ip = NULL};
	char prefix[NET_PREFIX_MAX];
	enum net_family family;

	if (!text)
		return -ENOMEM;
	find(text, &v);
	if (v.ip) {
		(void)snprintf(prefix, sizeof(prefix), "%s/%s", v.ip, v.subnet ? v.subnet : "32");
		if (net_prefix_parse(prefix, l.prefix, &family) < 0 || family != NET_INET)
			l.prefix[0] = '\0';
	}
	if (v.ipv6 && (net_prefix_parse(v.ipv6, l.prefix6, &family) < 0 || family != NET_INET6))
		l.prefix6[0] = '\0';
	if (!*l.prefix && !*l.prefix6)
		return -ENODATA;
	/* Less than that is a mistake, or worse. */
	if (!v.mtu || net_number_parse(v.mtu, 576, 65535, &l.mtu) < 0)
		l.mtu = 0;
	if (*l.prefix)
		take_routes(&l, &v);
	take_servers(&l, &v);
	*out = l;
	return 0;
}
