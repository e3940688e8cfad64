// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/dracut_ip.h"
#include "net/dracut_words.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS    " \t"
#define WORDS_MAX 4096

static int take_server(const struct words *w, char *value)
{
	char address[NET_ADDRESS_MAX];
	size_t n = strlen(value);

	if (n > 2 && value[0] == '[' && value[n - 1] == ']') {
		value[n - 1] = '\0';
		value++;
	}
	if (net_address_parse(value, address, NULL) < 0)
		return words_refuse(w, "not an address");
	return net_plan_add_server(w->plan, address) < 0 ? words_refuse(w, "too many name servers")
							 : 0;
}

static int add_route(const struct words *w, const struct net_route *r)
{
	return net_plan_add_route(w->plan, r) < 0 ? words_refuse(w, "too many routes") : 0;
}

/* rd.route=NETWORK/LENGTH:GATEWAY[:INTERFACE] */
static int take_route(const struct words *w, char *value)
{
	struct net_route route = {.onlink = false};
	struct net_link *l;
	struct fields f;
	int r = words_split(w, value, &f);

	if (r < 0)
		return r;
	if (f.n < 2 || f.n > 3)
		return words_refuse(w, "rd.route= is written NETWORK/LENGTH:GATEWAY:INTERFACE");
	if (net_prefix_parse(f.f[0], route.to, NULL) < 0)
		return words_refuse(w, "not a network with the length of its prefix");
	if (*f.f[1] && net_address_parse(f.f[1], route.via, NULL) < 0)
		return words_refuse(w, "the gateway is not an address");
	if (!*f.f[1] && !*f.f[2])
		return words_refuse(w, "a route needs a gateway or an interface");
	if (*f.f[2]) {
		l = words_link(w, f.f[2]);
		if (!l)
			return -EINVAL;
		(void)snprintf(route.link, sizeof(route.link), "%s", l->name);
	}
	return add_route(w, &route);
}

/* How an interface comes by its address. Ends with a NULL word. */
static const struct method {
	const char *word;
	bool gets; /* it gets one by `how` */
	enum net_how how;
} methods[] = {
	{"dhcp", true, NET_DHCP},   {"on", true, NET_DHCP},          {"any", true, NET_DHCP},
	{"dhcp6", true, NET_DHCP6}, {"auto6", true, NET_AUTO6},      {"either6", true, NET_AUTO6},
	{"link6", true, NET_LINK6}, {"single-dhcp", true, NET_DHCP}, {"none", false, NET_STATIC},
	{"off", false, NET_STATIC}, {"static", false, NET_STATIC},   {"", false, NET_STATIC},
	{NULL, false, NET_STATIC},
};

static const struct method *method_of(const char *word)
{
	const struct method *m = methods;

	while (m->word && strcmp(m->word, word) != 0)
		m++;
	return m->word ? m : NULL;
}

static int add_address(const struct words *w, const struct net_link *l, enum net_how how,
		       const char *prefix)
{
	struct net_address a = {.how = how};

	(void)snprintf(a.link, sizeof(a.link), "%s", l->name);
	(void)snprintf(a.prefix, sizeof(a.prefix), "%s", prefix);
	return net_plan_add_address(w->plan, &a) < 0 ? words_refuse(w, "too many addresses") : 0;
}

/* The address with its prefix, and the way out. */
static int take_static(const struct words *w, const struct net_link *l, const struct fields *f)
{
	char address[NET_ADDRESS_MAX], prefix[NET_PREFIX_MAX];
	struct net_route route = {.to = "default"};
	enum net_family family, of_gateway;
	unsigned int length;
	int r;

	if (net_address_parse(f->f[0], address, &family) < 0)
		return words_refuse(w, "the first field is not an address");
	if (!*f->f[3])
		return words_refuse(w, "the netmask is missing");
	if (net_netmask_parse(f->f[3], family, &length) < 0)
		return words_refuse(w, "not a netmask or length of a prefix");
	(void)snprintf(prefix, sizeof(prefix), "%s/%u", address, length);
	r = add_address(w, l, NET_STATIC, prefix);
	if (r < 0 || !*f->f[2])
		return r;
	if (net_address_parse(f->f[2], route.via, &of_gateway) < 0 || of_gateway != family)
		return words_refuse(w, "the gateway is not an address of the same family");
	(void)snprintf(route.link, sizeof(route.link), "%s", l->name);
	route.onlink = length == (family == NET_INET ? 32 : 128);
	return add_route(w, &route);
}

/* What may follow the method: name servers, or the MTU. */
static int take_rest(const struct words *w, struct net_link *l, const struct fields *f, size_t i)
{
	char address[NET_ADDRESS_MAX];
	bool servers = net_address_parse(f->f[i], address, NULL) == 0;
	size_t k;
	int r;

	if (!servers) {
		r = words_set_mtu(w, l, f->f[i]);
		if (r < 0)
			return r;
		for (k = i + 1; k < FIELDS_MAX; k++)
			if (*f->f[k])
				return words_refuse(
					w, "a MAC address is not set; to name the interface "
					   "by the one it has, use ifname=");
		return 0;
	}
	for (r = 0, k = i; k < f->n && r == 0; k++)
		r = take_server(w, f->f[k]);
	return r;
}

/* ip=METHOD, ip=INTERFACE:METHOD..., ip=ADDRESS:PEER:GATEWAY:NETMASK:HOST:INTERFACE:METHOD... */
static int take_ip(const struct words *w, char *value)
{
	const struct method *m;
	struct net_link *l;
	struct fields f;
	size_t at = 6; /* of the method */
	const char *name;
	int r = words_split(w, value, &f);

	if (r < 0)
		return r;
	if (f.n == 1)
		at = 0;
	else if (f.n == 2 || (*f.f[1] && method_of(f.f[1])))
		at = 1;
	m = method_of(f.f[at]);
	if (!m || (at < 6 && !m->gets))
		return words_refuse(w,
				    at == 6 ? "its seventh field is none of none, dhcp, dhcp6, "
					      "auto6 and link6"
					    : "not one of ip=METHOD, ip=INTERFACE:METHOD and "
					      "ip=ADDRESS::GATEWAY:NETMASK::INTERFACE:none, with "
					      "dhcp, dhcp6, auto6 or link6 for METHOD");
	name = at == 6 ? f.f[5] : at == 1 ? f.f[0] : "";
	l = words_link(w, *name ? name : NET_ANY);
	if (!l)
		return -EINVAL;
	if (at == 6 && *f.f[1])
		return words_refuse(w, "an address for the peer is not supported");
	if (at == 6 && (*f.f[0] || !m->gets))
		r = take_static(w, l, &f);
	if (r == 0 && m->gets)
		r = add_address(w, l, m->how, "");
	return r < 0 ? r : take_rest(w, l, &f, at + 1);
}

static const struct {
	const char *key;
	int (*take)(const struct words *w, char *value); /* NULL: means nothing here */
	bool names; /* it makes interfaces, of which others speak */
} keys[] = {
	{"ifname=", words_ifname, true},  {"bond=", words_bond, true},
	{"vlan=", words_vlan, true},      {"ip=", take_ip, false},
	{"rd.route=", take_route, false}, {"nameserver=", take_server, false},
	{"rd.neednet=", NULL, false},     {"bootdev=", NULL, false},
};

static int take_word(struct words *w, const char *word, bool names)
{
	_cleanup_free_ char *copy = NULL;
	size_t i;

	w->word = word;
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t n = strlen(keys[i].key);

		if (strncmp(word, keys[i].key, n) != 0)
			continue;
		if (!keys[i].take || keys[i].names != names)
			return 0;
		copy = strdup(word + n);
		return copy ? keys[i].take(w, copy) : -ENOMEM;
	}
	return words_refuse(w, "not one of ip=, vlan=, bond=, nameserver=, rd.route= and ifname=");
}

static int take_words(struct words *w, const char *text, bool names)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *word;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (word = strsep(&rest, BLANKS)))
		if (*word)
			r = take_word(w, word, names);
	return r;
}

int net_dracut_parse(const char *buf, size_t len, struct net_plan *out, struct net_error *error)
{
	_cleanup_free_ struct net_plan *plan = calloc(1, sizeof(*plan));
	_cleanup_free_ char *text = strndup(buf, len);
	struct net_error problem = {.line = 0};
	struct words w = {.plan = plan, .error = &problem, .word = "these words"};
	int r;

	if (!plan || !text)
		return -ENOMEM;
	r = len > WORDS_MAX || strlen(text) != len ? words_refuse(&w, "too long, or not text") : 0;
	if (r == 0)
		r = take_words(&w, text, true);
	if (r == 0)
		r = take_words(&w, text, false);
	w.word = "these words";
	if (r == 0)
		r = words_add_devices(&w);
	if (r == 0)
		r = words_order(&w);
	if (r == 0 && !plan->n_addresses)
		r = words_refuse(&w, "no ip= says how an interface comes by its address");
	if (r == -EINVAL)
		*error = problem;
	if (r < 0)
		return r;
	*out = *plan;
	return 0;
}
