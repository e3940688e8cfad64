// SPDX-License-Identifier: GPL-2.0-or-later
/* Routes, beside those that are there already. */
#include "net/up_parts.h"

#include "base/cleanup.h"
#include "base/wait.h"
#include "net/ip.h"
#include "net/record.h"

#include <string.h>

#define GLANCE_MS INT64_C(5000)

/* The route to there that there is already. False: there is none, or it cannot be asked. */
static bool find_route(const char *to, bool inet6, struct seen_route *out)
{
	const char *const argv[] = {"ip", "-json", inet6 ? "-6" : "-4", "route", "show", to, NULL};
	_cleanup_free_ char *text = NULL;
	struct net_error ignored;
	size_t len;

	return net_collect(argv, &text, &len, &ignored) == 0 && net_show_route(text, len, out) == 0;
}

static int add_route(struct up *u, const struct net_route *r, const char *name, bool inet6)
{
	const char *argv[18] = {"ip", inet6 ? "-6" : "-4", "route", "replace", r->to};
	size_t n = 5;
	int err;

	if (*r->via) {
		argv[n++] = "via";
		argv[n++] = r->via;
	}
	if (*name) {
		argv[n++] = "dev";
		argv[n++] = name;
	}
	if (*r->src) {
		argv[n++] = "src";
		argv[n++] = r->src;
	}
	if (r->onlink && *r->via && *name)
		argv[n++] = "onlink";
	argv[n++] = "proto";
	argv[n++] = UNDO_PROTO;
	err = up_run(u, argv);
	return err < 0 ? err
		       : undo_add(u->undo, UNDO_ROUTE, name, r->to, inet6 ? "6" : "4", u->error);
}

/* If there is a default route already: a route to one address only. */
static int add_route_to(struct up *u, const struct net_route *r, const char *name, bool inet6,
			const char *address)
{
	struct net_route one = *r;
	struct seen_route seen;

	if ((strchr(address, ':') != NULL) != inet6)
		return 0;
	(void)snprintf(one.to, sizeof(one.to), "%s/%s", address, inet6 ? "128" : "32");
	return find_route(one.to, inet6, &seen) ? 0 : add_route(u, &one, name, inet6);
}

static int add_beside(struct up *u, const struct net_route *r, const char *name, bool inet6)
{
	char address[NET_ADDRESS_MAX];
	struct net_error ignored = {.text = ""};
	size_t i;
	int err = 0;

	for (i = 0; i < u->dns.n_servers && err == 0; i++)
		err = add_route_to(u, r, name, inet6, u->dns.servers[i]);
	if (err == 0 && net_resolve(u->request->host, deadline_in(u->request->deadline, GLANCE_MS),
				    address, sizeof(address), &ignored) == 0)
		err = add_route_to(u, r, name, inet6, address);
	return err;
}

/* What is there already is not replaced: the root file system may be beyond it. */
int up_route(struct up *u, const struct net_route *r, const char *name)
{
	bool inet6 = strchr(*r->via ? r->via : r->to, ':') != NULL;
	struct seen_route seen;

	if (!find_route(r->to, inet6, &seen))
		return add_route(u, r, name, inet6);
	if ((!*name || strcmp(seen.link, name) == 0) && strcmp(seen.via, r->via) == 0)
		return 0;
	return strcmp(r->to, "default") == 0 ? add_beside(u, r, name, inet6) : 0;
}
