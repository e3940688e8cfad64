// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/undo.h"

#include "net/ip.h"
#include "net/resolv_file.h"

#include <errno.h>
#include <string.h>

int undo_add(struct undo *u, enum undo_kind kind, const char *link, const char *value,
	     const char *old, struct net_error *error)
{
	size_t i = u->n;

	if (i == UNDO_MAX) {
		(void)net_refuse(error, "more changes to the network than are kept count of");
		return -E2BIG;
	}
	u->steps[i].kind = kind;
	(void)snprintf(u->steps[i].link, sizeof(u->steps[i].link), "%s", link);
	(void)snprintf(u->steps[i].value, sizeof(u->steps[i].value), "%s", value);
	(void)snprintf(u->steps[i].old, sizeof(u->steps[i].old), "%s", old);
	u->n++;
	return 0;
}

bool undo_has(const struct undo *u, enum undo_kind kind, const char *link)
{
	size_t i;

	for (i = 0; i < u->n; i++)
		if (u->steps[i].kind == kind && strcmp(u->steps[i].link, link) == 0)
			return true;
	return false;
}

static int run(const char *const *argv, struct net_error *error)
{
	return net_run(argv, error);
}

static int take_down(const char *link, struct net_error *error)
{
	const char *const flush[] = {"ip", "addr", "flush", "dev", link, NULL};
	const char *const down[] = {"ip", "link", "set", "dev", link, "down", NULL};
	int r = run(flush, error);

	return run(down, error) < 0 ? -EIO : r;
}

static int undo_one(const struct root *root, enum undo_kind kind, const char *link,
		    const char *value, const char *old, struct net_error *error)
{
	bool inet6 = strchr(value, ':') != NULL;
	const char *const del[] = {"ip", "link", "del", "dev", link, NULL};
	const char *const bond[] = {"ip", "link", "add", "name", link, "type", "bond", NULL};
	const char *const mtu[] = {"ip", "link", "set", "dev", link, "mtu", old, NULL};
	const char *const addr[] = {"ip", "addr", "del", value, "dev", link, NULL};
	const char *const route[] = {"ip",       inet6 || strcmp(old, "6") == 0 ? "-6" : "-4",
				     "route",    "del",
				     value,      *link ? "dev" : NULL,
				     link,       *link ? "proto" : NULL,
				     UNDO_PROTO, NULL};
	const char *const module[] = {"modprobe", "-r", value, NULL};
	int r;

	switch (kind) {
	case UNDO_DELETE:
		return run(del, error);
	case UNDO_BOND:
		return run(bond, error);
	case UNDO_DOWN:
		return take_down(link, error);
	case UNDO_MTU:
		return run(mtu, error);
	case UNDO_ADDRESS:
		return run(addr, error);
	case UNDO_ROUTE:
		return run(route, error);
	case UNDO_SETTING:
		r = root_write(root, value, old);
		return r < 0 ? net_refuse(error, "%s: %s", value, strerror(-r)) : 0;
	case UNDO_RESOLV:
		r = resolv_restore(root);
		return r < 0 ? net_refuse(error, "/etc/resolv.conf: %s", strerror(-r)) : 0;
	case UNDO_MODULE:
		return run(module, error);
	}
	return 0;
}

int undo_all(struct undo *u, const struct root *root, struct net_error *error)
{
	struct net_error why;
	int first = 0, r;

	u->left = 0;
	while (u->n > 0) {
		u->n--;
		if (!undo_may(root, u->steps[u->n].kind, u->steps[u->n].link, u->steps[u->n].value,
			      u->steps[u->n].old)) {
			u->left++;
			continue;
		}
		r = undo_one(root, u->steps[u->n].kind, u->steps[u->n].link, u->steps[u->n].value,
			     u->steps[u->n].old, &why);
		if (r < 0 && first == 0) {
			first = r;
			*error = why;
		}
	}
	return first;
}
