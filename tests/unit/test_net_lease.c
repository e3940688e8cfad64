// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/lease.h"

#include "net/resolv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void a_lease(void **state)
{
	static const char text[] =
		"ip=192.0.2.20\nsubnet=255.255.255.0\nrouter=192.0.2.1 192.0.2.2\n"
		"staticroutes=\ndns=192.0.2.53 127.0.0.1 192.0.2.54\n"
		"domain=lab.example\nsearch=\nmtu=1400\nipv6=\n";
	struct lease l;

	(void)state;
	assert_int_equal(lease_parse(text, strlen(text), &l), 0);
	assert_string_equal(l.prefix, "192.0.2.20/24");
	assert_string_equal(l.prefix6, "");
	assert_int_equal(l.mtu, 1400);
	assert_int_equal(l.n_routes, 1);
	assert_string_equal(l.routes[0].to, "default");
	assert_string_equal(l.routes[0].via, "192.0.2.1");
	assert_false(l.routes[0].onlink);
	assert_int_equal(l.n_servers, 2);
	assert_string_equal(l.servers[1], "192.0.2.54");
	assert_string_equal(l.search, "lab.example");
}

static void classless_routes(void **state)
{
	static const char text[] = "ip=192.0.2.20\nsubnet=32\nrouter=192.0.2.9\n"
				   "staticroutes=198.51.100.1/32 0.0.0.0 0.0.0.0/0 198.51.100.1\n"
				   "search=a.example b.example\ndomain=c.example\n";
	struct lease l;

	(void)state;
	assert_int_equal(lease_parse(text, strlen(text), &l), 0);
	assert_int_equal(l.n_routes, 2);
	assert_string_equal(l.routes[0].to, "198.51.100.1/32");
	assert_string_equal(l.routes[0].via, "");
	assert_string_equal(l.routes[1].to, "default");
	/* Nothing else says that the gateway is there. */
	assert_true(l.routes[1].onlink);
	assert_string_equal(l.search, "a.example b.example");
}

static void ipv6(void **state)
{
	static const char text[] = "ip=\nsubnet=\ndns=2001:db8::53\nipv6=2001:db8::20\n";
	struct lease l;

	(void)state;
	assert_int_equal(lease_parse(text, strlen(text), &l), 0);
	assert_string_equal(l.prefix6, "2001:db8::20/128");
	assert_string_equal(l.servers[0], "2001:db8::53");
	assert_int_equal(l.n_routes, 0);
}

/* It comes from the network. */
static void nothing_is_believed(void **state)
{
	static const char *const none[] = {
		"",
		"\n",
		"ip=\n",
		"ip=$(reboot)\n",
		"ip=192.0.2.20\nsubnet=255.0.255.0\n",
		"ip=2001:db8::1\n",
		"ipv6=192.0.2.1\n",
		"router=192.0.2.1\n",
		"bound\n",
	};
	static const char strange[] =
		"ip=192.0.2.20\nsubnet=24\nrouter=;x 192.0.2.1\ndns=x y 192.0.2.53\nmtu=20\n"
		"staticroutes=10.0.0.0/8\nsearch=good.example b$d -o .\n";
	struct lease l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(none); i++)
		assert_int_equal(lease_parse(none[i], strlen(none[i]), &l), -ENODATA);
	assert_int_equal(lease_parse(strange, strlen(strange), &l), 0);
	assert_int_equal(l.n_routes, 0);
	assert_int_equal(l.n_servers, 1);
	assert_int_equal(l.mtu, 0);
	assert_string_equal(l.search, "good.example -o");
}

static void resolv_conf(void **state)
{
	static const char text[] =
		"# by hand\n  nameserver 192.0.2.53\nnameserver\t2001:db8::53 x\n"
		"nameserver 127.0.0.53\nnameserver fe80::1%eth0\nnameserver\n"
		"options edns0\ndomain old.example\nsearch a.example  b.example\n"
		";nameserver 192.0.2.99\nnameserver 192.0.2.54\n"
		"nameserver 192.0.2.55";
	struct net_plan p = {.n_links = 0};
	struct resolv r;
	char *again;

	(void)state;
	resolv_parse(text, strlen(text), &r);
	assert_int_equal(r.n_servers, 3);
	assert_string_equal(r.servers[0], "192.0.2.53");
	assert_string_equal(r.servers[1], "2001:db8::53");
	assert_string_equal(r.servers[2], "192.0.2.54");
	assert_true(r.local);
	assert_string_equal(r.search, "a.example b.example");
	memcpy(p.servers, r.servers, sizeof(p.servers));
	p.n_servers = 2;
	(void)strcpy(p.search, "a.example");
	again = resolv_format(&p);
	assert_non_null(again);
	assert_non_null(strstr(again, "\nnameserver 192.0.2.53\nnameserver 2001:db8::53\n"
				      "search a.example\n"));
	free(again);
	resolv_parse("search .\n", 9, &r);
	assert_string_equal(r.search, "");
	assert_false(r.local);
}

static void hosts(void **state)
{
	static const char text[] =
		"127.0.0.1 localhost\n# 1.2.3.4 nobody\n"
		"192.0.2.7\tserver.example server # the dump server\n\n10.0.0.1\n";

	(void)state;
	assert_true(hosts_know(text, strlen(text), "server"));
	assert_true(hosts_know(text, strlen(text), "Server.Example"));
	assert_false(hosts_know(text, strlen(text), "nobody"));
	assert_false(hosts_know(text, strlen(text), "dump"));
	assert_false(hosts_know(text, strlen(text), "10.0.0.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lease),     cmocka_unit_test(classless_routes),
		cmocka_unit_test(ipv6),        cmocka_unit_test(nothing_is_believed),
		cmocka_unit_test(resolv_conf), cmocka_unit_test(hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
