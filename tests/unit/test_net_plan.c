// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/plan.h"

#include "base/macros.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static const char whole[] = "target = server.example\n"
			    "device = eth0 mac=52:54:00:12:34:56 mtu=9000\n"
			    "device = eth1\n"
			    "bond = bond0 ports=eth0,eth1 mode=active-backup miimon=100\n"
			    "vlan = bond0.5 parent=bond0 id=5 mtu=1500\n"
			    "vlan = outer parent=eth1 id=0 protocol=802.1ad\n"
			    "address = bond0.5 192.0.2.5/24\n"
			    "address = bond0.5 2001:db8::5/64\n"
			    "address = eth1 dhcp\n"
			    "address = eth1 dhcp6\n"
			    "address = eth1 auto6\n"
			    "address = eth1 link6\n"
			    "route = default via=192.0.2.1 dev=bond0.5 src=192.0.2.5 onlink\n"
			    "route = 2001:db8:1::/48 via=fe80::1 dev=eth1\n"
			    "nameserver = 192.0.2.53\n"
			    "search = example.com lab.example\n";

static char *print(const struct net_plan *p)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	net_plan_print(f, p);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void reads_what_it_prints(void **state)
{
	static struct net_plan p;
	struct net_error error = {.text = ""};
	char *text;

	(void)state;
	if (net_plan_parse(whole, strlen(whole), "server.example", &p, &error) != 0)
		fail_msg("%u: %s", error.line, error.text);
	text = print(&p);
	assert_string_equal(text, whole);
	free(text);
	assert_true(net_plan_needs(&p, NET_DHCP6));
	assert_string_equal(net_plan_link(&p, "bond0.5")->parent, "bond0");
	assert_null(net_plan_link(&p, "eth2"));
}

static void finds_the_part_for_a_host(void **state)
{
	static const char text[] = "device = eth0\n"
				   "address = eth0 dhcp\n"
				   "target = a\n"
				   "device = eth1\n"
				   "\n# a comment\n"
				   "target = 2001:db8::1\n"
				   "device = eth2\n";
	static const struct {
		const char *host, *link;
	} cases[] = {{"a", "eth1"}, {"2001:db8::1", "eth2"}, {"else", "eth0"}};
	static struct net_plan p;
	struct net_error error;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(net_plan_parse(text, strlen(text), cases[i].host, &p, &error), 0);
		assert_int_equal(p.n_links, 1);
		assert_string_equal(p.links[0].name, cases[i].link);
	}
	/* Nothing is for everybody here, and nothing at all in an empty file. */
	assert_int_equal(net_plan_parse(strstr(text, "target = a"), 25, "b", &p, &error), -ENOENT);
	assert_int_equal(net_plan_parse("", 0, "b", &p, &error), -ENOENT);
}

static void refusals(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
		const char *why;
	} cases[] = {
		{"device = eth0", 1, "cut off"},
		{"device\n", 1, "is not \"key = words\""},
		{"device =\n", 1, "nothing after"},
		{"cable = eth0\n", 1, "unknown key \"cable\""},
		{"device = -eth0\n", 1, "name of an interface"},
		{"device = name-of-16-chars\n", 1, "name of an interface"},
		{"device = ..\n", 1, "name of an interface"},
		{"device = eth0\ndevice = eth0\n", 2, "there twice"},
		{"device = eth0 mac=52:54\n", 1, "not an address like"},
		{"device = eth0 mac=52:54:00:12:34:5g\n", 1, "not an address like"},
		{"device = eth0 mtu=67\n", 1, "number from 68"},
		{"device = eth0 mtu=65536\n", 1, "number from 68"},
		{"device = eth0 mtu=18446744073709551716\n", 1, "number from 68"},
		{"device = eth0 up\n", 1, "is not key=value"},
		{"device = eth0 color=red\n", 1, "takes mac= and mtu="},
		{"bond = bond0 mode=1\n", 1, "no ports="},
		{"bond = bond0 ports=eth0\n", 1, "no interface \"eth0\" before it"},
		{"device = a\nbond = b ports=a mod=1\n", 2, "no option \"mod\""},
		{"device = a\nbond = b ports=a mode=;reboot\n", 2, "is not a value"},
		{"bond = b ports=b\n", 1, "no interface \"b\" before it"},
		{"device = *\nbond = b ports=*\n", 2, "no interface \"*\" before it"},
		{"vlan = v id=5\n", 1, "needs parent= and id="},
		{"device = a\nvlan = v parent=a\n", 2, "needs parent= and id="},
		{"device = a\nvlan = v parent=a id=4095\n", 2, "from 0 to 4094"},
		{"address = eth0 dhcp\n", 1, "no interface \"eth0\" before it"},
		{"device = a\naddress = a\n", 2, "needs an interface and an address"},
		{"device = a\naddress = a 192.0.2.1/33\n", 2, "prefix length"},
		{"device = a\naddress = a 192.0.2.256/24\n", 2, "prefix length"},
		{"device = a\naddress = a dhcp dhcp\n", 2, "prefix length"},
		{"route = default\n", 1, "needs via= or dev="},
		{"route = all via=192.0.2.1\n", 1, "neither \"default\" nor a network"},
		{"route = default via=gw\n", 1, "\"via=gw\" is not understood"},
		{"route = default dev=eth0\n", 1, "\"dev=eth0\" is not understood"},
		{"nameserver = dns.example\n", 1, "is not an address"},
		{"search = a;b\n", 1, "not names of domains"},
		{"target = a b\n", 1, "not the name of a host"},
		{"device = eth0\x01\n", 1, "not a line of text"},
		{"device = a\n\ntarget = x\ndevice = a\ndevice = a\n", 5, "there twice"},
	};
	static struct net_plan p;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct net_error error = {.text = ""};
		int r = net_plan_parse(cases[i].text, strlen(cases[i].text), "h", &p, &error);

		if (r != -EINVAL || error.line != cases[i].line ||
		    !strstr(error.text, cases[i].why))
			fail_msg("%s: %d, line %u: %s", cases[i].text, r, error.line, error.text);
	}
}

static void has_room_for_so_much(void **state)
{
	static struct net_plan p;
	struct net_address a = {.link = "eth0"};
	struct net_route r = {.to = "default"};
	char name[NET_NAME_MAX];
	unsigned int i;

	(void)state;
	p = (struct net_plan){.n_links = 0};
	for (i = 0; i < NET_LINKS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "eth%u", i);
		assert_non_null(net_plan_add_link(&p, NET_DEVICE, name));
	}
	assert_null(net_plan_add_link(&p, NET_DEVICE, "one-more"));
	assert_ptr_equal(net_plan_add_link(&p, NET_DEVICE, "eth3"), &p.links[3]);
	for (i = 0; i < NET_ADDRESSES_MAX; i++) {
		(void)snprintf(a.prefix, sizeof(a.prefix), "192.0.2.%u/24", i);
		assert_int_equal(net_plan_add_address(&p, &a), 0);
	}
	assert_int_equal(net_plan_add_address(&p, &a), 0);
	(void)snprintf(a.prefix, sizeof(a.prefix), "198.51.100.1/24");
	assert_int_equal(net_plan_add_address(&p, &a), -E2BIG);
	for (i = 0; i < NET_ROUTES_MAX; i++) {
		(void)snprintf(r.via, sizeof(r.via), "192.0.2.%u", i);
		assert_int_equal(net_plan_add_route(&p, &r), 0);
	}
	(void)snprintf(r.via, sizeof(r.via), "198.51.100.1");
	assert_int_equal(net_plan_add_route(&p, &r), -E2BIG);
	assert_int_equal(net_plan_add_server(&p, "1.1.1.1"), 0);
	assert_int_equal(net_plan_add_server(&p, "1.1.1.1"), 0);
	assert_int_equal(net_plan_add_server(&p, "1.1.1.2"), 0);
	assert_int_equal(net_plan_add_server(&p, "1.1.1.3"), 0);
	assert_int_equal(net_plan_add_server(&p, "1.1.1.4"), -E2BIG);
}

static void prefixes(void **state)
{
	static const struct {
		const char *prefix, *address;
		bool inside;
	} cases[] = {
		{"192.0.2.5/24", "192.0.2.254", true},
		{"192.0.2.5/24", "192.0.3.1", false},
		{"192.0.2.5/25", "192.0.2.128", false},
		{"192.0.2.5/32", "192.0.2.1", false},
		{"192.0.2.5/0", "1.1.1.1", true},
		{"2001:db8::5/64", "2001:db8::ffff:1", true},
		{"2001:db8::5/64", "2001:db8:0:1::1", false},
		{"2001:db8::5/64", "192.0.2.1", false},
	};
	static const struct {
		const char *text;
		enum net_family family;
		int length;
	} masks[] = {
		{"255.255.255.0", NET_INET, 24},
		{"0.0.0.0", NET_INET, 0},
		{"255.255.255.255", NET_INET, 32},
		{"24", NET_INET, 24},
		{"64", NET_INET6, 64},
		{"255.0.255.0", NET_INET, -1},
		{"33", NET_INET, -1},
		{"129", NET_INET6, -1},
		{"255.255.255.0", NET_INET6, -1},
		{"", NET_INET, -1},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (net_prefix_has(cases[i].prefix, cases[i].address) != cases[i].inside)
			fail_msg("%s, %s", cases[i].prefix, cases[i].address);
	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		unsigned int length = 0;
		int r = net_netmask_parse(masks[i].text, masks[i].family, &length);

		if (masks[i].length < 0 ? r != -EINVAL : r != 0 || (int)length != masks[i].length)
			fail_msg("%s: %d, %u", masks[i].text, r, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_prints),
		cmocka_unit_test(finds_the_part_for_a_host),
		cmocka_unit_test(refusals),
		cmocka_unit_test(has_room_for_so_much),
		cmocka_unit_test(prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
