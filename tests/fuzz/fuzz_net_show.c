// SPDX-License-Identifier: GPL-2.0-or-later
/* `ip -json`, and what DHCP and resolv.conf say: whatever it is, what is taken from it is fit to be
 * used. */
#include "net/lease.h"
#include "net/resolv.h"
#include "net/show.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_address(const char *text)
{
	char again[NET_ADDRESS_MAX];

	if (*text && (net_address_parse(text, again, NULL) < 0 || strcmp(text, again) != 0))
		abort();
}

static void check_prefix(const char *text)
{
	char again[NET_PREFIX_MAX];

	if (*text && strcmp(text, "default") != 0 &&
	    (net_prefix_parse(text, again, NULL) < 0 || strcmp(text, again) != 0))
		abort();
}

static void check_lease(const char *text, size_t size)
{
	struct lease l;
	size_t i;

	if (lease_parse(text, size, &l) < 0)
		return;
	check_prefix(l.prefix);
	check_prefix(l.prefix6);
	for (i = 0; i < l.n_routes; i++) {
		check_prefix(l.routes[i].to);
		check_address(l.routes[i].via);
	}
	for (i = 0; i < l.n_servers; i++)
		check_address(l.servers[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct seen_address *addresses;
	struct seen_route route;
	struct seen_link *links;
	struct resolv resolv;
	size_t n, i;

	if (net_show_links(text, size, &links, &n) == 0) {
		for (i = 0; i < n; i++)
			if (!net_name_ok(links[i].name))
				abort();
		free(links);
	}
	if (net_show_addresses(text, size, &addresses, &n) == 0) {
		for (i = 0; i < n; i++) {
			check_address(addresses[i].address);
			check_prefix(addresses[i].prefix);
		}
		free(addresses);
	}
	if (net_show_route(text, size, &route) == 0) {
		check_prefix(route.to);
		check_address(route.via);
		check_address(route.src);
	}
	check_lease(text, size);
	resolv_parse(text, size, &resolv);
	for (i = 0; i < resolv.n_servers; i++)
		check_address(resolv.servers[i]);
	(void)hosts_know(text, size, "server");
	return 0;
}
