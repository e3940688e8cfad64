// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/show.h"

#include "base/json.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static json_object *get(json_object *o, const char *key)
{
	json_object *value = NULL;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &value))
		return NULL;
	return value;
}

/* "" when it is not there, not a string, or longer than what is expected. */
static void get_text(json_object *o, const char *key, char *out, size_t size)
{
	json_object *value = get(o, key);
	const char *s =
		json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";

	(void)snprintf(out, size, "%s", strlen(s) < size ? s : "");
}

static unsigned int get_number(json_object *o, const char *key)
{
	json_object *value = get(o, key);
	int64_t n = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;

	return n < 0 || n > UINT_MAX ? 0 : (unsigned int)n;
}

static bool get_flag(json_object *o, const char *key)
{
	return json_object_get_boolean(get(o, key));
}

static bool has_word(json_object *array, const char *word)
{
	size_t i;

	if (!json_object_is_type(array, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(array); i++) {
		const char *s = json_object_get_string(json_object_array_get_idx(array, i));

		if (s && strcmp(s, word) == 0)
			return true;
	}
	return false;
}

/* An array; the caller puts it. */
static int parse_array(const char *buf, size_t len, json_object **out)
{
	json_tokener *tok;
	json_object *o;

	if (len > INT_MAX)
		return -EINVAL;
	tok = json_tokener_new();
	if (!tok)
		return -ENOMEM;
	/* With its NUL or without: a value that ends with the text is whole. */
	o = json_tokener_parse_ex(tok, buf, (int)len);
	json_tokener_free(tok);
	if (!json_object_is_type(o, json_type_array)) {
		(void)json_object_put(o);
		return -EINVAL;
	}
	*out = o;
	return 0;
}

/* What makes a bond work as it does; its defaults say nothing, and some are refused in other modes.
 */
static void bond_options(json_object *data, char *out, size_t size)
{
	static const struct {
		const char *key, *option, *usual;
	} keys[] = {
		{"mode", "mode", ""},
		{"miimon", "miimon", "0"},
		{"updelay", "updelay", "0"},
		{"downdelay", "downdelay", "0"},
		{"arp_interval", "arp_interval", "0"},
		{"arp_validate", "arp_validate", "none"},
		{"primary", "primary", ""},
		{"primary_reselect", "primary_reselect", "always"},
		{"fail_over_mac", "fail_over_mac", "none"},
		{"xmit_hash_policy", "xmit_hash_policy", "layer2"},
		{"min_links", "min_links", "0"},
		{"ad_lacp_rate", "lacp_rate", "slow"},
		{"lacp_rate", "lacp_rate", "slow"},
		{"ad_select", "ad_select", "stable"},
	};
	struct net_link l = {.kind = NET_BOND};
	json_object *targets = get(data, "arp_ip_target");
	struct net_error error;
	char list[NET_OPTIONS_MAX] = "";
	size_t i, used = 0;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		json_object *value = get(data, keys[i].key);
		const char *s = value ? json_object_get_string(value) : NULL;

		if (s && strcmp(s, keys[i].usual) != 0)
			(void)!net_link_add_option(&l, keys[i].option, s, &error);
	}
	if (json_object_is_type(targets, json_type_array)) {
		for (i = 0; i < json_object_array_length(targets) && used < sizeof(list); i++) {
			const char *s =
				json_object_get_string(json_object_array_get_idx(targets, i));

			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used ? "," : "", s ? s : "");
		}
		if (*list)
			(void)!net_link_add_option(&l, "arp_ip_target", list, &error);
	}
	(void)snprintf(out, size, "%s", l.options);
}

static void read_link(json_object *o, struct seen_link *l)
{
	json_object *info = get(o, "linkinfo"), *data = get(info, "info_data"),
		    *slave = get(info, "info_slave_data"), *flags = get(o, "flags");
	char text[20], mac[NET_MAC_MAX];

	get_text(o, "ifname", l->name, sizeof(l->name));
	get_text(o, "address", l->mac, sizeof(l->mac));
	/* A port of a bond has the bond's address; its own one is told where it differs. */
	get_text(slave, "perm_hwaddr", mac, sizeof(mac));
	if (!*mac)
		get_text(o, "permaddr", mac, sizeof(mac));
	if (net_mac_parse(*mac ? mac : l->mac, l->mac) < 0)
		l->mac[0] = '\0';
	get_text(info, "info_kind", l->kind, sizeof(l->kind));
	get_text(o, "master", l->master, sizeof(l->master));
	get_text(o, "link_type", text, sizeof(text));
	l->hardware_like = strcmp(text, "ether") == 0 || strcmp(text, "infiniband") == 0;
	l->mtu = get_number(o, "mtu");
	l->up = has_word(flags, "UP");
	l->carrier = has_word(flags, "LOWER_UP");
	if (strcmp(l->kind, "vlan") == 0) {
		get_text(o, "link", l->parent, sizeof(l->parent));
		l->id = get_number(data, "id");
		get_text(data, "protocol", text, sizeof(text));
		l->service = strcmp(text, "802.1ad") == 0;
	}
	if (strcmp(l->kind, "bond") == 0)
		bond_options(data, l->options, sizeof(l->options));
}

int net_show_links(const char *buf, size_t len, struct seen_link **out, size_t *n)
{
	json_object *array;
	struct seen_link *links;
	size_t i, count = 0;
	int r = parse_array(buf, len, &array);

	if (r < 0)
		return r;
	links = calloc(json_object_array_length(array) + 1, sizeof(*links));
	for (i = 0; links && i < json_object_array_length(array); i++) {
		read_link(json_object_array_get_idx(array, i), &links[count]);
		if (net_name_ok(links[count].name))
			count++;
		else
			links[count] = (struct seen_link){.mtu = 0};
	}
	(void)json_object_put(array);
	if (!links)
		return -ENOMEM;
	*out = links;
	*n = count;
	return 0;
}

static bool read_address(json_object *o, const char *link, struct seen_address *a)
{
	char text[NET_ADDRESS_MAX], scope[16];

	*a = (struct seen_address){.length = get_number(o, "prefixlen")};
	(void)snprintf(a->link, sizeof(a->link), "%s", link);
	get_text(o, "local", text, sizeof(text));
	if (net_address_parse(text, a->address, &a->family) < 0)
		return false;
	(void)snprintf(a->prefix, sizeof(a->prefix), "%s/%u", a->address, a->length);
	if (net_prefix_parse(a->prefix, a->prefix, NULL) < 0)
		return false;
	get_text(o, "scope", scope, sizeof(scope));
	a->global = strcmp(scope, "global") == 0 || strcmp(scope, "site") == 0;
	a->dynamic = get_flag(o, "dynamic");
	a->tentative = get_flag(o, "tentative");
	a->failed = get_flag(o, "dadfailed");
	return true;
}

static size_t addresses_of(json_object *link)
{
	json_object *info = get(link, "addr_info");

	return json_object_is_type(info, json_type_array) ? json_object_array_length(info) : 0;
}

int net_show_addresses(const char *buf, size_t len, struct seen_address **out, size_t *n)
{
	struct seen_address *addresses;
	size_t i, k, room = 1, count = 0;
	json_object *array;
	int r = parse_array(buf, len, &array);

	if (r < 0)
		return r;
	for (i = 0; i < json_object_array_length(array); i++)
		room += addresses_of(json_object_array_get_idx(array, i));
	addresses = calloc(room, sizeof(*addresses));
	for (i = 0; addresses && i < json_object_array_length(array); i++) {
		json_object *link = json_object_array_get_idx(array, i);
		char name[NET_NAME_MAX];

		get_text(link, "ifname", name, sizeof(name));
		for (k = 0; net_name_ok(name) && k < addresses_of(link); k++)
			count += read_address(json_object_array_get_idx(get(link, "addr_info"), k),
					      name, &addresses[count]);
	}
	(void)json_object_put(array);
	if (!addresses)
		return -ENOMEM;
	*out = addresses;
	*n = count;
	return 0;
}

static int read_route(json_object *o, struct seen_route *r)
{
	char text[NET_PREFIX_MAX];

	*r = (struct seen_route){.other_family = get(o, "via") != NULL};
	get_text(o, "type", r->type, sizeof(r->type));
	get_text(o, "dst", text, sizeof(text));
	if (strcmp(text, "default") == 0)
		(void)snprintf(r->to, sizeof(r->to), "%s", text);
	else if (net_prefix_parse(text, r->to, NULL) < 0)
		return -EINVAL;
	get_text(o, "gateway", text, NET_ADDRESS_MAX);
	if (*text && net_address_parse(text, r->via, NULL) < 0)
		return -EINVAL;
	get_text(o, "prefsrc", text, NET_ADDRESS_MAX);
	if (*text && net_address_parse(text, r->src, NULL) < 0)
		return -EINVAL;
	get_text(o, "dev", r->link, sizeof(r->link));
	get_text(o, "protocol", r->protocol, sizeof(r->protocol));
	r->onlink = has_word(get(o, "flags"), "onlink");
	return 0;
}

int net_show_route(const char *buf, size_t len, struct seen_route *out)
{
	struct seen_route route;
	json_object *array;
	int r = parse_array(buf, len, &array);

	if (r < 0)
		return r;
	r = json_object_array_length(array)
		    ? read_route(json_object_array_get_idx(array, 0), &route)
		    : -ENOENT;
	(void)json_object_put(array);
	if (r == 0)
		*out = route;
	return r;
}
