// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan's text, line by line. The parser sees all of it and opens nothing. */
#include "net/plan.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS        " \t"
#define PLAN_LINE_MAX 2048

/* A bond's options that say how it works, as ip-link(8) names them. */
static const char *const bond_options[] = {
	"mode",
	"miimon",
	"updelay",
	"downdelay",
	"peer_notify_delay",
	"use_carrier",
	"arp_interval",
	"arp_validate",
	"arp_all_targets",
	"arp_ip_target",
	"primary",
	"primary_reselect",
	"fail_over_mac",
	"xmit_hash_policy",
	"resend_igmp",
	"num_grat_arp",
	"num_unsol_na",
	"all_slaves_active",
	"min_links",
	"lp_interval",
	"packets_per_slave",
	"tlb_dynamic_lb",
	"lacp_rate",
	"ad_select",
	"ad_user_port_key",
	"ad_actor_sys_prio",
	"ad_actor_system",
};

static int take_mtu(struct net_link *l, const char *value, struct net_error *error)
{
	if (net_number_parse(value, 68, 65535, &l->mtu) < 0)
		return net_refuse(error, "mtu=%.20s is not a number from 68 to 65535", value);
	return 0;
}

static int take_device_word(struct net_link *l, const char *key, const char *value,
			    struct net_error *error)
{
	if (strcmp(key, "mac") != 0)
		return net_refuse(error, "a device takes mac= and mtu=, not %.20s=", key);
	if (net_mac_parse(value, l->mac) < 0)
		return net_refuse(error, "mac=%.60s is not an address like 52:54:00:12:34:56",
				  value);
	return 0;
}

static int take_ports(const struct net_plan *p, struct net_link *l, char *value,
		      struct net_error *error)
{
	char *name;

	while ((name = strsep(&value, ","))) {
		const struct net_link *port = net_plan_link(p, name);

		if (l->n_ports == NET_PORTS_MAX)
			return net_refuse(error, "bond %s: more than %d ports", l->name,
					  NET_PORTS_MAX);
		if (!port || port == l || strcmp(name, NET_ANY) == 0)
			return net_refuse(error, "bond %s: no interface \"%.20s\" before it",
					  l->name, name);
		(void)snprintf(l->ports[l->n_ports++], NET_NAME_MAX, "%s", name);
	}
	return 0;
}

int net_link_add_option(struct net_link *l, const char *key, const char *value,
			struct net_error *error)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+@~:,";
	size_t used = strlen(l->options), i = 0;

	while (i < ARRAY_SIZE(bond_options) && strcmp(bond_options[i], key) != 0)
		i++;
	if (i == ARRAY_SIZE(bond_options))
		return net_refuse(error, "bond %s: no option \"%.20s\"", l->name, key);
	if (!*value || value[strspn(value, plain)])
		return net_refuse(error, "bond %s: %s=%.40s is not a value", l->name, key, value);
	if (used + strlen(key) + strlen(value) + 3 > sizeof(l->options))
		return net_refuse(error, "bond %s: too many options", l->name);
	(void)snprintf(l->options + used, sizeof(l->options) - used, "%s%s=%s", used ? " " : "",
		       key, value);
	return 0;
}

static int take_bond_word(const struct net_plan *p, struct net_link *l, const char *key,
			  char *value, struct net_error *error)
{
	if (strcmp(key, "ports") == 0)
		return take_ports(p, l, value, error);
	return net_link_add_option(l, key, value, error);
}

static int take_vlan_word(const struct net_plan *p, struct net_link *l, const char *key,
			  const char *value, struct net_error *error)
{
	if (strcmp(key, "parent") == 0) {
		const struct net_link *parent = net_plan_link(p, value);

		if (!parent || parent == l || strcmp(value, NET_ANY) == 0)
			return net_refuse(error, "vlan %s: no interface \"%.20s\" before it",
					  l->name, value);
		(void)snprintf(l->parent, sizeof(l->parent), "%s", value);
		return 0;
	}
	if (strcmp(key, "id") == 0) {
		if (net_number_parse(value, 0, 4094, &l->id) < 0)
			return net_refuse(error, "vlan %s: id=%.20s is not from 0 to 4094", l->name,
					  value);
		return 0;
	}
	if (strcmp(key, "protocol") == 0 &&
	    (strcmp(value, "802.1Q") == 0 || strcmp(value, "802.1ad") == 0)) {
		l->service = strcmp(value, "802.1ad") == 0;
		return 0;
	}
	return net_refuse(error, "vlan %s: \"%.20s=%.20s\" is not understood", l->name, key, value);
}

static int add_link(struct net_plan *p, enum net_kind kind, char *words, struct net_error *error)
{
	char *name = strsep(&words, BLANKS), *word;
	bool any = kind == NET_DEVICE && strcmp(name, NET_ANY) == 0, has_id = false;
	struct net_link *l;
	int r = 0;

	if (!any && !net_name_ok(name))
		return net_refuse(error, "\"%.20s\" is not the name of an interface", name);
	if (net_plan_link(p, name))
		return net_refuse(error, "interface %s is there twice", name);
	l = net_plan_add_link(p, kind, name);
	if (!l)
		return net_refuse(error, "more than %d interfaces", NET_LINKS_MAX);
	while (r == 0 && (word = strsep(&words, BLANKS))) {
		char *value = strchr(word, '=');

		if (!value)
			return net_refuse(error, "%s: \"%.20s\" is not key=value", name, word);
		*value++ = '\0';
		if (strcmp(word, "mtu") == 0)
			r = take_mtu(l, value, error);
		else if (kind == NET_DEVICE)
			r = take_device_word(l, word, value, error);
		else if (kind == NET_BOND)
			r = take_bond_word(p, l, word, value, error);
		else
			r = take_vlan_word(p, l, word, value, error);
		has_id = has_id || strcmp(word, "id") == 0;
	}
	if (r == 0 && kind == NET_BOND && !l->n_ports)
		return net_refuse(error, "bond %s has no ports=", name);
	if (r == 0 && kind == NET_VLAN && (!*l->parent || !has_id))
		return net_refuse(error, "vlan %s needs parent= and id=", name);
	return r;
}

static int add_address(struct net_plan *p, char *words, struct net_error *error)
{
	static const struct {
		const char *word;
		enum net_how how;
	} hows[] = {{"dhcp", NET_DHCP},
		    {"dhcp6", NET_DHCP6},
		    {"auto6", NET_AUTO6},
		    {"link6", NET_LINK6}};
	char *name = strsep(&words, BLANKS);
	struct net_address a = {.how = NET_STATIC};
	size_t i;

	if (!net_plan_link(p, name))
		return net_refuse(error, "address: no interface \"%.20s\" before it", name);
	if (!words)
		return net_refuse(error, "address: needs an interface and an address");
	(void)snprintf(a.link, sizeof(a.link), "%s", name);
	for (i = 0; i < ARRAY_SIZE(hows); i++)
		if (strcmp(words, hows[i].word) == 0)
			a.how = hows[i].how;
	if (a.how == NET_STATIC && net_prefix_parse(words, a.prefix, NULL) < 0)
		return net_refuse(error, "\"%.60s\" is not an address with its prefix length",
				  words);
	if (net_plan_add_address(p, &a) < 0)
		return net_refuse(error, "more than %d addresses", NET_ADDRESSES_MAX);
	return 0;
}

static int take_route_word(const struct net_plan *p, struct net_route *r, char *word,
			   struct net_error *error)
{
	char *value = strchr(word, '=');

	if (strcmp(word, "onlink") == 0) {
		r->onlink = true;
		return 0;
	}
	if (value) {
		*value++ = '\0';
		if (strcmp(word, "via") == 0 && net_address_parse(value, r->via, NULL) == 0)
			return 0;
		if (strcmp(word, "src") == 0 && net_address_parse(value, r->src, NULL) == 0)
			return 0;
		if (strcmp(word, "dev") == 0 && net_plan_link(p, value)) {
			(void)snprintf(r->link, sizeof(r->link), "%s", value);
			return 0;
		}
	}
	return net_refuse(error, "route: \"%.20s%s%.60s\" is not understood", word,
			  value ? "=" : "", value ? value : "");
}

static int add_route(struct net_plan *p, char *words, struct net_error *error)
{
	char *to = strsep(&words, BLANKS), *word;
	struct net_route r = {.onlink = false};
	int err = 0;

	if (strcmp(to, "default") == 0)
		(void)snprintf(r.to, sizeof(r.to), "%s", to);
	else if (net_prefix_parse(to, r.to, NULL) < 0)
		return net_refuse(error, "route: \"%.60s\" is neither \"default\" nor a network",
				  to);
	while (err == 0 && (word = strsep(&words, BLANKS)))
		err = take_route_word(p, &r, word, error);
	if (err < 0)
		return err;
	if (!*r.via && !*r.link)
		return net_refuse(error, "route %s: needs via= or dev=", r.to);
	if (net_plan_add_route(p, &r) < 0)
		return net_refuse(error, "more than %d routes", NET_ROUTES_MAX);
	return 0;
}

static int add_server(struct net_plan *p, const char *words, struct net_error *error)
{
	char address[NET_ADDRESS_MAX];

	if (net_address_parse(words, address, NULL) < 0)
		return net_refuse(error, "nameserver: \"%.60s\" is not an address", words);
	if (net_plan_add_server(p, address) < 0)
		return net_refuse(error, "more than %d name servers", NET_SERVERS_MAX);
	return 0;
}

static int set_search(struct net_plan *p, const char *words, struct net_error *error)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._- ";

	if (strlen(words) >= sizeof(p->search) || words[strspn(words, plain)])
		return net_refuse(error, "search: not names of domains, or too many");
	(void)snprintf(p->search, sizeof(p->search), "%s", words);
	return 0;
}

int net_plan_add(struct net_plan *p, const char *key, char *words, struct net_error *error)
{
	if (strcmp(key, "device") == 0)
		return add_link(p, NET_DEVICE, words, error);
	if (strcmp(key, "bond") == 0)
		return add_link(p, NET_BOND, words, error);
	if (strcmp(key, "vlan") == 0)
		return add_link(p, NET_VLAN, words, error);
	if (strcmp(key, "address") == 0)
		return add_address(p, words, error);
	if (strcmp(key, "route") == 0)
		return add_route(p, words, error);
	if (strcmp(key, "nameserver") == 0)
		return add_server(p, words, error);
	if (strcmp(key, "search") == 0)
		return set_search(p, words, error);
	return net_refuse(error, "unknown key \"%.20s\"", key);
}

struct parser {
	const char *host;
	struct net_plan *now; /* the part that is being read */
	struct net_plan *out;
	bool found;
};

/* The end of a part: is it the one that was asked for? What is for this host comes before what is
 * for all. */
static void end_part(struct parser *s)
{
	const struct net_plan *p = s->now;
	bool empty = !p->n_links && !p->n_addresses && !p->n_routes && !p->n_servers && !*p->search;

	if (*p->target ? strcmp(p->target, s->host) == 0 : !empty && !s->found) {
		*s->out = *p;
		s->found = true;
	}
}

static int begin_part(struct parser *s, const char *words, struct net_error *error)
{
	if (strlen(words) >= sizeof(s->now->target) || strpbrk(words, BLANKS))
		return net_refuse(error, "target: not the name of a host");
	end_part(s);
	*s->now = (struct net_plan){.n_links = 0};
	(void)snprintf(s->now->target, sizeof(s->now->target), "%s", words);
	return 0;
}

/* One blank between words, none around them. */
static char *tidy(char *s)
{
	char *from = s, *to = s;

	while (*(from += strspn(from, BLANKS))) {
		size_t n = strcspn(from, BLANKS);

		if (to != s)
			*to++ = ' ';
		memmove(to, from, n);
		to += n;
		from += n;
	}
	*to = '\0';
	return s;
}

static int parse_line(struct parser *s, char *line, struct net_error *error)
{
	char *key = line, *words;

	for (words = line; *words; words++)
		if ((*words < ' ' && *words != '\t') || *words > '~')
			return net_refuse(error, "not a line of text");
	key += strspn(key, BLANKS);
	if (!*key || *key == '#')
		return 0;
	words = strchr(key, '=');
	if (!words)
		return net_refuse(error, "\"%.40s\" is not \"key = words\"", key);
	*words++ = '\0';
	tidy(key);
	tidy(words);
	if (!*words)
		return net_refuse(error, "%.20s: nothing after the '='", key);
	return strcmp(key, "target") == 0 ? begin_part(s, words, error)
					  : net_plan_add(s->now, key, words, error);
}

int net_plan_parse(const char *buf, size_t len, const char *host, struct net_plan *out,
		   struct net_error *error)
{
	_cleanup_free_ struct net_plan *plans = calloc(2, sizeof(*plans));
	struct parser s = {.host = host};
	struct net_error problem = {.line = 0};
	const char *p = buf, *end = buf + len;
	char line[PLAN_LINE_MAX];
	int r = 0;

	if (!plans)
		return -ENOMEM;
	s.now = &plans[0];
	s.out = &plans[1];
	while (p < end && r == 0) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((newline ? newline : end) - p);

		problem.line++;
		if (!newline || n >= sizeof(line) || memchr(p, '\0', n)) {
			r = net_refuse(&problem, newline ? "a line that is too long, or not text"
							 : "the last line is cut off");
			break;
		}
		memcpy(line, p, n);
		line[n] = '\0';
		r = parse_line(&s, line, &problem);
		p += n + 1;
	}
	if (r < 0) {
		*error = problem;
		return r;
	}
	end_part(&s);
	if (!s.found)
		return -ENOENT;
	*out = *s.out;
	return 0;
}
