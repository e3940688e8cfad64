// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/dracut_words.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

int words_split(const struct words *w, char *s, struct fields *out)
{
	static char empty[1];
	size_t i;

	out->n = 0;
	for (;;) {
		char *end;

		if (out->n == FIELDS_MAX)
			return words_refuse(w, "too many fields");
		if (*s == '[') {
			end = strchr(++s, ']');
			if (!end || (end[1] && end[1] != ':'))
				return words_refuse(w, "a bracket without its other one");
			*end++ = '\0';
		} else {
			end = s + strcspn(s, ":");
		}
		out->f[out->n++] = s;
		if (!*end)
			break;
		*end = '\0';
		s = end + 1;
	}
	for (i = out->n; i < FIELDS_MAX; i++)
		out->f[i] = empty;
	return 0;
}

struct net_link *words_link(const struct words *w, const char *name)
{
	struct net_link *l;

	if (strcmp(name, NET_ANY) != 0 && !net_name_ok(name)) {
		(void)words_refuse(w, *name ? "not the name of an interface"
					    : "the name of the interface is missing");
		return NULL;
	}
	l = net_plan_add_link(w->plan, NET_DEVICE, name);
	if (!l)
		(void)words_refuse(w, "too many interfaces");
	return l;
}

int words_set_mtu(const struct words *w, struct net_link *l, const char *value)
{
	if (*value && net_number_parse(value, 68, 65535, &l->mtu) < 0)
		return words_refuse(w, "the MTU is not a number from 68 to 65535");
	return 0;
}

static struct net_link *make_link(const struct words *w, enum net_kind kind, const char *name)
{
	size_t before = w->plan->n_links;
	struct net_link *l;

	/* One that is made, or given its name, is not any. */
	if (strcmp(name, NET_ANY) == 0) {
		(void)words_refuse(w, "not the name of an interface");
		return NULL;
	}
	l = words_link(w, name);
	if (l && w->plan->n_links == before) {
		(void)words_refuse(w, "the interface is there twice");
		return NULL;
	}
	if (l)
		l->kind = kind;
	return l;
}

static int bond_options(const struct words *w, struct net_link *l, char *options)
{
	struct net_error why;
	char *item, *c;

	while ((item = strsep(&options, ","))) {
		char *value = strchr(item, '=');

		if (!*item)
			continue;
		if (!value)
			return words_refuse(w, "an option of a bond is written NAME=VALUE");
		*value++ = '\0';
		for (c = value; *c; c++)
			if (*c == ';')
				*c = ',';
		if (net_link_add_option(l, item, value, &why) < 0)
			return words_refuse(w, why.text);
	}
	return 0;
}

/* bond=NAME[:PORT,...[:OPTION=VALUE,...[:MTU]]] */
int words_bond(const struct words *w, char *value)
{
	struct net_link *l;
	struct fields f;
	char *ports, *name;
	/* What dracut takes when nothing is said. */
	char usual[] = "eth0,eth1", mode[] = "mode=balance-rr";
	int r = words_split(w, value, &f);

	if (r == 0 && f.n > 4)
		r = words_refuse(w, "bond= has at most four fields: NAME:PORTS:OPTIONS:MTU");
	if (r < 0)
		return r;
	l = make_link(w, NET_BOND, *f.f[0] ? f.f[0] : "bond0");
	if (!l)
		return -EINVAL;
	ports = *f.f[1] ? f.f[1] : usual;
	while ((name = strsep(&ports, ","))) {
		if (l->n_ports == NET_PORTS_MAX)
			return words_refuse(w, "too many ports");
		if (!net_name_ok(name))
			return words_refuse(w, "not the name of an interface among the ports");
		(void)snprintf(l->ports[l->n_ports++], NET_NAME_MAX, "%s", name);
	}
	r = bond_options(w, l, *f.f[2] ? f.f[2] : mode);
	return r < 0 ? r : words_set_mtu(w, l, f.f[3]);
}

/* vlan=NAME:PARENT; the number is in the name. */
int words_vlan(const struct words *w, char *value)
{
	struct net_link *l;
	struct fields f;
	const char *number;
	int r = words_split(w, value, &f);

	if (r == 0 && f.n != 2)
		r = words_refuse(w, "vlan= has two fields: NAME:PARENT");
	if (r < 0)
		return r;
	l = make_link(w, NET_VLAN, f.f[0]);
	if (!l)
		return -EINVAL;
	if (!net_name_ok(f.f[1]))
		return words_refuse(w, "the parent is not the name of an interface");
	(void)snprintf(l->parent, sizeof(l->parent), "%s", f.f[1]);
	number = strrchr(l->name, '.');
	if (number)
		number++;
	else if (strncmp(l->name, "vlan", 4) == 0)
		number = l->name + 4;
	if (!number || net_number_parse(number, 0, 4094, &l->id) < 0)
		return words_refuse(
			w, "the name does not say the VLAN's number, as vlan5 or eth0.5 do");
	return 0;
}

/* ifname=NAME:MAC */
int words_ifname(const struct words *w, char *value)
{
	char *mac = strchr(value, ':');
	struct net_link *l;

	if (!mac)
		return words_refuse(w, "ifname= is written NAME:MAC");
	*mac++ = '\0';
	l = make_link(w, NET_DEVICE, value);
	if (!l)
		return -EINVAL;
	return net_mac_parse(mac, l->mac) < 0 ? words_refuse(w, "not a MAC address") : 0;
}

int words_add_devices(const struct words *w)
{
	size_t n = w->plan->n_links, i, k;

	for (i = 0; i < n; i++) {
		const struct net_link l = w->plan->links[i];

		if (*l.parent && !words_link(w, l.parent))
			return -EINVAL;
		for (k = 0; k < l.n_ports; k++)
			if (!words_link(w, l.ports[k]))
				return -EINVAL;
	}
	return 0;
}

static bool placed(const struct net_plan *p, const struct net_link *l)
{
	size_t i;

	if (*l->parent && !net_plan_link(p, l->parent))
		return false;
	for (i = 0; i < l->n_ports; i++)
		if (!net_plan_link(p, l->ports[i]))
			return false;
	return true;
}

int words_order(const struct words *w)
{
	_cleanup_free_ struct net_plan *fresh = calloc(1, sizeof(*fresh));
	struct net_plan *p = w->plan;
	bool moved = true;
	size_t i;

	if (!fresh)
		return -ENOMEM;
	while (moved) {
		moved = false;
		for (i = 0; i < p->n_links; i++) {
			if (net_plan_link(fresh, p->links[i].name) || !placed(fresh, &p->links[i]))
				continue;
			fresh->links[fresh->n_links++] = p->links[i];
			moved = true;
		}
	}
	if (fresh->n_links != p->n_links)
		return net_refuse(w->error, "interfaces are made of each other in a circle");
	memcpy(p->links, fresh->links, sizeof(p->links));
	return 0;
}
