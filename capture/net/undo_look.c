// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Before something is changed back: is it still as it was left? A boot may bring up a network of
 * its own meanwhile, over the same interfaces, and its root file system may be across it. What
 * cannot be asked counts as ours.
 */
#include "net/undo.h"

#include "base/cleanup.h"
#include "net/ip.h"
#include "net/show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BONDS "/sys/class/net/bonding_masters"

struct links {
	struct seen_link *at;
	size_t n;
};

static bool links_now(struct links *l)
{
	static const char *const argv[] = {"ip", "-json", "-details", "link", "show", NULL};
	_cleanup_free_ char *text = NULL;
	struct net_error ignored;
	size_t len;

	return net_collect(argv, &text, &len, &ignored) == 0 &&
	       net_show_links(text, len, &l->at, &l->n) == 0;
}

static const struct seen_link *find(const struct links *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->at[i].name, name) == 0)
			return &l->at[i];
	return NULL;
}

static bool addresses_of(const char *link, struct seen_address **out, size_t *n)
{
	const char *const argv[] = {"ip", "-json", "addr", "show", "dev", link, NULL};
	_cleanup_free_ char *text = NULL;
	struct net_error ignored;
	size_t len;

	return net_collect(argv, &text, &len, &ignored) == 0 &&
	       net_show_addresses(text, len, out, n) == 0;
}

/* Ours are gone by now; what routers gave came because the link was set up. */
static bool has_others_address(const char *link)
{
	_cleanup_free_ struct seen_address *at = NULL;
	size_t n = 0, i;

	if (!addresses_of(link, &at, &n))
		return false;
	for (i = 0; i < n; i++)
		if (at[i].family == NET_INET || (at[i].global && !at[i].dynamic))
			return true;
	return false;
}

/* May a link be set down, or deleted? Not when it is gone, has another address, or is a part of
 * another link that was not made here, or is gone by now. */
static bool may_take_down(const char *link)
{
	struct links l = {.at = NULL};
	const struct seen_link *seen;
	bool may = true;
	size_t i;

	if (links_now(&l)) {
		seen = find(&l, link);
		may = seen && !*seen->master;
		for (i = 0; i < l.n && may; i++)
			may = strcmp(l.at[i].parent, link) != 0;
	}
	free(l.at);
	return may && !has_others_address(link);
}

static bool mtu_is(const char *link, const char *mtu)
{
	struct links l = {.at = NULL};
	const struct seen_link *seen;
	bool is = true;

	if (links_now(&l)) {
		seen = find(&l, link);
		is = seen && seen->mtu == (unsigned int)strtoul(mtu, NULL, 10);
	}
	free(l.at);
	return is;
}

static bool is_there(const char *link)
{
	struct links l = {.at = NULL};
	bool there = links_now(&l) && find(&l, link);

	free(l.at);
	return there;
}

/*
 * Is the address as it was given here: for good, where a DHCP client that took it over has it for a
 * time? Another one of the same network would go with it.
 */
static bool may_delete_address(const char *link, const char *prefix)
{
	_cleanup_free_ struct seen_address *at = NULL;
	size_t n = 0, i;
	bool found = false;

	if (!addresses_of(link, &at, &n))
		return true;
	for (i = 0; i < n; i++) {
		if (strcmp(at[i].prefix, prefix) == 0)
			found = !at[i].dynamic;
		else if (at[i].family == NET_INET && net_prefix_has(prefix, at[i].address))
			return false;
	}
	return found;
}

static bool has_route(const char *link, const char *to, bool inet6)
{
	const char *const argv[] = {"ip",    "-json",    inet6 ? "-6" : "-4",  "route", "show", to,
				    "proto", UNDO_PROTO, *link ? "dev" : NULL, link,    NULL};
	_cleanup_free_ char *text = NULL;
	struct net_error ignored;
	struct seen_route route;
	size_t len;

	return net_collect(argv, &text, &len, &ignored) < 0 ||
	       net_show_route(text, len, &route) != -ENOENT;
}

/* The text of a small file without its line feed; the caller frees it; NULL: it cannot be read. */
static char *text_of(const struct root *root, const char *path)
{
	char *text = NULL;
	size_t len;

	if (root_read(root, path, 4096, &text, &len) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

bool undo_may(const struct root *root, enum undo_kind kind, const char *link, const char *value,
	      const char *old)
{
	_cleanup_free_ char *text = NULL;

	switch (kind) {
	case UNDO_DELETE:
	case UNDO_DOWN:
		return may_take_down(link);
	case UNDO_BOND:
		return !is_there(link);
	case UNDO_MTU:
		return mtu_is(link, value);
	case UNDO_ADDRESS:
		return may_delete_address(link, value);
	case UNDO_ROUTE:
		return has_route(link, value, strchr(value, ':') || strcmp(old, "6") == 0);
	case UNDO_SETTING:
		text = text_of(root, value);
		return !text || strcmp(text, link) == 0;
	case UNDO_MODULE:
		text = text_of(root, BONDS);
		return !text || !*text;
	case UNDO_RESOLV:
		break;
	}
	return true;
}
