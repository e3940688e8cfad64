// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/up.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/ip.h"
#include "net/probe.h"
#include "net/record.h"
#include "net/resolv.h"
#include "net/resolv_file.h"
#include "net/up_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAP_MS    INT64_C(200)
#define GLANCE_MS INT64_C(5000) /* for finding out that there is a network already */

bool up_nap(const struct up *u)
{
	if (clock_ms() >= u->request->deadline)
		return false;
	clock_nap_us(NAP_MS * 1000);
	return true;
}

const char *up_name(const struct up *u, const char *link)
{
	size_t i;

	for (i = 0; i < u->plan->n_links; i++)
		if (strcmp(u->plan->links[i].name, link) == 0 && *u->names[i])
			return u->names[i];
	return link;
}

int up_run(struct up *u, const char *const *argv)
{
	return net_run(argv, u->error);
}

static int links_now(struct seen_link **links, size_t *n, struct net_error *error)
{
	static const char *const argv[] = {"ip", "-json", "-details", "link", "show", NULL};
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = net_collect(argv, &text, &len, error);

	if (r < 0)
		return r;
	return net_show_links(text, len, links, n) < 0
		       ? net_refuse(error, "ip -json link show: not the output that was expected")
		       : 0;
}

int up_links(struct up *u, struct seen_link **links, size_t *n)
{
	return links_now(links, n, u->error);
}

static bool has_carrier(const char *name)
{
	_cleanup_free_ struct seen_link *links = NULL;
	struct net_error ignored;
	size_t n, i;

	if (links_now(&links, &n, &ignored) < 0)
		return false;
	for (i = 0; i < n; i++)
		if (strcmp(links[i].name, name) == 0)
			return links[i].up && links[i].carrier;
	return false;
}

/* Why there is no way to it, in *error. */
static int find_way(const char *host, int64_t deadline, char *address, char *link,
		    struct net_error *error)
{
	const char *zone = strchr(host, '%');
	const char *const argv[] = {
		"ip", "-json", "route", "get", address, zone ? "dev" : NULL, zone ? zone + 1 : NULL,
		NULL};
	_cleanup_free_ char *text = NULL;
	struct seen_route route;
	size_t len = 0;
	int r = net_resolve(host, deadline, address, NET_ADDRESS_MAX, error);

	if (r == 0)
		r = net_collect(argv, &text, &len, error);
	if (r < 0)
		return r;
	if (net_show_route(text, len, &route) < 0 || !*route.src || !*route.link)
		return net_refuse(error, "no route to %s", host);
	(void)snprintf(link, NET_NAME_MAX, "%s", route.link);
	/* Itself: only in tests is there any sense in it. */
	if (strcmp(link, "lo") == 0 || has_carrier(link))
		return 0;
	return net_refuse(error, "%s has no carrier", link);
}

bool net_reaches(const char *host, uint16_t port, int64_t deadline, char *link)
{
	int64_t glance = clock_ms() + GLANCE_MS;
	const char *zone = strchr(host, '%');
	char address[NET_ADDRESS_MAX];
	struct net_error ignored;

	if (deadline < glance)
		glance = deadline;
	if (find_way(host, glance, address, link, &ignored) < 0)
		return false;
	return !port || net_probe(address, zone ? zone + 1 : NULL, port, glance);
}

/* Loaded by hand: by itself the bonding driver makes a bond0 that is in the way. */
static int load_modules(struct up *u)
{
	static const char *const bonding[] = {"modprobe", "-q", "bonding", "max_bonds=0", NULL};
	struct net_error ignored;
	size_t i;
	int r = 0;

	for (i = 0; i < u->plan->n_links && u->plan->links[i].kind != NET_BOND; i++)
		;
	if (i == u->plan->n_links || root_exists(u->request->root, "/sys/module/bonding"))
		return 0;
	/* Where it is built in there is nothing to load; making the bond tells. */
	if (net_run(bonding, &ignored) == 0)
		r = undo_add(u->undo, UNDO_MODULE, "", "bonding", "", u->error);
	return r;
}

/*
 * Drivers that are being loaded, and names that udev is about to give: it could not rename what is
 * up already. A device that never settles must not take all the time.
 */
static void settle(void)
{
	static const char *const argv[] = {"udevadm", "settle", "--timeout=8", NULL};
	struct net_error ignored;

	(void)!net_run(argv, &ignored);
}

static int bring_links(struct up *u)
{
	size_t i;
	int r = 0;

	for (i = 0; i < u->plan->n_links && r == 0; i++)
		r = strcmp(u->plan->links[i].name, NET_ANY) == 0 ? up_any(u, i) : up_link(u, i);
	return r;
}

static int bring_addresses(struct up *u)
{
	const struct net_plan *p = u->plan;
	size_t i;
	int r = 0;

	for (i = 0; i < p->n_addresses && r == 0; i++)
		r = up_wait_carrier(u, up_name(u, p->addresses[i].link));
	for (i = 0; i < p->n_addresses && r == 0; i++)
		r = up_address(u, &p->addresses[i]);
	return r;
}

static int bring_routes(struct up *u)
{
	const struct net_plan *p = u->plan;
	size_t i;
	int r = 0;

	for (i = 0; i < p->n_routes && r == 0; i++)
		r = up_route(u, &p->routes[i],
			     *p->routes[i].link ? up_name(u, p->routes[i].link) : "");
	for (i = 0; i < p->n_addresses && r == 0; i++)
		r = up_wait_address(u, &p->addresses[i]);
	return r;
}

static int bring_names(struct up *u)
{
	_cleanup_free_ char *text = NULL;
	int r;

	if (!u->dns.n_servers)
		return 0;
	text = resolv_format(&u->dns);
	if (!text)
		return -ENOMEM;
	r = resolv_replace(u->request->root, text);
	if (r < 0)
		return net_refuse(u->error, "%s: %s", RESOLV_PATH, strerror(-r));
	r = undo_add(u->undo, UNDO_RESOLV, "", "", "", u->error);
	if (r < 0)
		(void)!resolv_restore(u->request->root);
	return r;
}

/* A name server may need a moment, as may a switch. */
static int wait_way(struct up *u)
{
	char address[NET_ADDRESS_MAX], link[NET_NAME_MAX];
	int r;

	do
		r = find_way(u->request->host, u->request->deadline, address, link, u->error);
	while (r < 0 && up_nap(u));
	return r;
}

int net_up(const struct net_request *request, struct undo *undo, struct net_error *error)
{
	_cleanup_free_ struct up *u = calloc(1, sizeof(*u));
	_cleanup_free_ struct undo *mine = calloc(1, sizeof(*mine));
	struct net_error ignored;
	size_t i;
	int r;

	if (!u || !mine)
		return -ENOMEM;
	u->request = request;
	u->plan = request->plan;
	u->undo = mine;
	u->error = error;
	u->dns = *request->plan;
	settle();
	r = load_modules(u);
	if (r == 0)
		r = bring_links(u);
	if (r == 0)
		r = bring_addresses(u);
	if (r == 0)
		r = bring_routes(u);
	if (r == 0)
		r = bring_names(u);
	if (r == 0)
		r = wait_way(u);
	if (r == 0 && mine->n > UNDO_MAX - undo->n)
		r = net_refuse(error, "more changes to the network than are kept count of");
	if (r < 0) {
		(void)!undo_all(mine, request->root, &ignored);
		return r;
	}
	for (i = 0; i < mine->n; i++)
		undo->steps[undo->n++] = mine->steps[i];
	return 0;
}
