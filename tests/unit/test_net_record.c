// SPDX-License-Identifier: GPL-2.0-or-later
/* What `ip -json` of iproute2 6 prints on machines of several kinds, less what nobody looks at. */
#include "net/record.h"

#include "base/macros.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define LO                                                                                         \
	"{\"ifindex\":1,\"ifname\":\"lo\",\"flags\":[\"LOOPBACK\",\"UP\",\"LOWER_UP\"],\"mtu\":"   \
	"65536,"                                                                                   \
	"\"link_type\":\"loopback\",\"address\":\"00:00:00:00:00:00\",\"inet6_addr_gen_mode\":"    \
	"\"eui64\"}"
#define CARD(index, name, mac, more)                                                               \
	"{\"ifindex\":" index ",\"ifname\":\"" name                                                \
	"\",\"flags\":[\"BROADCAST\",\"MULTICAST\",\"UP\",\"LOWER_UP\"],\"mtu\":1500,"             \
	"\"qdisc\":\"fq_codel\",\"operstate\":\"UP\",\"link_type\":\"ether\",\"address\":\"" mac   \
	"\"" more "}"
#define PORT(index, name, perm)                                                                    \
	CARD(index, name, "52:54:00:00:00:01",                                                     \
	     ",\"master\":\"bond0\",\"permaddr\":\"" perm                                          \
	     "\",\"linkinfo\":{\"info_slave_kind\":\"bond\",\"info_slave_data\":{\"state\":"       \
	     "\"ACTIVE\","                                                                         \
	     "\"mii_status\":\"UP\",\"link_failure_count\":0,\"perm_hwaddr\":\"" perm              \
	     "\",\"queue_id\":0}}")
#define BOND                                                                                       \
	CARD("4", "bond0", "52:54:00:00:00:01",                                                    \
	     ",\"linkinfo\":{\"info_kind\":\"bond\",\"info_data\":{\"mode\":\"active-backup\","    \
	     "\"active_slave\":\"eth1\",\"miimon\":100,\"updelay\":0,\"downdelay\":200,"           \
	     "\"peer_notify_delay\":0,\"use_carrier\":1,\"arp_interval\":0,\"arp_validate\":null," \
	     "\"arp_all_targets\":\"any\",\"primary\":\"eth1\",\"primary_reselect\":\"always\","   \
	     "\"fail_over_mac\":\"follow\",\"xmit_hash_policy\":\"layer2\",\"resend_igmp\":1,"     \
	     "\"num_peer_notif\":1,\"all_slaves_active\":0,\"min_links\":0,\"lp_interval\":1,"     \
	     "\"packets_per_slave\":1,\"ad_lacp_rate\":\"slow\",\"ad_select\":\"stable\"}}")
#define VLAN(index, name, link, id)                                                                \
	CARD(index, name, "52:54:00:00:00:01",                                                     \
	     ",\"link\":\"" link "\",\"linkinfo\":{\"info_kind\":\"vlan\",\"info_data\":{"         \
	     "\"protocol\":\"802.1Q\",\"id\":" id ",\"flags\":[\"REORDER_HDR\"]}}")
#define BRIDGE                                                                                     \
	CARD("7", "br0", "52:54:00:00:00:09",                                                      \
	     ",\"linkinfo\":{\"info_kind\":\"bridge\",\"info_data\":{}}")

static const char links[] = "[" LO "," PORT("2", "eth0", "52:54:00:00:00:01") "," PORT("3", "eth1", "52:54:00:00:00:02") "," BOND "," VLAN(
	"5", "bond0.5",
	"bond0",
	"5") "," CARD("6", "eth2", "52:54:00:00:00:09",
		      ",\"master\":\"br0\",\"linkinfo\":{\"info_slave_kind\":"
		      "\"bridge\"}") "," BRIDGE
				     "," CARD("8", "vnet0", "fe:54:00:00:00:07", ",\"master\":\"br0\",\"linkinfo\":{\"info_kind\":\"tun\"}") "," CARD(
					     "9", "env3",
					     "AA:BB:CC:00:00:03",
					     "") "," CARD("10", "wg0", "52:54:00:00:00:0a",
							  ",\"linkinfo\":{\"info_"
							  "kind\":\"wireguard\"}") "," CARD("11",
											    "team0",
											    "52:54:"
											    "00:00:"
											    "00:0b",
											    ",\"lin"
											    "kinfo"
											    "\":{"
											    "\"info"
											    "_kind"
											    "\":"
											    "\"team"
											    "\"}") "," VLAN("12",
													    "br0.7",
													    "br0",
													    "7") "]";

#define V4(addr, len, more)                                                                        \
	"{\"family\":\"inet\",\"local\":\"" addr "\",\"prefixlen\":" len                           \
	",\"scope\":\"global\"" more ",\"valid_life_time\":4294967295}"
#define V6(addr, len, scope, more)                                                                 \
	"{\"family\":\"inet6\",\"local\":\"" addr "\",\"prefixlen\":" len ",\"scope\":\"" scope    \
	"\"" more ",\"valid_life_time\":4294967295}"

static const char addresses
	[] = "[{\"ifname\":\"lo\",\"addr_info\":[{\"family\":\"inet\",\"local\":\"127.0.0.1\","
	     "\"prefixlen\":8,"
	     "\"scope\":\"host\"}," V4(
		     "203.0.113.77", "32",
		     "") "]},"
			 "{\"ifname\":\"bond0.5\",\"addr_info\":[" V4("192.0.2.5", "24", "") "," V4("192.0.2.200", "24", ",\"secondary\":true") "," V6(
				 "2001:db8:5::5", "64", "global",
				 "") "]},"
				     "{\"ifname\":\"br0\",\"addr_info\":[" V4(
					     "198.51.100.9", "24",
					     ",\"dynamic\":true") "]},"
								  "{\"ifname\":\"br0.7\",\"addr_"
								  "info\":[" V4("10.7.0.9", "24",
										"") "]},"
										    "{\"ifname\":"
										    "\"env3\","
										    "\"addr_"
										    "info\":[" V4("10.3.0.3", "16", "") "," V6(
											    "2001:"
											    "db8:3:"
											    ":aaaa",
											    "64",
											    "globa"
											    "l",
											    ",\"dyn"
											    "amic\""
											    ":true,"
											    "\"mngt"
											    "mpaddr"
											    "\":"
											    "true,"
											    "\"prot"
											    "ocol\""
											    ":\"ker"
											    "nel_"
											    "ra\"") "," V6("2001:"
													   "db8:"
													   "4::d",
													   "128",
													   "globa"
													   "l",
													   ",\"dy"
													   "namic"
													   "\":"
													   "true") "," V6("fe80::a8bb:ccff:fe00:3",
															  "64",
															  "link",
															  "") "]},"
															      "{\"ifname\":\"wg0\",\"addr_info\":[" V4(
																      "10.99.0.2",
																      "24",
																      "") "]},"
																	  "{\"ifname\":\"team0\",\"addr_info\":[" V4(
																		  "10.98.0.2",
																		  "24",
																		  "") "]}]";

#define GET(dst, gw, dev, src)                                                                     \
	"[{\"dst\":\"" dst "\"," gw "\"dev\":\"" dev "\",\"prefsrc\":\"" src                       \
	"\",\"flags\":[],\"uid\":0,\"cache\":[]}]"
#define VIA(gw) "\"gateway\":\"" gw "\","

static void running(struct net_running *s)
{
	assert_int_equal(net_show_links(links, strlen(links), &s->links, &s->n_links), 0);
	assert_int_equal(
		net_show_addresses(addresses, strlen(addresses), &s->addresses, &s->n_addresses),
		0);
}

static void records(void **state)
{
	static const struct {
		const char *get, *match, *plan;
	} cases[] = {
		/* A plain card, an address by hand, a gateway. */
		{GET("203.0.113.1", VIA("10.3.0.1"), "env3", "10.3.0.3"),
		 "[{\"dst\":\"default\"," VIA(
			 "10.3.0.1") "\"dev\":\"env3\",\"protocol\":\"static\",\"flags\":[]}]",
		 "device = env3 mac=aa:bb:cc:00:00:03 mtu=1500\n"
		 "address = env3 10.3.0.3/16\n"
		 "route = default via=10.3.0.1 dev=env3\n"},
		/* On the link: the address brings the route. */
		{GET("10.3.0.9", "", "env3", "10.3.0.3"),
		 "[{\"dst\":\"10.3.0.0/"
		 "16\",\"dev\":\"env3\",\"protocol\":\"kernel\",\"scope\":\"link\","
		 "\"prefsrc\":\"10.3.0.3\",\"flags\":[]}]",
		 "device = env3 mac=aa:bb:cc:00:00:03 mtu=1500\naddress = env3 10.3.0.3/16\n"},
		/* A route of its own, whose gateway no address tells of. */
		{GET("198.18.0.1", VIA("10.200.0.1"), "env3", "10.3.0.3"),
		 "[{\"dst\":\"198.18.0.0/15\"," VIA(
			 "10.200.0.1") "\"dev\":\"env3\",\"flags\":[\"onlink\"]}]",
		 "device = env3 mac=aa:bb:cc:00:00:03 mtu=1500\naddress = env3 10.3.0.3/16\n"
		 "route = 198.18.0.0/15 via=10.200.0.1 dev=env3 onlink\n"},
		/* A VLAN on a bond; the other address, which may be a service's, stays out of it.
		 */
		{GET("203.0.113.1", VIA("192.0.2.1"), "bond0.5", "192.0.2.5"),
		 "[{\"dst\":\"default\"," VIA(
			 "192.0.2.1") "\"dev\":\"bond0.5\",\"metric\":400,\"flags\":[]}]",
		 "device = eth0 mac=52:54:00:00:00:01 mtu=1500\n"
		 "device = eth1 mac=52:54:00:00:00:02 mtu=1500\n"
		 "bond = bond0 ports=eth0,eth1 mtu=1500 mode=active-backup miimon=100 "
		 "downdelay=200 "
		 "primary=eth1 fail_over_mac=follow\n"
		 "vlan = bond0.5 parent=bond0 id=5 mtu=1500\n"
		 "address = bond0.5 192.0.2.5/24\nroute = default via=192.0.2.1 dev=bond0.5\n"},
		/* IPv6 by hand. */
		{GET("2001:db8:99::1", VIA("2001:db8:5::1"), "bond0.5", "2001:db8:5::5"),
		 "[{\"dst\":\"default\"," VIA(
			 "2001:db8:5::1") "\"dev\":\"bond0.5\",\"metric\":1024,\"flags\":[],"
					  "\"pref\":\"medium\"}]",
		 "device = eth0 mac=52:54:00:00:00:01 mtu=1500\n"
		 "device = eth1 mac=52:54:00:00:00:02 mtu=1500\n"
		 "bond = bond0 ports=eth0,eth1 mtu=1500 mode=active-backup miimon=100 "
		 "downdelay=200 "
		 "primary=eth1 fail_over_mac=follow\n"
		 "vlan = bond0.5 parent=bond0 id=5 mtu=1500\n"
		 "address = bond0.5 2001:db8:5::5/64\nroute = default via=2001:db8:5::1 "
		 "dev=bond0.5\n"},
		/* DHCP on a bridge: its card, asked for again. */
		{GET("203.0.113.1", VIA("198.51.100.1"), "br0", "198.51.100.9"),
		 "[{\"dst\":\"default\"," VIA(
			 "198.51.100.1") "\"dev\":\"br0\",\"protocol\":\"dhcp\",\"flags\":[]}]",
		 "device = eth2 mac=52:54:00:00:00:09 mtu=1500\naddress = eth2 dhcp\n"},
		/* A route by hand beside DHCP does not come by itself. */
		{GET("198.18.0.1", VIA("198.51.100.7"), "br0", "198.51.100.9"),
		 "[{\"dst\":\"198.18.0.0/15\"," VIA(
			 "198.51.100.7") "\"dev\":\"br0\",\"flags\":[]}]",
		 "device = eth2 mac=52:54:00:00:00:09 mtu=1500\naddress = eth2 dhcp\n"
		 "route = 198.18.0.0/15 via=198.51.100.7 dev=eth2\n"},
		/* A VLAN on a bridge is one on the card. */
		{GET("10.7.0.1", "", "br0.7", "10.7.0.9"),
		 "[{\"dst\":\"10.7.0.0/"
		 "24\",\"dev\":\"br0.7\",\"protocol\":\"kernel\",\"flags\":[]}]",
		 "device = eth2 mac=52:54:00:00:00:09 mtu=1500\n"
		 "vlan = br0.7 parent=eth2 id=7 mtu=1500\naddress = br0.7 10.7.0.9/24\n"},
		/* An address that the system does not call a lease, with a route that is. */
		{GET("203.0.113.1", VIA("10.3.0.1"), "env3", "10.3.0.3"),
		 "[{\"dst\":\"default\"," VIA(
			 "10.3.0.1") "\"dev\":\"env3\",\"protocol\":\"dhcp\",\"flags\":[]}]",
		 "device = env3 mac=aa:bb:cc:00:00:03 mtu=1500\naddress = env3 dhcp\n"},
		/* Autoconfiguration, DHCPv6, link-local. */
		{GET("2001:db8:99::1", VIA("fe80::1"), "env3", "2001:db8:3::aaaa"),
		 "[{\"dst\":\"default\"," VIA(
			 "fe80::1") "\"dev\":\"env3\",\"protocol\":\"ra\",\"flags\":[]}]",
		 "device = env3 mac=aa:bb:cc:00:00:03 mtu=1500\naddress = env3 auto6\n"},
		{GET("2001:db8:99::1", VIA("fe80::1"), "env3", "2001:db8:4::d"),
		 "[{\"dst\":\"default\"," VIA(
			 "fe80::1") "\"dev\":\"env3\",\"protocol\":\"ra\",\"flags\":[]}]",
		 "device = env3 mac=aa:bb:cc:00:00:03 mtu=1500\naddress = env3 dhcp6\n"},
		{GET("fe80::99", "", "env3", "fe80::a8bb:ccff:fe00:3"),
		 "[{\"dst\":\"fe80::/64\",\"dev\":\"env3\",\"protocol\":\"kernel\",\"flags\":[]}]",
		 "device = env3 mac=aa:bb:cc:00:00:03 mtu=1500\naddress = env3 link6\n"},
		/* The address that is used belongs to another interface. */
		{GET("203.0.113.1", VIA("10.3.0.1"), "env3", "203.0.113.77"),
		 "[{\"dst\":\"default\"," VIA(
			 "10.3.0.1") "\"dev\":\"env3\",\"protocol\":\"bird\",\"flags\":[]}]",
		 "device = env3 mac=aa:bb:cc:00:00:03 mtu=1500\naddress = env3 203.0.113.77/32\n"
		 "route = default via=10.3.0.1 dev=env3 onlink\n"},
	};
	struct net_running s = {.n_links = 0};
	static struct net_plan p;
	size_t i;

	(void)state;
	running(&s);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct net_error error = {.text = ""};
		struct seen_route how, match;
		char *text = NULL;
		size_t len;
		FILE *f;

		p = (struct net_plan){.n_links = 0};
		assert_int_equal(net_show_route(cases[i].get, strlen(cases[i].get), &how), 0);
		assert_int_equal(net_show_route(cases[i].match, strlen(cases[i].match), &match), 0);
		if (net_record_route(&s, &how, &match, &p, &error) != 0)
			fail_msg("%s: %s", cases[i].get, error.text);
		/* Twice is once. */
		assert_int_equal(net_record_route(&s, &how, &match, &p, &error), 0);
		f = open_memstream(&text, &len);
		assert_non_null(f);
		net_plan_print(f, &p);
		assert_int_equal(fclose(f), 0);
		assert_string_equal(text, cases[i].plan);
		assert_int_equal(net_plan_parse(text, len, "any", &p, &error), 0);
		free(text);
	}
	net_running_deinit(&s);
}

static void refusals(void **state)
{
	static const struct {
		const char *get, *why;
	} cases[] = {
		{"[{\"type\":\"local\",\"dst\":\"10.3.0.3\",\"dev\":\"lo\",\"prefsrc\":\"10.3.0."
		 "3\"}]",
		 "10.3.0.3 is this machine itself"},
		{GET("10.99.0.1", "", "wg0", "10.99.0.2"), "of the kind \"wireguard\""},
		{GET("10.98.0.1", "", "team0", "10.98.0.2"), "of the kind \"team\""},
		{GET("10.97.0.1", "", "gone0", "10.97.0.2"), "no interface gone0"},
		{"[{\"dst\":\"10.3.0.9\",\"dev\":\"env3\",\"flags\":[]}]", "no address"},
		{"[{\"dst\":\"10.3.0.9\",\"via\":{\"family\":\"inet6\",\"host\":\"fe80::1\"},"
		 "\"dev\":\"env3\","
		 "\"prefsrc\":\"10.3.0.3\"}]",
		 "another family"},
	};
	struct net_running s = {.n_links = 0};
	static struct net_plan p;
	size_t i;

	(void)state;
	running(&s);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct net_error error = {.text = ""};
		struct seen_route how;

		p = (struct net_plan){.n_links = 0};
		assert_int_equal(net_show_route(cases[i].get, strlen(cases[i].get), &how), 0);
		if (net_record_route(&s, &how, &how, &p, &error) != -EINVAL ||
		    !strstr(error.text, cases[i].why))
			fail_msg("%s: %s", cases[i].get, error.text);
	}
	net_running_deinit(&s);
}

static void not_what_ip_prints(void **state)
{
	static const char *const bad[] = {"", "{}", "[", "null", "3", "\"x\"", "[{]"};
	struct seen_address *a;
	struct seen_link *l;
	struct seen_route r;
	size_t i, n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(net_show_links(bad[i], strlen(bad[i]), &l, &n), -EINVAL);
		assert_int_equal(net_show_addresses(bad[i], strlen(bad[i]), &a, &n), -EINVAL);
		assert_int_equal(net_show_route(bad[i], strlen(bad[i]), &r), -EINVAL);
	}
	assert_int_equal(net_show_route("[]", 2, &r), -ENOENT);
	assert_int_equal(net_show_links("[null,3,{\"ifname\":7}]", 22, &l, &n), 0);
	assert_int_equal(n, 0);
	free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
		cmocka_unit_test(refusals),
		cmocka_unit_test(not_what_ip_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
