// SPDX-License-Identifier: GPL-2.0-or-later
/* A network that the boot brings up by itself, and /etc/resolv.conf, which a capture borrows. */
#include "net/boot_network.h"

#include "net/resolv.h"
#include "net/resolv_file.h"
#include "scratch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

#define ETC "/etc/resolv.conf"

static void words(void **state)
{
	static const struct {
		const char *line, *word;
	} of[] = {
		{"root=/dev/sda2 ro quiet", NULL},
		{"BOOT_IMAGE=/vmlinux root=UUID=1 ipv6.disable=1 rd.lvm.lv=a/b", NULL},
		{"root=nfs:192.0.2.1:/export ro", "root=nfs:192.0.2.1:/export"},
		{"root=nfs4:server:/x", "root=nfs4:server:/x"},
		{"root=/dev/nfs nfsroot=192.0.2.1:/x", "root=/dev/nfs"},
		{"root=LABEL=nfs", NULL},
		{"root=iscsi:@192.0.2.1::::iqn.2026-01.example:x", NULL},
		{"root=/dev/sda netroot=iscsi:192.0.2.1::::iqn", "netroot=iscsi:192.0.2.1::::iqn"},
		{"quiet ip=eth0:dhcp\n", "ip=eth0:dhcp"},
		{"\"ip=eth0:dhcp\"", "ip=eth0:dhcp\""},
		{"ip=", NULL},
		{"rd.neednet=1", "rd.neednet=1"},
		{"a\trd.neednet", "rd.neednet"},
		{"rd.neednet=0 noip=dhcp", NULL},
		{"rd.iscsi.firmware=1", "rd.iscsi.firmware=1"},
		{"rd.iscsi.firmware=0", NULL},
		{"rd.nvmf.discover=tcp,192.0.2.1", "rd.nvmf.discover=tcp,192.0.2.1"},
		{"fcoe=eth0:nodcb", "fcoe=eth0:nodcb"},
		{"", NULL},
	};
	char word[BOOT_WORD_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		bool want = of[i].word || strstr(of[i].line, "root=iscsi:");

		assert_int_equal(boot_network_word(of[i].line, strlen(of[i].line), word), want);
		if (of[i].word)
			assert_string_equal(word, of[i].word);
	}
}

static void files(void **state)
{
	char word[BOOT_WORD_MAX];
	struct scratch s;

	(void)state;
	scratch_init(&s);
	assert_false(boot_network(&s.root, word));
	scratch_file(&s, "/proc/cmdline", "root=/dev/sda2\n");
	scratch_file(&s, "/etc/cmdline.d/00-a.conf", "rd.lvm.lv=a/b\n");
	assert_false(boot_network(&s.root, word));
	scratch_file(&s, "/etc/cmdline.d/95-nfs.conf", "root=nfs:server:/x ip=dhcp\n");
	assert_true(boot_network(&s.root, word));
	scratch_file(&s, "/proc/cmdline", "rd.neednet=1\n");
	assert_true(boot_network(&s.root, word));
	assert_string_equal(word, "rd.neednet=1");
	scratch_deinit(&s);
}

static void resolv_of_two_hosts(void **state)
{
	struct scratch s;

	(void)state;
	scratch_init(&s);
	scratch_file(&s, "/etc/stub", "nameserver 192.0.2.1\n");
	assert_int_equal(symlinkat("stub", s.root.fd, "etc/resolv.conf"), 0);
	assert_int_equal(resolv_replace(&s.root, RESOLV_OURS "nameserver 192.0.2.2\n"), 0);
	assert_int_equal(resolv_replace(&s.root, RESOLV_OURS "nameserver 192.0.2.3\n"), 0);
	assert_string_equal(scratch_text(&s, ETC), RESOLV_OURS "nameserver 192.0.2.3\n");
	assert_int_equal(resolv_restore(&s.root), 0);
	assert_string_equal(scratch_text(&s, ETC), RESOLV_OURS "nameserver 192.0.2.2\n");
	assert_int_equal(resolv_restore(&s.root), 0);
	assert_string_equal(scratch_text(&s, ETC), "nameserver 192.0.2.1\n");
	assert_int_equal(unlinkat(s.root.fd, "etc/stub", 0), 0);
	assert_null(scratch_text(&s, ETC));
	scratch_deinit(&s);
}

static void resolv_of_nobody(void **state)
{
	struct scratch s;

	(void)state;
	scratch_init(&s);
	scratch_file(&s, "/etc/passwd", "");
	assert_int_equal(resolv_replace(&s.root, RESOLV_OURS "nameserver 192.0.2.2\n"), 0);
	assert_int_equal(resolv_restore(&s.root), 0);
	assert_null(scratch_text(&s, ETC));
	/* The second's alone is gone, and nothing was there before the first. */
	assert_int_equal(resolv_replace(&s.root, RESOLV_OURS "nameserver 192.0.2.2\n"), 0);
	assert_int_equal(resolv_replace(&s.root, RESOLV_OURS "nameserver 192.0.2.3\n"), 0);
	assert_int_equal(resolv_restore(&s.root), 0);
	assert_int_equal(resolv_restore(&s.root), 0);
	assert_null(scratch_text(&s, ETC));
	/* Somebody else has one by now. */
	assert_int_equal(resolv_replace(&s.root, RESOLV_OURS "nameserver 192.0.2.2\n"), 0);
	scratch_file(&s, ETC, "nameserver 192.0.2.9\n");
	assert_int_equal(resolv_restore(&s.root), 1);
	assert_string_equal(scratch_text(&s, ETC), "nameserver 192.0.2.9\n");
	assert_null(scratch_text(&s, ETC ".before-capture"));
	scratch_deinit(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(files),
		cmocka_unit_test(resolv_of_two_hosts),
		cmocka_unit_test(resolv_of_nobody),
	};

	return cmocka_run_group_tests_name("net_boot", tests, NULL, NULL);
}
