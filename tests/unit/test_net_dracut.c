// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/dracut_ip.h"

#include "base/macros.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void accepted(void **state)
{
	static const struct {
		const char *words, *plan;
	} cases[] = {
		{"ip=dhcp", "device = *\naddress = * dhcp\n"},
		{"ip=single-dhcp rd.neednet=1", "device = *\naddress = * dhcp\n"},
		{"ip=eth0:on", "device = eth0\naddress = eth0 dhcp\n"},
		{"ip=eth0:dhcp:9000", "device = eth0 mtu=9000\naddress = eth0 dhcp\n"},
		{"ip=eth0:auto6", "device = eth0\naddress = eth0 auto6\n"},
		{"ip=eth0:link6", "device = eth0\naddress = eth0 link6\n"},
		{"ip=eth0:dhcp6", "device = eth0\naddress = eth0 dhcp6\n"},
		{"ip=192.0.2.5::192.0.2.1:255.255.255.0:host:eth0:none",
		 "device = eth0\naddress = eth0 192.0.2.5/24\n"
		 "route = default via=192.0.2.1 dev=eth0\n"},
		{"ip=192.0.2.5:::24::eth0:off:1400",
		 "device = eth0 mtu=1400\naddress = eth0 192.0.2.5/24\n"},
		{"ip=192.0.2.5::192.0.2.1:24::eth0:none:192.0.2.53:192.0.2.54",
		 "device = eth0\naddress = eth0 192.0.2.5/24\n"
		 "route = default via=192.0.2.1 dev=eth0\n"
		 "nameserver = 192.0.2.53\nnameserver = 192.0.2.54\n"},
		{"ip=192.0.2.5::198.51.100.1:32::eth0:none",
		 "device = eth0\naddress = eth0 192.0.2.5/32\n"
		 "route = default via=198.51.100.1 dev=eth0 onlink\n"},
		{"ip=192.0.2.5::192.0.2.1:24:::none",
		 "device = *\naddress = * 192.0.2.5/24\nroute = default via=192.0.2.1 dev=*\n"},
		{"ip=::::host:eth0:dhcp", "device = eth0\naddress = eth0 dhcp\n"},
		{"ip=[2001:DB8::5]::[2001:db8::1]:64::eth0:none:[2001:db8::53]",
		 "device = eth0\naddress = eth0 2001:db8::5/64\n"
		 "route = default via=2001:db8::1 dev=eth0\nnameserver = 2001:db8::53\n"},
		{"\t ip=bond0.0005:dhcp  vlan=bond0.0005:bond0 bond=bond0:eth0,eth1:mode=802.3ad,"
		 "miimon=100,arp_ip_target=192.0.2.1;192.0.2.2:9000 ",
		 "device = eth0\ndevice = eth1\n"
		 "bond = bond0 ports=eth0,eth1 mtu=9000 mode=802.3ad miimon=100 "
		 "arp_ip_target=192.0.2.1,192.0.2.2\n"
		 "vlan = bond0.0005 parent=bond0 id=5\naddress = bond0.0005 dhcp\n"},
		{"bond=bond0 ip=bond0:dhcp",
		 "device = eth0\ndevice = eth1\nbond = bond0 ports=eth0,eth1 mode=balance-rr\n"
		 "address = bond0 dhcp\n"},
		{"vlan=vlan7:lan ifname=lan:52:54:00:AB:cd:ef ip=vlan7:dhcp "
		 "nameserver=[2001:db8::1]",
		 "device = lan mac=52:54:00:ab:cd:ef\nvlan = vlan7 parent=lan id=7\n"
		 "address = vlan7 dhcp\nnameserver = 2001:db8::1\n"},
		{"ip=eth0:dhcp rd.route=198.51.100.0/24:192.0.2.9 rd.route=203.0.113.0/24::eth0 "
		 "rd.route=[2001:db8:3::/48]:[2001:db8:2::1]:eth1",
		 "device = eth0\ndevice = eth1\naddress = eth0 dhcp\n"
		 "route = 198.51.100.0/24 via=192.0.2.9\nroute = 203.0.113.0/24 dev=eth0\n"
		 "route = 2001:db8:3::/48 via=2001:db8:2::1 dev=eth1\n"},
	};
	static struct net_plan p, again;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct net_error error = {.text = ""};
		char *text = NULL;
		size_t len;
		FILE *f;

		if (net_dracut_parse(cases[i].words, strlen(cases[i].words), &p, &error) != 0)
			fail_msg("%s: %s", cases[i].words, error.text);
		f = open_memstream(&text, &len);
		assert_non_null(f);
		net_plan_print(f, &p);
		assert_int_equal(fclose(f), 0);
		assert_string_equal(text, cases[i].plan);
		assert_int_equal(net_plan_parse(text, len, "any", &again, &error), 0);
		free(text);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *words, *why;
	} cases[] = {
		{"", "no ip= says how"},
		{"nameserver=192.0.2.1", "no ip= says how"},
		{"ip=eth0:dhc", "ip=eth0:dhc: not one of"},
		{"ip=192.0.2.5", "ip=192.0.2.5: not one of"},
		{"ip=none", "ip=none: not one of"},
		{"ip=eth0:none", "ip=eth0:none: not one of"},
		{"ip=ibft", "ip=ibft: not one of"},
		{"ip=:dhcp:9000000", "MTU"},
		{"ip=eth0:dhcp:1500:52:54:00:12:34:56", "MAC address is not set"},
		{"ip=192.0.2.5::192.0.2.1:::eth0:none", "netmask is missing"},
		{"ip=192.0.2.5::192.0.2.1:255.0.255.0::eth0:none", "not a netmask"},
		{"ip=192.0.2.5:192.0.2.9:192.0.2.1:24::eth0:none", "peer is not supported"},
		{"ip=192.0.2.5::[2001:db8::1]:24::eth0:none", "same family"},
		{"ip=192.0.2.x::192.0.2.1:24::eth0:none", "not an address"},
		{"ip=2001:db8::5::2001:db8::1:64::eth0:none", "ip=2001:db8::5"},
		{"ip=[2001:db8::5::64::eth0:none", "without its other one"},
		{"ip=192.0.2.5::192.0.2.1:24::eth0:sometimes", "seventh field"},
		{"ip=eth/0:dhcp", "name of an interface"},
		{"ip=1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17", "too many fields"},
		{"ip=eth0:dhcp gateway=192.0.2.1", "gateway=192.0.2.1: not one of"},
		{"ip=br0:dhcp bridge=br0:eth0", "bridge=br0:eth0: not one of"},
		{"ip=eth0:dhcp nameserver=dns", "nameserver=dns: not an address"},
		{"ip=eth0:dhcp vlan=eth0.5", "two fields"},
		{"ip=eth0:dhcp vlan=tagged:eth0", "does not say the VLAN's number"},
		{"ip=eth0:dhcp vlan=eth0.4095:eth0", "does not say the VLAN's number"},
		{"ip=eth0:dhcp bond=b:eth0::::", "at most four fields"},
		{"ip=eth0:dhcp bond=b:eth1:mode", "NAME=VALUE"},
		{"ip=eth0:dhcp bond=b:eth1:speed=9", "no option \"speed\""},
		{"bond=b:b ip=b:dhcp", "in a circle"},
		{"ip=dhcp bond=*:eth0", "not the name of an interface"},
		{"ip=dhcp vlan=*:eth0", "not the name of an interface"},
		{"ip=dhcp ifname=*:52:54:00:00:00:01", "not the name of an interface"},
		{"vlan=a.1:b.2 vlan=b.2:a.1 ip=a.1:dhcp", "in a circle"},
		{"vlan=eth0.5:eth0 vlan=eth0.5:eth1 ip=eth0.5:dhcp", "there twice"},
		{"ifname=eth0:52 ip=eth0:dhcp", "not a MAC address"},
		{"ifname=eth0 ip=eth0:dhcp", "NAME:MAC"},
		{"ip=eth0:dhcp rd.route=192.0.2.0/24", "NETWORK/LENGTH:GATEWAY"},
		{"ip=eth0:dhcp rd.route=192.0.2.0/24:", "needs a gateway or an interface"},
		{"ip=eth0:dhcp rd.route=net:192.0.2.1", "not a network"},
	};
	static struct net_plan p;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct net_error error = {.text = ""};
		int r = net_dracut_parse(cases[i].words, strlen(cases[i].words), &p, &error);

		if (r != -EINVAL || !strstr(error.text, cases[i].why))
			fail_msg("%s: %d, %s", cases[i].words, r, error.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
