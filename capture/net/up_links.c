// SPDX-License-Identifier: GPL-2.0-or-later
/* Interfaces: found by their addresses, made, set up. */
#include "net/up_parts.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/ip.h"

#include <errno.h>
#include <string.h>

#define WORDS_MAX  64
#define BY_NAME_MS INT64_C(10000) /* so long its recorded address is waited for */
#define OFFER_MS   INT64_C(8000)  /* one interface's share when all are asked */

static const struct seen_link *by_name(const struct seen_link *links, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(links[i].name, name) == 0)
			return &links[i];
	return NULL;
}

/* Not what is made of others, which has their address. */
static bool is_device(const struct seen_link *l)
{
	return l->hardware_like && (!*l->kind || strcmp(l->kind, "veth") == 0);
}

static bool is_used(const struct up *u, const char *name)
{
	size_t i;

	for (i = 0; i < u->plan->n_links; i++)
		if (strcmp(u->names[i], name) == 0)
			return true;
	return false;
}

/* Two may have the same address, as a virtual function and its backup do: then the name decides. */
static const struct seen_link *by_mac(const struct up *u, const struct seen_link *links, size_t n,
				      const struct net_link *l)
{
	const struct seen_link *found = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_device(&links[i]) || is_used(u, links[i].name) ||
		    strcmp(links[i].mac, l->mac) != 0)
			continue;
		if (!found || strcmp(links[i].name, l->name) == 0)
			found = &links[i];
	}
	return found;
}

/* Drivers are still being loaded, perhaps. */
static int find_device(struct up *u, const struct net_link *l, struct seen_link *out)
{
	int64_t patience = clock_ms() + BY_NAME_MS;

	do {
		_cleanup_free_ struct seen_link *links = NULL;
		const struct seen_link *found = NULL;
		size_t n;
		int r = up_links(u, &links, &n);

		if (r < 0)
			return r;
		if (*l->mac)
			found = by_mac(u, links, n, l);
		if (!found && (!*l->mac || clock_ms() >= patience))
			found = by_name(links, n, l->name);
		if (found) {
			*out = *found;
			return 0;
		}
	} while (up_nap(u));
	return net_refuse(u->error, "interface %s%s%s did not appear; is its driver in the image?",
			  l->name, *l->mac ? " with the address " : "", l->mac);
}

static bool is_port(const struct up *u, const char *name)
{
	size_t i, k;

	for (i = 0; i < u->plan->n_links; i++)
		for (k = 0; k < u->plan->links[i].n_ports; k++)
			if (strcmp(u->plan->links[i].ports[k], name) == 0)
				return true;
	return false;
}

/* Will it have an address that a router gives? */
static bool hears_routers(const struct up *u, const char *link)
{
	size_t i;

	for (i = 0; i < u->plan->n_addresses; i++)
		if (strcmp(u->plan->addresses[i].link, link) == 0 &&
		    u->plan->addresses[i].how != NET_STATIC &&
		    u->plan->addresses[i].how != NET_DHCP)
			return true;
	return false;
}

bool up_is_ours(const struct up *u, const char *name)
{
	return undo_has(u->undo, UNDO_DOWN, name) || undo_has(u->undo, UNDO_DELETE, name);
}

static int set_mtu(struct up *u, const struct seen_link *seen, unsigned int mtu)
{
	char number[16], old[16];
	const char *const argv[] = {"ip", "link", "set", "dev", seen->name, "mtu", number, NULL};
	int r = 0;

	if (!mtu || seen->mtu == mtu || (seen->up && !up_is_ours(u, seen->name)))
		return 0;
	(void)snprintf(number, sizeof(number), "%u", mtu);
	(void)snprintf(old, sizeof(old), "%u", seen->mtu);
	/* One that was made goes as a whole. */
	if (seen->mtu)
		r = undo_add(u->undo, UNDO_MTU, seen->name, number, old, u->error);
	return r < 0 ? r : up_run(u, argv);
}

int up_set_mtu(struct up *u, const char *name, unsigned int mtu)
{
	_cleanup_free_ struct seen_link *links = NULL;
	const struct seen_link *l;
	size_t n;
	int r = up_links(u, &links, &n);

	if (r < 0)
		return r;
	l = by_name(links, n, name);
	return l ? set_mtu(u, l, mtu) : 0;
}

int up_set_up(struct up *u, const struct seen_link *seen, unsigned int mtu)
{
	const char *const argv[] = {"ip", "link", "set", "dev", seen->name, "up", NULL};
	int r = set_mtu(u, seen, mtu);

	if (r < 0 || seen->up)
		return r;
	r = undo_add(u->undo, UNDO_DOWN, seen->name, "", "", u->error);
	return r < 0 ? r : up_run(u, argv);
}

static int bring_device(struct up *u, size_t i)
{
	const struct net_link *l = &u->plan->links[i];
	struct seen_link seen;
	int r = find_device(u, l, &seen);

	if (r < 0)
		return r;
	(void)snprintf(u->names[i], NET_NAME_MAX, "%s", seen.name);
	/* A bond takes its ports only while they are down, and sets them up itself. */
	if (is_port(u, l->name))
		return 0;
	if (hears_routers(u, l->name) && !seen.up) {
		r = up_hear_routers(u, seen.name);
		if (r < 0)
			return r;
	}
	return up_set_up(u, &seen, l->mtu);
}

/* argv of "ip link add ... type bond mode active-backup ...", its options taken apart in place. */
static int make_bond(struct up *u, const struct net_link *l)
{
	const char *argv[WORDS_MAX] = {"ip", "link", "add", "name", l->name, "type", "bond"};
	char options[NET_OPTIONS_MAX], *rest = options, *word;
	size_t n = 7;

	(void)snprintf(options, sizeof(options), "%s", l->options);
	while ((word = strsep(&rest, " ")) && n + 3 < WORDS_MAX) {
		char *value = strchr(word, '=');

		if (!value)
			continue;
		*value++ = '\0';
		argv[n++] = word;
		argv[n++] = strcmp(word, "primary") == 0 ? up_name(u, value) : value;
	}
	return up_run(u, argv);
}

static int add_port(struct up *u, const char *bond, const char *port)
{
	const char *const down[] = {"ip", "link", "set", "dev", port, "down", NULL};
	const char *const master[] = {"ip", "link", "set", "dev", port, "master", bond, NULL};
	int r;

	if (up_has_address(port, NET_INET, NULL) || up_has_address(port, NET_INET6, NULL))
		return net_refuse(u->error,
				  "%s has an address already, by which something else may be "
				  "reached: it is not made a port of %s",
				  port, bond);
	r = up_run(u, down);
	return r < 0 ? r : up_run(u, master);
}

static int make_vlan(struct up *u, const struct net_link *l)
{
	char id[16];
	const char *const argv[] = {"ip",
				    "link",
				    "add",
				    "link",
				    up_name(u, l->parent),
				    "name",
				    l->name,
				    "type",
				    "vlan",
				    "protocol",
				    l->service ? "802.1ad" : "802.1Q",
				    "id",
				    id,
				    NULL};

	(void)snprintf(id, sizeof(id), "%u", l->id);
	return up_run(u, argv);
}

static bool has_ports(const struct seen_link *links, size_t n, const char *bond)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(links[i].master, bond) == 0)
			return true;
	return false;
}

/* The bonding driver makes a bond0 of its own accord, which has the wrong mode: out of the way with
 * it, until the end. */
static int drop_idle(struct up *u, const char *bond)
{
	const char *const argv[] = {"ip", "link", "del", "dev", bond, NULL};
	int r = undo_add(u->undo, UNDO_BOND, bond, "", "", u->error);

	return r < 0 ? r : up_run(u, argv);
}

/* If it exists already, for the network of the root file system, it is used and stays. */
static int find_made(struct up *u, const struct net_link *l, struct seen_link *out, bool *found)
{
	_cleanup_free_ struct seen_link *links = NULL;
	const struct seen_link *seen;
	size_t n;
	int r = up_links(u, &links, &n);

	if (r < 0)
		return r;
	seen = by_name(links, n, l->name);
	*found = seen != NULL;
	if (!seen)
		return 0;
	if (strcmp(seen->kind, l->kind == NET_BOND ? "bond" : "vlan") != 0 ||
	    (l->kind == NET_VLAN && seen->id != l->id))
		return net_refuse(u->error, "there is an interface %s already, of another kind",
				  l->name);
	*out = *seen;
	*found = l->kind != NET_BOND || seen->up || has_ports(links, n, l->name);
	return *found ? 0 : drop_idle(u, l->name);
}

static int make(struct up *u, const struct net_link *l)
{
	size_t k;
	int r = l->kind == NET_BOND ? make_bond(u, l) : make_vlan(u, l);

	if (r == 0)
		r = undo_add(u->undo, UNDO_DELETE, l->name, "", "", u->error);
	for (k = 0; k < l->n_ports && r == 0; k++)
		r = add_port(u, l->name, up_name(u, l->ports[k]));
	return r;
}

static int bring_made(struct up *u, size_t i)
{
	const struct net_link *l = &u->plan->links[i];
	struct seen_link seen;
	bool found;
	int r = find_made(u, l, &seen, &found);

	if (r == 0 && !found) {
		r = make(u, l);
		seen = (struct seen_link){.mtu = 0};
		(void)snprintf(seen.name, sizeof(seen.name), "%s", l->name);
	}
	if (r < 0)
		return r;
	(void)snprintf(u->names[i], NET_NAME_MAX, "%s", l->name);
	if (hears_routers(u, l->name) && !seen.up) {
		r = up_hear_routers(u, l->name);
		if (r < 0)
			return r;
	}
	return up_set_up(u, &seen, l->mtu);
}

int up_link(struct up *u, size_t i)
{
	return u->plan->links[i].kind == NET_DEVICE ? bring_device(u, i) : bring_made(u, i);
}

int up_wait_carrier(struct up *u, const char *name)
{
	do {
		_cleanup_free_ struct seen_link *links = NULL;
		const struct seen_link *l;
		size_t n;
		int r = up_links(u, &links, &n);

		if (r < 0)
			return r;
		l = by_name(links, n, name);
		if (l && l->carrier)
			return 0;
	} while (up_nap(u));
	return net_refuse(u->error, "%s has no carrier; is its cable in, and the switch up?", name);
}

static bool any_by_dhcp(const struct up *u, bool *inet6)
{
	size_t i;

	for (i = 0; i < u->plan->n_addresses; i++) {
		const struct net_address *a = &u->plan->addresses[i];

		if (strcmp(a->link, NET_ANY) == 0 && (a->how == NET_DHCP || a->how == NET_DHCP6)) {
			*inet6 = a->how == NET_DHCP6;
			return true;
		}
	}
	return false;
}

/* One round over all that there are. Sets the name when one will do. */
static int try_any(struct up *u, size_t i)
{
	_cleanup_free_ struct seen_link *links = NULL;
	struct net_error last = *u->error;
	bool inet6 = false, dhcp = any_by_dhcp(u, &inet6);
	size_t n, k;
	int r = up_links(u, &links, &n);

	for (k = 0; k < n && r == 0; k++)
		if (is_device(&links[k]) && !*links[k].master && !is_used(u, links[k].name))
			r = up_set_up(u, &links[k], u->plan->links[i].mtu);
	for (k = 0; k < n && r == 0; k++) {
		int64_t share = clock_ms() + OFFER_MS;

		if (!is_device(&links[k]) || *links[k].master || !links[k].carrier ||
		    is_used(u, links[k].name))
			continue;
		/* Not set up here, but it has an address: no lease is needed. */
		if (dhcp && !up_is_ours(u, links[k].name) &&
		    up_has_address(links[k].name, inet6 ? NET_INET6 : NET_INET, NULL))
			dhcp = false;
		if (dhcp && up_dhcp(u, links[k].name, inet6, share) < 0) {
			last = *u->error;
			continue;
		}
		(void)snprintf(u->names[i], NET_NAME_MAX, "%s", links[k].name);
		return 0;
	}
	if (r == 0)
		*u->error = last;
	return r;
}

int up_any(struct up *u, size_t i)
{
	int r;

	(void)net_refuse(u->error, "no interface has a carrier");
	do
		r = try_any(u, i);
	while (r == 0 && !*u->names[i] && up_nap(u));
	if (r < 0 || !*u->names[i])
		return r < 0 ? r : -ETIMEDOUT;
	return hears_routers(u, NET_ANY) && up_is_ours(u, u->names[i])
		       ? up_hear_routers(u, u->names[i])
		       : 0;
}
